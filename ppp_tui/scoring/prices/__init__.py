"""What requests cost, and how large a context window is."""
