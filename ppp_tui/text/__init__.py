"""Text for users: one sanitizer, one number and time format, one measure of cells, for screens, commands, exports."""
