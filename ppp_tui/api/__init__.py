"""Ways in which other programs ask what the database holds; all of them read through queries."""
