-- Lists of sessions are read from an index in the order of any column, from their place on; what narrows them by sums is
-- compared in an index of nothing but sums.

-- The session has a parent, so that it stands in no list by itself.
ALTER TABLE trajectory_summaries ADD COLUMN is_child INTEGER NOT NULL DEFAULT 0 CHECK (is_child IN (0, 1));
UPDATE trajectory_summaries SET is_child = 1
    WHERE trajectory_id IN (SELECT id FROM trajectories WHERE parent_id IS NOT NULL);
CREATE TRIGGER summaries_of_children AFTER INSERT ON trajectory_summaries
WHEN new.is_child <> EXISTS (SELECT 1 FROM trajectories WHERE id = new.trajectory_id AND parent_id IS NOT NULL) BEGIN
    UPDATE trajectory_summaries SET is_child = 1 - new.is_child WHERE trajectory_id = new.trajectory_id;
END;
CREATE TRIGGER trajectories_parent_changed AFTER UPDATE OF parent_id ON trajectories
WHEN (new.parent_id IS NULL) <> (old.parent_id IS NULL) BEGIN
    UPDATE trajectory_summaries SET is_child = new.parent_id IS NOT NULL WHERE trajectory_id = new.id;
END;

DROP INDEX summaries_by_time;
CREATE INDEX summaries_by_time ON trajectory_summaries (last_at, is_child, tree_cost_micros, tree_input_tokens,
    tree_output_tokens, tree_cache_read_tokens, tree_cache_write_tokens, tree_stated_tokens, turns, steps, failed_steps,
    retries, low_questions, medium_questions, high_questions, violations, cache_read_tokens, input_tokens,
    context_tokens, context_window);
CREATE INDEX sessions_by_time ON trajectory_summaries (last_at) WHERE is_child = 0;
CREATE INDEX sessions_by_cost ON trajectory_summaries (tree_cost_micros) WHERE is_child = 0;
CREATE INDEX sessions_by_tokens ON trajectory_summaries (tree_input_tokens + tree_output_tokens
    + tree_cache_read_tokens + tree_cache_write_tokens + tree_stated_tokens) WHERE is_child = 0;
CREATE INDEX sessions_by_turns ON trajectory_summaries (turns) WHERE is_child = 0;
CREATE INDEX sessions_by_questions ON trajectory_summaries (low_questions + medium_questions + high_questions)
    WHERE is_child = 0;
CREATE INDEX sessions_by_errors ON trajectory_summaries (failed_steps + retries) WHERE is_child = 0;

DROP INDEX trajectories_by_parent;
CREATE INDEX trajectories_by_parent ON trajectories (parent_id, created_at);
DROP INDEX trajectories_by_agent;
CREATE INDEX trajectories_by_agent ON trajectories (agent_name, parent_id);
CREATE INDEX trajectories_by_project ON trajectories (project, parent_id);

-- What a session was asked first, which lists show where it has no title, and look for words in.
ALTER TABLE trajectories ADD COLUMN first_prompt TEXT NOT NULL DEFAULT '';
UPDATE trajectories SET first_prompt = coalesce((SELECT substr(p.prompt, 1, 200) FROM trajectory_turns AS p
    WHERE p.id >= trajectories.id << 20 AND p.id < (trajectories.id << 20) + 4 AND p.prompt <> ''
    AND (p.turn_number > 0 OR p.origin = 'logged') ORDER BY p.id LIMIT 1), '');
CREATE TRIGGER turns_first_prompt_added AFTER INSERT ON trajectory_turns
WHEN new.id & 1048575 < 4 AND new.prompt <> '' BEGIN
    UPDATE trajectories SET first_prompt = coalesce((SELECT substr(p.prompt, 1, 200) FROM trajectory_turns AS p
        WHERE p.id >= trajectories.id << 20 AND p.id < (trajectories.id << 20) + 4 AND p.prompt <> ''
        AND (p.turn_number > 0 OR p.origin = 'logged') ORDER BY p.id LIMIT 1), '') WHERE id = new.id >> 20;
