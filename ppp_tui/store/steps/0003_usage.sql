-- Where tokens, money and time go: sums by hour and day, times of turns, limits, and what agents report themselves.

-- What the cache saved on a request (negative where it cost more), and what the agent itself said that it cost.
ALTER TABLE token_usage ADD COLUMN saved_micros INTEGER;
ALTER TABLE token_usage ADD COLUMN reported_micros INTEGER;

-- Usage of a forgotten session up to this time stays in the sums: reading the file again does not count it anew.
ALTER TABLE source_files ADD COLUMN counted_until TEXT NOT NULL DEFAULT '';

-- All rollups have the same sums. `cache_write_1h_tokens` is a part of `cache_write_tokens`; `reasoning_tokens` is what
-- `reasoning_requests` of the requests told.
ALTER TABLE usage_minutes ADD COLUMN cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_minutes ADD COLUMN reasoning_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_minutes ADD COLUMN reasoning_requests INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_minutes ADD COLUMN saved_micros INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_minutes ADD COLUMN reported_micros INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_minutes ADD COLUMN reported_requests INTEGER NOT NULL DEFAULT 0;

-- Hours and days are UTC text to the minute (`2026-11-20 13:00`); a person's day is made of hours.
CREATE TABLE usage_hours (
    hour TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    model TEXT NOT NULL,
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    unpriced_requests INTEGER NOT NULL,
    lower_bound_requests INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_requests INTEGER NOT NULL DEFAULT 0,
    saved_micros INTEGER NOT NULL DEFAULT 0,
    reported_micros INTEGER NOT NULL DEFAULT 0,
    reported_requests INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (hour, agent_name, model)
) WITHOUT ROWID;

CREATE TABLE project_hours (
    hour TEXT NOT NULL,
    project TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    model TEXT NOT NULL,
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    unpriced_requests INTEGER NOT NULL,
    lower_bound_requests INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_requests INTEGER NOT NULL DEFAULT 0,
    saved_micros INTEGER NOT NULL DEFAULT 0,
    reported_micros INTEGER NOT NULL DEFAULT 0,
    reported_requests INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (hour, project, agent_name, model)
) WITHOUT ROWID;

CREATE TABLE project_days (
    day TEXT NOT NULL,
    project TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    model TEXT NOT NULL,
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    unpriced_requests INTEGER NOT NULL,
    lower_bound_requests INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_requests INTEGER NOT NULL DEFAULT 0,
    saved_micros INTEGER NOT NULL DEFAULT 0,
    reported_micros INTEGER NOT NULL DEFAULT 0,
    reported_requests INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, project, agent_name, model)
) WITHOUT ROWID;

