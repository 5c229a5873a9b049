-- Hashes of commits, as git abbreviated them.
ALTER TABLE features ADD COLUMN commit_hash TEXT NOT NULL DEFAULT '';
-- Pull requests that a session opened, merged, or was about; the id is that of its turn, shifted, plus a number that
-- counts up within the trajectory.
CREATE TABLE pull_requests (
    id INTEGER PRIMARY KEY,
    action TEXT NOT NULL CHECK (action IN ('created', 'merged', 'linked')),
    url TEXT NOT NULL,
    -- What a merge named where no URL is known: #12, owner/name#12, or '' for the one of the current branch.
    reference TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX pull_requests_by_time ON pull_requests (at);
CREATE INDEX pull_requests_by_url ON pull_requests (url);
-- What a program said of its trajectory in words of its own; ids of threads among them.
CREATE TABLE trajectory_metadata (
    trajectory_id INTEGER NOT NULL REFERENCES trajectories (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (trajectory_id, name)
) WITHOUT ROWID;
CREATE INDEX trajectory_metadata_by_value ON trajectory_metadata (name, value);
