"""What was recorded of how agents do: events, the agents themselves, and their figures beside those of sessions."""
