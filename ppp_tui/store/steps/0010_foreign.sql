-- What agents delivered, as databases of other programs hold it: the file and the row there, so that a row that is read
-- twice replaces itself; the agent's whole answer beside its JSON.
ALTER TABLE consensus_artifacts ADD COLUMN file_id INTEGER REFERENCES source_files (id) ON DELETE CASCADE;
ALTER TABLE consensus_artifacts ADD COLUMN file_row TEXT;
ALTER TABLE consensus_artifacts ADD COLUMN response_text TEXT;
CREATE UNIQUE INDEX artifacts_by_file ON consensus_artifacts (file_id, file_row) WHERE file_id IS NOT NULL;

-- What precedes a logged trajectory's first turn is no turn; a turn that a program numbers 0 is one.
UPDATE trajectory_turns SET origin = 'system' WHERE turn_number = 0 AND origin = 'logged' AND status = 'unknown'
    AND prompt_length = 0 AND response_length = 0;
