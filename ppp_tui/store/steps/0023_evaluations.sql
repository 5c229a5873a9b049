-- What evaluations say of sessions as a whole. They follow from other rows, and are made anew when rules change.
CREATE TABLE evaluations (
    trajectory_id INTEGER NOT NULL REFERENCES trajectories (id) ON DELETE CASCADE,
    -- goal, retention, coherence, progression, or one that another package brings.
    name TEXT NOT NULL,
    -- Who evaluated, and in which version.
    method TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('good', 'mixed', 'bad', 'unknown')),
    -- NULL where unknown.
    score REAL CHECK (score BETWEEN 0 AND 1),
    reason TEXT NOT NULL DEFAULT '',
    -- JSON: pairs of a turn's number (null for the whole session) and a text.
    evidence TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (trajectory_id, name, method)
) WITHOUT ROWID;
