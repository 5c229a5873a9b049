"""Themes: the shipped four, those derived from Textual's themes, and the user's files."""
