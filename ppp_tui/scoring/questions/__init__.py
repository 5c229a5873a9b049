"""Questions to the user in text: finding them, and the effort that each asks."""
