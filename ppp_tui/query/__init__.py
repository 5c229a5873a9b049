"""The only way to read the archive: questions as values, answered by whoever holds a connection."""
