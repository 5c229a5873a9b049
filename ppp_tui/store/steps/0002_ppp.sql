-- What programs state through the logger, verdicts on preferences, and what agents delivered.

ALTER TABLE trajectories ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
ALTER TABLE trajectories ADD COLUMN ended_at TEXT;
ALTER TABLE trajectories ADD COLUMN outcome TEXT NOT NULL DEFAULT ''
    CHECK (outcome IN ('', 'completed', 'failed', 'cancelled'));
-- Place within its run, such as '/plan/agent-1': what lies below another trajectory's path is its child.
ALTER TABLE trajectories ADD COLUMN path TEXT NOT NULL DEFAULT '';
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

-- What scores are made of, kept in step with the rows, so that no ranking looks at turns. An ask is what is put to the
-- person at once: one call of a tool, or all prose questions of a turn; it is as hard as its hardest question.
ALTER TABLE trajectory_summaries ADD COLUMN low_asks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trajectory_summaries ADD COLUMN medium_asks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trajectory_summaries ADD COLUMN high_asks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trajectory_summaries ADD COLUMN minor_violations INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trajectory_summaries ADD COLUMN major_violations INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trajectory_summaries ADD COLUMN critical_violations INTEGER NOT NULL DEFAULT 0;
UPDATE trajectory_summaries SET (low_asks, medium_asks, high_asks) = (
    SELECT coalesce(sum(a.effort = 1), 0), coalesce(sum(a.effort = 2), 0), coalesce(sum(a.effort = 3), 0)
    FROM (SELECT max(CASE q.effort_level WHEN 'high' THEN 3 WHEN 'medium' THEN 2 ELSE 1 END) AS effort
        FROM trajectory_questions AS q JOIN trajectory_turns AS t ON t.id = q.turn_id
        WHERE q.id >= trajectory_summaries.trajectory_id << 40
            AND q.id < (trajectory_summaries.trajectory_id + 1) << 40 AND t.is_copy = 0
        GROUP BY q.turn_id, q.step_key) AS a)
WHERE low_questions + medium_questions + high_questions > 0;
UPDATE trajectory_summaries SET (minor_violations, major_violations, critical_violations) = (
    SELECT coalesce(sum(v.severity = 'minor'), 0), coalesce(sum(v.severity = 'major'), 0),
           coalesce(sum(v.severity = 'critical'), 0)
    FROM trajectory_violations AS v JOIN trajectory_turns AS t ON t.id = v.turn_id
    WHERE v.id >= trajectory_summaries.trajectory_id << 40
        AND v.id < (trajectory_summaries.trajectory_id + 1) << 40 AND t.is_copy = 0)
WHERE violations > 0;

-- Equal where project and first prompt are: agents that were given the same task. NULL for sub-agents and copies.
ALTER TABLE trajectory_summaries ADD COLUMN task_key INTEGER;
INSERT INTO archive_facts (name, value)
    SELECT 'tasks', 'unnamed' WHERE EXISTS (SELECT 1 FROM trajectories);
CREATE INDEX summaries_by_task ON trajectory_summaries (task_key) WHERE task_key IS NOT NULL;
CREATE INDEX trajectories_by_group ON trajectories (spec_id, stage, run_id, agent_name, parent_id)
    WHERE spec_id <> '';
CREATE INDEX trajectories_by_agent ON trajectories (agent_name);
CREATE INDEX trajectories_by_model ON trajectories (model);

-- Commands that may have run tests; whether they did is judged by whoever reads them.
CREATE INDEX steps_by_test ON steps (id) WHERE kind = 'shell' AND (target LIKE '%test%' OR target LIKE '%spec%'
    OR target LIKE '%jest%' OR target LIKE '%mocha%' OR target LIKE '%tox%' OR target LIKE '%nox%'
    OR target LIKE '%check%' OR target LIKE '%phpunit%' OR target LIKE '%behave%' OR target LIKE '%bats%');
-- Logged requests without a stated cost, until somebody who knows prices has looked at them.
CREATE TABLE price_queue (
    usage_id INTEGER PRIMARY KEY
);
