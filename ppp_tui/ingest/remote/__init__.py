"""Follows session files on other machines: a private copy on this one grows by what is appended there."""
