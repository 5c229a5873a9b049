"""Rules that evaluate a session as a whole."""
