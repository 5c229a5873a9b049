"""Text for people: sanitized, formatted. One of each, for screens, commands and exports."""
