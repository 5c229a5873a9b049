"""Entries of logging programs: journals, and their rows."""
