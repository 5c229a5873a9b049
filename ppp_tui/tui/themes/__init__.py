"""Themes: the shipped four, those made of the palettes of Textual, and the files of the user."""
