-- Whose session file it is, as a team calls the person; '' for the user of this database.
ALTER TABLE source_files ADD COLUMN person TEXT NOT NULL DEFAULT '';
