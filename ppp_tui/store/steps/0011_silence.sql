-- Records at the end of what was read of a session file that told nothing, and where they begin: a format that moved on.
ALTER TABLE source_files ADD COLUMN silent_records INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source_files ADD COLUMN silent_from INTEGER NOT NULL DEFAULT 0;
