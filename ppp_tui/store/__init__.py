"""Our archive: one SQLite file, of which this room is the only writer."""