END;
CREATE TRIGGER turns_first_prompt_changed AFTER UPDATE OF id, prompt, origin ON trajectory_turns
WHEN new.id & 1048575 < 4 AND (new.id, new.prompt, new.origin) IS NOT (old.id, old.prompt, old.origin) BEGIN
    UPDATE trajectories SET first_prompt = coalesce((SELECT substr(p.prompt, 1, 200) FROM trajectory_turns AS p
        WHERE p.id >= trajectories.id << 20 AND p.id < (trajectories.id << 20) + 4 AND p.prompt <> ''
        AND (p.turn_number > 0 OR p.origin = 'logged') ORDER BY p.id LIMIT 1), '') WHERE id = new.id >> 20;
END;
CREATE TRIGGER turns_first_prompt_gone AFTER DELETE ON trajectory_turns
WHEN old.id & 1048575 < 4 AND old.prompt <> '' BEGIN
    UPDATE trajectories SET first_prompt = coalesce((SELECT substr(p.prompt, 1, 200) FROM trajectory_turns AS p
        WHERE p.id >= trajectories.id << 20 AND p.id < (trajectories.id << 20) + 4 AND p.prompt <> ''
        AND (p.turn_number > 0 OR p.origin = 'logged') ORDER BY p.id LIMIT 1), '') WHERE id = old.id >> 20;
END;

-- How files fare, and which are to be told of, without a look at the states of parsers.
CREATE INDEX source_files_by_health ON source_files (source, health, offset);
CREATE INDEX source_files_troubled ON source_files (source) WHERE health NOT IN ('ok', 'new');
CREATE INDEX source_files_silent ON source_files (source) WHERE silent_records > 1;
CREATE INDEX trajectories_by_version ON trajectories (source, agent_version);

-- The words of the index, by which the beginning of a word is looked for.
CREATE VIRTUAL TABLE search_index_words USING fts5vocab (search_index, instance);

-- Usage of long spans: of all together by hour, of agents and models by day, of folders by day and month. The further
-- back a report goes, the fewer rows it adds up.
CREATE TABLE total_hours (
    hour TEXT NOT NULL,
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
    PRIMARY KEY (hour)
) WITHOUT ROWID;
INSERT INTO total_hours
SELECT hour, sum(requests), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_tokens),
    sum(cost_micros), sum(unpriced_requests), sum(lower_bound_requests), sum(cache_write_1h_tokens),
    sum(reasoning_tokens), sum(reasoning_requests), sum(saved_micros), sum(reported_micros), sum(reported_requests)
FROM usage_hours GROUP BY 1;
CREATE TABLE usage_days (
    day TEXT NOT NULL,
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
    PRIMARY KEY (day, agent_name, model, reasoning_effort)
) WITHOUT ROWID;
INSERT INTO usage_days
SELECT substr(hour, 1, 10) || ' 00:00', agent_name, model, reasoning_effort, sum(requests), sum(input_tokens),
    sum(output_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(cost_micros), sum(unpriced_requests),
    sum(lower_bound_requests), sum(cache_write_1h_tokens), sum(reasoning_tokens), sum(reasoning_requests),
    sum(saved_micros), sum(reported_micros), sum(reported_requests)
FROM usage_hours GROUP BY 1, 2, 3, 4;
CREATE TABLE folder_days (
    day TEXT NOT NULL,
    project TEXT NOT NULL,
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
    PRIMARY KEY (day, project)
) WITHOUT ROWID;
INSERT INTO folder_days
SELECT day, project, sum(requests), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens),
    sum(cache_write_tokens), sum(cost_micros), sum(unpriced_requests), sum(lower_bound_requests),
    sum(cache_write_1h_tokens), sum(reasoning_tokens), sum(reasoning_requests), sum(saved_micros),
    sum(reported_micros), sum(reported_requests)
FROM project_days GROUP BY 1, 2;
CREATE TABLE folder_months (
    month TEXT NOT NULL,
    project TEXT NOT NULL,
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
    PRIMARY KEY (month, project)
) WITHOUT ROWID;
INSERT INTO folder_months
SELECT substr(day, 1, 8) || '01 00:00', project, sum(requests), sum(input_tokens), sum(output_tokens),
    sum(cache_read_tokens), sum(cache_write_tokens), sum(cost_micros), sum(unpriced_requests),
    sum(lower_bound_requests), sum(cache_write_1h_tokens), sum(reasoning_tokens), sum(reasoning_requests),
    sum(saved_micros), sum(reported_micros), sum(reported_requests)
FROM project_days GROUP BY 1, 2;
