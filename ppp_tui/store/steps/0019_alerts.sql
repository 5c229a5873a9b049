-- One row for each time that a rule of the user's held for a trajectory.
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    trajectory_id INTEGER NOT NULL REFERENCES trajectories (id) ON DELETE CASCADE,
    since TEXT NOT NULL,
    -- When the rule began to hold: percent, dollars or a count, as the rule has it.
    value REAL NOT NULL,
    -- NULL while the rule holds.
    until TEXT
);
CREATE UNIQUE INDEX alerts_open ON alerts (trajectory_id, rule) WHERE until IS NULL;
CREATE INDEX alerts_by_time ON alerts (since);
CREATE INDEX alerts_by_trajectory ON alerts (trajectory_id);
