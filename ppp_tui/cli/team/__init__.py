"""``ppp-tui team``: the store that a team shares."""
