"""The only way to read the database: questions as values, answered over any connection."""
