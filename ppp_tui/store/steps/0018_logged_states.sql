-- Where the fold of a logged trajectory stands, so that another process can go on with it.
CREATE TABLE logged_states (
    trajectory_id INTEGER PRIMARY KEY REFERENCES trajectories (id) ON DELETE CASCADE,
    state BLOB NOT NULL
);
