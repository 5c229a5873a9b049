"""``ppp-tui usage``."""