-- `root_id` is the session that the trajectory is a sub-agent of, however deep, or the trajectory itself.
CREATE TABLE session_hours (
    hour TEXT NOT NULL,
    trajectory_id INTEGER NOT NULL REFERENCES trajectories (id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    root_id INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    unpriced_requests INTEGER NOT NULL,
    lower_bound_requests INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_requests INTEGER NOT NULL DEFAULT 0,
    saved_micros INTEGER NOT NULL DEFAULT 0,
    reported_micros INTEGER NOT NULL DEFAULT 0,
    reported_requests INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (hour, trajectory_id, model)
) WITHOUT ROWID;
CREATE INDEX session_hours_by_trajectory ON session_hours (trajectory_id);
CREATE INDEX session_hours_by_root ON session_hours (root_id);

CREATE TABLE session_days (
    day TEXT NOT NULL,
    trajectory_id INTEGER NOT NULL REFERENCES trajectories (id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    root_id INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    unpriced_requests INTEGER NOT NULL,
    lower_bound_requests INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_requests INTEGER NOT NULL DEFAULT 0,
    saved_micros INTEGER NOT NULL DEFAULT 0,
    reported_micros INTEGER NOT NULL DEFAULT 0,
    reported_requests INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, trajectory_id, model)
) WITHOUT ROWID;
CREATE INDEX session_days_by_trajectory ON session_days (trajectory_id);
CREATE INDEX session_days_by_root ON session_days (root_id);

-- Sums of what is in the archive already. Minutes are made anew, since they lack the new sums.
DELETE FROM usage_minutes;
INSERT INTO usage_minutes
SELECT substr(u.at, 1, 16), t.agent_name, u.model, count(*), sum(u.input_tokens), sum(u.output_tokens),
    sum(u.cache_read_tokens), sum(u.cache_write_5m_tokens + u.cache_write_1h_tokens), sum(coalesce(u.cost_micros, 0)),
    sum(u.cost_micros IS NULL), sum(u.is_lower_bound), sum(u.cache_write_1h_tokens),
    sum(coalesce(u.reasoning_tokens, 0)), sum(u.reasoning_tokens IS NOT NULL), 0, 0, 0
FROM token_usage AS u JOIN trajectories AS t ON t.id = u.id >> 40 WHERE u.is_counted = 1 GROUP BY 1, 2, 3;
INSERT INTO session_hours
WITH RECURSIVE tree (id, root, depth) AS (
    SELECT id, id, 0 FROM trajectories WHERE parent_id IS NULL
    UNION ALL SELECT c.id, tree.root, tree.depth + 1 FROM tree JOIN trajectories AS c ON c.parent_id = tree.id
        WHERE tree.depth < 32)
SELECT substr(u.at, 1, 13) || ':00', u.id >> 40, u.model, coalesce(max(tree.root), u.id >> 40), count(*), sum(u.input_tokens), sum(u.output_tokens),
    sum(u.cache_read_tokens), sum(u.cache_write_5m_tokens + u.cache_write_1h_tokens), sum(coalesce(u.cost_micros, 0)),
    sum(u.cost_micros IS NULL), sum(u.is_lower_bound), sum(u.cache_write_1h_tokens),
    sum(coalesce(u.reasoning_tokens, 0)), sum(u.reasoning_tokens IS NOT NULL), 0, 0, 0
FROM token_usage AS u LEFT JOIN tree ON tree.id = u.id >> 40 WHERE u.is_counted = 1 GROUP BY 1, 2, 3;
INSERT INTO session_days
SELECT substr(hour, 1, 10) || ' 00:00', trajectory_id, model, max(root_id), sum(requests), sum(input_tokens), sum(output_tokens),
    sum(cache_read_tokens), sum(cache_write_tokens), sum(cost_micros), sum(unpriced_requests),
    sum(lower_bound_requests), sum(cache_write_1h_tokens), sum(reasoning_tokens), sum(reasoning_requests), 0, 0, 0
FROM session_hours GROUP BY 1, 2, 3;
INSERT INTO project_hours
SELECT s.hour, t.project, t.agent_name, s.model, sum(requests), sum(input_tokens), sum(output_tokens),
    sum(cache_read_tokens), sum(cache_write_tokens), sum(cost_micros), sum(unpriced_requests),
    sum(lower_bound_requests), sum(cache_write_1h_tokens), sum(reasoning_tokens), sum(reasoning_requests), 0, 0, 0
FROM session_hours AS s JOIN trajectories AS t ON t.id = s.trajectory_id GROUP BY 1, 2, 3, 4;
INSERT INTO project_days
SELECT substr(hour, 1, 10) || ' 00:00', project, agent_name, model, sum(requests), sum(input_tokens),
    sum(output_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(cost_micros), sum(unpriced_requests),
    sum(lower_bound_requests), sum(cache_write_1h_tokens), sum(reasoning_tokens), sum(reasoning_requests), 0, 0, 0
FROM project_hours GROUP BY 1, 2, 3, 4;
INSERT INTO usage_hours
SELECT hour, agent_name, model, sum(requests), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens),
    sum(cache_write_tokens), sum(cost_micros), sum(unpriced_requests), sum(lower_bound_requests),
    sum(cache_write_1h_tokens), sum(reasoning_tokens), sum(reasoning_requests), 0, 0, 0
FROM project_hours GROUP BY 1, 2, 3;

-- A turn's time: at least one tool ran, the person was asked, the agent paused before it asked the model again. The id
-- is the turn's. What is left of the turn is the model's.
CREATE TABLE turn_times (
    id INTEGER PRIMARY KEY,
    tool_ms INTEGER NOT NULL,
    waiting_ms INTEGER NOT NULL,
    retry_ms INTEGER NOT NULL
);
ALTER TABLE trajectory_summaries ADD COLUMN tool_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trajectory_summaries ADD COLUMN waiting_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trajectory_summaries ADD COLUMN retry_ms INTEGER NOT NULL DEFAULT 0;

-- What got done: a commit, by the id of the step that made it.
CREATE TABLE features (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL
);
CREATE INDEX features_by_time ON features (at);

-- Usage limits as they stood from time to time: `official` where the provider's figure was handed over, `recorded` where
-- the agent wrote it into its session file.
CREATE TABLE limit_readings (
    agent_name TEXT NOT NULL,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    used_percent REAL NOT NULL,
    window_minutes INTEGER,
    resets_at TEXT,
    plan TEXT NOT NULL DEFAULT '',
    provenance TEXT NOT NULL CHECK (provenance IN ('official', 'recorded')),
    PRIMARY KEY (agent_name, name, at)
) WITHOUT ROWID;
INSERT OR IGNORE INTO limit_readings
SELECT t.agent_name, r.name, r.at, r.used_percent, r.window_minutes, r.resets_at, r.plan, 'recorded'
FROM rate_limits AS r JOIN trajectories AS t ON t.id = r.trajectory_id;

-- The last word of an agent on a session as a whole; the session itself may not be in the archive yet.
CREATE TABLE session_reports (
    source TEXT NOT NULL,
    native_id TEXT NOT NULL,
    at TEXT NOT NULL,
    model TEXT NOT NULL DEFAULT '',
    cost_micros INTEGER,
    api_ms INTEGER,
    wall_ms INTEGER,
    context_tokens INTEGER,
    context_window INTEGER,
    PRIMARY KEY (source, native_id)
) WITHOUT ROWID;
