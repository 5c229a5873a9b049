"""Follows session files on other machines: a private copy on this one grows by the appended bytes."""
