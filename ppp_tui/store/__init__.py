"""Our database: one SQLite file, of which this room is the only writer."""
