-- What agents delivered, as databases of other programs hold it: the file and the row there, so that a row that is read
-- twice replaces itself; the agent's whole answer beside its JSON.
ALTER TABLE consensus_artifacts ADD COLUMN file_id INTEGER REFERENCES source_files (id) ON DELETE CASCADE;
ALTER TABLE consensus_artifacts ADD COLUMN file_row TEXT;
ALTER TABLE consensus_artifacts ADD COLUMN response_text TEXT;
CREATE UNIQUE INDEX artifacts_by_file ON consensus_artifacts (file_id, file_row) WHERE file_id IS NOT NULL;

-- What precedes a logged trajectory's first turn is no turn; a turn that a program numbers 0 is one.
UPDATE trajectory_turns SET origin = 'system' WHERE turn_number = 0 AND origin = 'logged' AND status = 'unknown'
    AND prompt_length = 0 AND response_length = 0;

-- Statements of the trajectory documents, as other programs run them on this database, know nothing of its ids and sums.
-- So that they work unchanged, their rows are numbered as all rows are, and wait here to be counted.
CREATE TABLE plain_queue (
    trajectory_id INTEGER PRIMARY KEY
);
-- The id that SQLite gave such a turn at first, by which its program may name it, and the id that it has.
CREATE TABLE plain_turns (
    given_id INTEGER PRIMARY KEY,
    turn_id INTEGER NOT NULL
);

-- Loosen a constraint, and have no id used twice, as the documents have it; neither touches what is on the disk.
CREATE TABLE makes_sqlite_sequence (id INTEGER PRIMARY KEY AUTOINCREMENT);
DROP TABLE makes_sqlite_sequence;
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = replace(sql, 'id INTEGER PRIMARY KEY,', 'id INTEGER PRIMARY KEY AUTOINCREMENT,')
    WHERE type = 'table' AND name = 'trajectories';
UPDATE sqlite_master SET sql = replace(sql,
    'effort_level TEXT NOT NULL CHECK (effort_level IN (''low'', ''medium'', ''high''))',
    'effort_level TEXT CHECK (effort_level IN (''low'', ''medium'', ''high'') OR asked_at IS NULL)')
    WHERE type = 'table' AND name = 'trajectory_questions';
PRAGMA writable_schema = RESET;
INSERT INTO sqlite_sequence (name, seq) SELECT 'trajectories', coalesce(max(id), 0) FROM trajectories;

CREATE TRIGGER trajectories_plain AFTER INSERT ON trajectories WHEN NEW.source = '' AND NEW.spec_id <> ''
BEGIN
    INSERT OR IGNORE INTO trajectory_summaries (trajectory_id) VALUES (NEW.id);
    UPDATE trajectories SET source = 'logger', native_id = lower(hex(randomblob(16))), entrypoint = 'sql'
        WHERE id = NEW.id;
    INSERT OR IGNORE INTO plain_queue (trajectory_id) VALUES (NEW.id);
END;

CREATE TRIGGER turns_plain AFTER INSERT ON trajectory_turns
WHEN NEW.id <> (NEW.trajectory_id << 20) + NEW.turn_number
    OR (NEW.prompt_length = 0 AND NEW.prompt <> '') OR (NEW.response_length = 0 AND NEW.response <> '')
BEGIN
    SELECT RAISE(ABORT, 'turn_number is not between 0 and 1048575') WHERE NEW.turn_number NOT BETWEEN 0 AND 1048575;
    UPDATE trajectory_turns SET id = (NEW.trajectory_id << 20) + NEW.turn_number, origin = 'logged',
        ended_at = coalesce(ended_at, timestamp), prompt_length = length(prompt), response_length = length(response)
        WHERE id = NEW.id;
    INSERT OR REPLACE INTO plain_turns (given_id, turn_id)
        SELECT NEW.id, (NEW.trajectory_id << 20) + NEW.turn_number
        WHERE NEW.id <> (NEW.trajectory_id << 20) + NEW.turn_number;
    INSERT OR IGNORE INTO search_queue (turn_id) VALUES ((NEW.trajectory_id << 20) + NEW.turn_number);
    INSERT OR IGNORE INTO plain_queue (trajectory_id) VALUES (NEW.trajectory_id);
