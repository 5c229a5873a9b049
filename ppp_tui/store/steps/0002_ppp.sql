-- What programs state through the logger, verdicts on preferences, and what agents delivered.

ALTER TABLE trajectories ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
ALTER TABLE trajectories ADD COLUMN ended_at TEXT;
ALTER TABLE trajectories ADD COLUMN outcome TEXT NOT NULL DEFAULT ''
    CHECK (outcome IN ('', 'completed', 'failed', 'cancelled'));
-- A logged trajectory has no file: its own id makes it one.
CREATE UNIQUE INDEX trajectories_logged ON trajectories (native_id) WHERE source = 'logger';

-- Name and version of the scorer that judged; '' for not yet. A summary's names the settings with which all turns of
-- the trajectory were last judged: it goes back to '' whenever one of them changes.
ALTER TABLE trajectory_turns ADD COLUMN scored_by TEXT NOT NULL DEFAULT '';
ALTER TABLE trajectory_summaries ADD COLUMN scored_by TEXT NOT NULL DEFAULT '';
CREATE INDEX summaries_by_scorer ON trajectory_summaries (scored_by);
CREATE INDEX turns_by_scorer ON trajectory_turns (trajectory_id, scored_by);

ALTER TABLE trajectory_violations ADD COLUMN source TEXT NOT NULL DEFAULT 'judged'
    CHECK (source IN ('judged', 'stated'));
UPDATE trajectory_violations SET source = 'stated';
ALTER TABLE trajectory_violations ADD COLUMN text_start INTEGER;
ALTER TABLE trajectory_violations ADD COLUMN text_end INTEGER;

CREATE TABLE preference_verdicts (
    trajectory_id INTEGER NOT NULL REFERENCES trajectories (id) ON DELETE CASCADE,
    preference_name TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('kept', 'violated', 'not_applicable', 'unjudged')),
    reward REAL NOT NULL DEFAULT 0,
    detail TEXT NOT NULL DEFAULT '',
    method TEXT NOT NULL,
    PRIMARY KEY (trajectory_id, preference_name)
) WITHOUT ROWID;

-- How often a turn kept, violated or left unjudged what a preference says of texts; the verdicts above are their sums.
CREATE TABLE turn_verdicts (
    turn_id INTEGER NOT NULL REFERENCES trajectory_turns (id) ON DELETE CASCADE,
    preference_name TEXT NOT NULL,
    kept INTEGER NOT NULL,
    violated INTEGER NOT NULL,
    unjudged INTEGER NOT NULL,
    PRIMARY KEY (turn_id, preference_name)
) WITHOUT ROWID;

-- What a model said of a question, by a hash of the question and its answers, so that it is asked once.
CREATE TABLE judged_efforts (
    question_hash INTEGER NOT NULL,
    method TEXT NOT NULL,
    effort_level TEXT NOT NULL CHECK (effort_level IN ('low', 'medium', 'high')),
    PRIMARY KEY (question_hash, method)
) WITHOUT ROWID;

CREATE TABLE consensus_artifacts (
    id INTEGER PRIMARY KEY,
    trajectory_id INTEGER REFERENCES trajectories (id) ON DELETE CASCADE,
    spec_id TEXT NOT NULL,
    stage TEXT NOT NULL DEFAULT '',
    agent_name TEXT NOT NULL,
    run_id TEXT,
    content_json TEXT NOT NULL DEFAULT '{}',
    score REAL CHECK (score BETWEEN 0 AND 1),
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
);
CREATE INDEX artifacts_by_spec ON consensus_artifacts (spec_id, stage);
CREATE INDEX artifacts_by_trajectory ON consensus_artifacts (trajectory_id);

-- How far a logger's journal has been carried into the archive: it moves in the transaction that writes the entries.
CREATE TABLE journals (
    name TEXT PRIMARY KEY,
    offset INTEGER NOT NULL
) WITHOUT ROWID;
