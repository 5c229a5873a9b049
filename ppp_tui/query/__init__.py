"""The only way to read the database for people: queries as values, answered over any connection."""