END;

CREATE TRIGGER questions_plain AFTER INSERT ON trajectory_questions
WHEN NEW.asked_at IS NULL AND NEW.method = '' AND NEW.rule = '' AND NEW.step_key = ''
BEGIN
    UPDATE trajectory_questions SET turn_id = (SELECT p.turn_id FROM plain_turns AS p WHERE p.given_id = NEW.turn_id)
        WHERE id = NEW.id AND NOT EXISTS (SELECT 1 FROM trajectory_turns AS t WHERE t.id = NEW.turn_id)
        AND EXISTS (SELECT 1 FROM plain_turns AS p WHERE p.given_id = NEW.turn_id);
    UPDATE trajectory_questions SET
        effort_level = iif(lower(trim(NEW.effort_level)) IN ('low', 'medium', 'high'), lower(trim(NEW.effort_level)),
            'medium'),
        method = iif(lower(trim(NEW.effort_level)) IN ('low', 'medium', 'high'), 'stated', ''),
        rule = iif(lower(trim(NEW.effort_level)) IN ('low', 'medium', 'high'), 'stated', ''),
        asked_at = coalesce((SELECT t.timestamp FROM trajectory_turns AS t WHERE t.id = turn_id),
            strftime('%Y-%m-%d %H:%M:%f', 'now'))
        WHERE id = NEW.id;
    INSERT OR IGNORE INTO plain_queue (trajectory_id)
        SELECT q.turn_id >> 20 FROM trajectory_questions AS q WHERE q.id = NEW.id;
    UPDATE trajectory_questions SET id = (turn_id << 20) + 1 + coalesce((
            SELECT max(o.id) & 1048575 FROM trajectory_questions AS o WHERE o.id <> NEW.id
            AND o.id >= trajectory_questions.turn_id << 20 AND o.id < (trajectory_questions.turn_id << 20) + 524288), 0)
        WHERE id = NEW.id AND (id >> 20 <> turn_id OR id & 1048575 >= 524288);
END;

CREATE TRIGGER violations_plain AFTER INSERT ON trajectory_violations WHEN NEW.method = ''
BEGIN
    UPDATE trajectory_violations SET turn_id = (SELECT p.turn_id FROM plain_turns AS p WHERE p.given_id = NEW.turn_id)
        WHERE id = NEW.id AND NOT EXISTS (SELECT 1 FROM trajectory_turns AS t WHERE t.id = NEW.turn_id)
        AND EXISTS (SELECT 1 FROM plain_turns AS p WHERE p.given_id = NEW.turn_id);
    UPDATE trajectory_violations SET method = 'stated', source = 'stated' WHERE id = NEW.id;
    INSERT OR IGNORE INTO plain_queue (trajectory_id)
        SELECT v.turn_id >> 20 FROM trajectory_violations AS v WHERE v.id = NEW.id;
    UPDATE trajectory_violations SET id = (turn_id << 20) + 1 + coalesce((
            SELECT max(o.id) & 1048575 FROM trajectory_violations AS o WHERE o.id <> NEW.id
            AND o.id >= trajectory_violations.turn_id << 20 AND o.id < (trajectory_violations.turn_id << 20) + 524288),
            0)
        WHERE id = NEW.id AND (id >> 20 <> turn_id OR id & 1048575 >= 524288);
END;

CREATE TRIGGER artifacts_plain AFTER INSERT ON consensus_artifacts
WHEN NEW.trajectory_id IS NULL AND NEW.file_id IS NULL
BEGIN
    INSERT OR IGNORE INTO plain_queue (trajectory_id) SELECT t.id FROM trajectories AS t
        WHERE t.spec_id = NEW.spec_id AND t.agent_name = NEW.agent_name AND t.entrypoint = 'sql';
END;
