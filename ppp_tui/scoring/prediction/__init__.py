"""How likely a task is to succeed, by the user's own runs."""
