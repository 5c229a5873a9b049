-- How hard the model was asked to think is told apart in every sum; what was summed before tells no effort.

CREATE TEMP TABLE former_usage_minutes AS SELECT * FROM usage_minutes;
DROP TABLE usage_minutes;
CREATE TABLE usage_minutes (
    minute TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    model TEXT NOT NULL,
    reasoning_effort TEXT NOT NULL DEFAULT '',
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
    PRIMARY KEY (minute, agent_name, model, reasoning_effort)
) WITHOUT ROWID;
INSERT INTO usage_minutes (minute, agent_name, model, reasoning_effort,
    requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, unpriced_requests,
    lower_bound_requests, cache_write_1h_tokens, reasoning_tokens, reasoning_requests, saved_micros, reported_micros, reported_requests)
SELECT minute, agent_name, model, '',
    requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, unpriced_requests,
    lower_bound_requests, cache_write_1h_tokens, reasoning_tokens, reasoning_requests, saved_micros, reported_micros, reported_requests
FROM temp.former_usage_minutes;
DROP TABLE temp.former_usage_minutes;

CREATE TEMP TABLE former_usage_hours AS SELECT * FROM usage_hours;
DROP TABLE usage_hours;
CREATE TABLE usage_hours (
    hour TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    model TEXT NOT NULL,
    reasoning_effort TEXT NOT NULL DEFAULT '',
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
    PRIMARY KEY (hour, agent_name, model, reasoning_effort)
) WITHOUT ROWID;
INSERT INTO usage_hours (hour, agent_name, model, reasoning_effort,
    requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, unpriced_requests,
    lower_bound_requests, cache_write_1h_tokens, reasoning_tokens, reasoning_requests, saved_micros, reported_micros, reported_requests)
SELECT hour, agent_name, model, '',
    requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, unpriced_requests,
    lower_bound_requests, cache_write_1h_tokens, reasoning_tokens, reasoning_requests, saved_micros, reported_micros, reported_requests
FROM temp.former_usage_hours;
DROP TABLE temp.former_usage_hours;

CREATE TEMP TABLE former_project_hours AS SELECT * FROM project_hours;
DROP TABLE project_hours;
CREATE TABLE project_hours (
    hour TEXT NOT NULL,
    project TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    model TEXT NOT NULL,
    reasoning_effort TEXT NOT NULL DEFAULT '',
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
    PRIMARY KEY (hour, project, agent_name, model, reasoning_effort)
) WITHOUT ROWID;
INSERT INTO project_hours (hour, project, agent_name, model, reasoning_effort,
    requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, unpriced_requests,
    lower_bound_requests, cache_write_1h_tokens, reasoning_tokens, reasoning_requests, saved_micros, reported_micros, reported_requests)
SELECT hour, project, agent_name, model, '',
    requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, unpriced_requests,
    lower_bound_requests, cache_write_1h_tokens, reasoning_tokens, reasoning_requests, saved_micros, reported_micros, reported_requests
FROM temp.former_project_hours;
DROP TABLE temp.former_project_hours;

CREATE TEMP TABLE former_project_days AS SELECT * FROM project_days;
DROP TABLE project_days;
CREATE TABLE project_days (
    day TEXT NOT NULL,
    project TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    model TEXT NOT NULL,
    reasoning_effort TEXT NOT NULL DEFAULT '',
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
    PRIMARY KEY (day, project, agent_name, model, reasoning_effort)
) WITHOUT ROWID;
INSERT INTO project_days (day, project, agent_name, model, reasoning_effort,
    requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, unpriced_requests,
    lower_bound_requests, cache_write_1h_tokens, reasoning_tokens, reasoning_requests, saved_micros, reported_micros, reported_requests)
SELECT day, project, agent_name, model, '',
    requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, unpriced_requests,
    lower_bound_requests, cache_write_1h_tokens, reasoning_tokens, reasoning_requests, saved_micros, reported_micros, reported_requests
FROM temp.former_project_days;
DROP TABLE temp.former_project_days;

CREATE TEMP TABLE former_session_hours AS SELECT * FROM session_hours;
DROP TABLE session_hours;
CREATE TABLE session_hours (
    hour TEXT NOT NULL,
    trajectory_id INTEGER NOT NULL REFERENCES trajectories (id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    reasoning_effort TEXT NOT NULL DEFAULT '',
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
    PRIMARY KEY (hour, trajectory_id, model, reasoning_effort)
) WITHOUT ROWID;
INSERT INTO session_hours (hour, trajectory_id, model, reasoning_effort, root_id,
    requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, unpriced_requests,
    lower_bound_requests, cache_write_1h_tokens, reasoning_tokens, reasoning_requests, saved_micros, reported_micros, reported_requests)
SELECT hour, trajectory_id, model, '', root_id,
    requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, unpriced_requests,
    lower_bound_requests, cache_write_1h_tokens, reasoning_tokens, reasoning_requests, saved_micros, reported_micros, reported_requests
FROM temp.former_session_hours;
DROP TABLE temp.former_session_hours;
CREATE INDEX session_hours_by_trajectory ON session_hours (trajectory_id);
CREATE INDEX session_hours_by_root ON session_hours (root_id);

CREATE TEMP TABLE former_session_days AS SELECT * FROM session_days;
DROP TABLE session_days;
CREATE TABLE session_days (
    day TEXT NOT NULL,
    trajectory_id INTEGER NOT NULL REFERENCES trajectories (id) ON DELETE CASCADE,
    model TEXT NOT NULL,
    reasoning_effort TEXT NOT NULL DEFAULT '',
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
    PRIMARY KEY (day, trajectory_id, model, reasoning_effort)
) WITHOUT ROWID;
INSERT INTO session_days (day, trajectory_id, model, reasoning_effort, root_id,
    requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, unpriced_requests,
    lower_bound_requests, cache_write_1h_tokens, reasoning_tokens, reasoning_requests, saved_micros, reported_micros, reported_requests)
SELECT day, trajectory_id, model, '', root_id,
    requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, unpriced_requests,
    lower_bound_requests, cache_write_1h_tokens, reasoning_tokens, reasoning_requests, saved_micros, reported_micros, reported_requests
FROM temp.former_session_days;
DROP TABLE temp.former_session_days;
CREATE INDEX session_days_by_trajectory ON session_days (trajectory_id);
CREATE INDEX session_days_by_root ON session_days (root_id);
