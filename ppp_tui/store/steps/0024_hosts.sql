-- The machine that a session file lies on, as its address names it; '' for this one.
ALTER TABLE source_files ADD COLUMN host TEXT NOT NULL DEFAULT '';
CREATE INDEX source_files_by_host ON source_files (host) WHERE host <> '';
