"""The only way to read the database: questions as values, answered by whoever holds a connection."""
