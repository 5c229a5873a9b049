"""Claude Code's status line."""
