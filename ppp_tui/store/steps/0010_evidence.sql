-- Tokens that a program stated for a turn as one number, where it logged no request of the model that would tell more:
-- of the trajectory's own turns, and with those of all trajectories below it.
ALTER TABLE trajectory_summaries ADD COLUMN stated_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trajectory_summaries ADD COLUMN tree_stated_tokens INTEGER NOT NULL DEFAULT 0;
CREATE INDEX turns_by_stated_tokens ON trajectory_turns (timestamp) WHERE token_count IS NOT NULL AND requests = 0;
UPDATE trajectory_summaries SET stated_tokens = (
    SELECT coalesce(sum(t.token_count), 0) FROM trajectory_turns AS t
    WHERE t.id BETWEEN trajectory_summaries.trajectory_id << 20 AND (trajectory_summaries.trajectory_id << 20) + 1048575
        AND t.token_count IS NOT NULL AND t.requests = 0 AND t.is_copy = 0)
WHERE requests = 0 OR trajectory_id IN (
    SELECT u.trajectory_id FROM trajectory_turns AS u WHERE u.token_count IS NOT NULL AND u.requests = 0);
UPDATE trajectory_summaries SET tree_stated_tokens = (
    WITH RECURSIVE below (id) AS (
        SELECT trajectory_summaries.trajectory_id
        UNION SELECT t.id FROM below JOIN trajectories AS t ON t.parent_id = below.id)
    SELECT coalesce(sum(s.stated_tokens), 0) FROM below JOIN trajectory_summaries AS s ON s.trajectory_id = below.id)
WHERE EXISTS (SELECT 1 FROM trajectory_summaries AS s WHERE s.stated_tokens > 0);

-- Slash commands and empty prompts are no tasks: all tasks are named anew when the database is opened.
INSERT OR REPLACE INTO archive_facts (name, value)
    SELECT 'tasks', 'unnamed' WHERE EXISTS (SELECT 1 FROM trajectories);
