-- What programs state through the logger, verdicts on preferences, and what agents delivered.

ALTER TABLE trajectories ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
ALTER TABLE trajectories ADD COLUMN ended_at TEXT;
ALTER TABLE trajectories ADD COLUMN outcome TEXT NOT NULL DEFAULT ''
    CHECK (outcome IN ('', 'completed', 'failed', 'cancelled'));
-- A logged trajectory has no file: its own id makes it one.
CREATE UNIQUE INDEX trajectories_logged ON trajectories (native_id) WHERE source = 'logger';

-- Name and version of the scorer that judged; '' for not yet. A summary's is that of its oldest turn.
ALTER TABLE trajectory_turns ADD COLUMN scored_by TEXT NOT NULL DEFAULT '';
ALTER TABLE trajectory_summaries ADD COLUMN scored_by TEXT NOT NULL DEFAULT '';
CREATE INDEX summaries_by_scorer ON trajectory_summaries (scored_by);

ALTER TABLE trajectory_violations ADD COLUMN source TEXT NOT NULL DEFAULT 'judged'
    CHECK (source IN ('judged', 'stated'));
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
