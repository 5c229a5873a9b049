-- A list's place deep down and the number of sessions are told by an index alone: each has what a policy looks at, and the
-- number that makes the order whole. Of an expression an index serves alone only where it has the columns, too.
DROP INDEX sessions_by_time, sessions_by_cost, sessions_by_tokens, sessions_by_turns, sessions_by_questions,
    sessions_by_errors, trajectories_by_version;
CREATE INDEX sessions_by_time ON trajectory_summaries (tenant_id, last_at NULLS FIRST, trajectory_id NULLS FIRST)
    INCLUDE (replica_id) WHERE is_child = 0;
CREATE INDEX sessions_by_cost ON trajectory_summaries (tenant_id, tree_cost_micros NULLS FIRST,
    trajectory_id NULLS FIRST)
    INCLUDE (replica_id) WHERE is_child = 0;
CREATE INDEX sessions_by_tokens ON trajectory_summaries (tenant_id,
    (tree_input_tokens + tree_output_tokens + tree_cache_read_tokens + tree_cache_write_tokens
        + tree_stated_tokens) NULLS FIRST, trajectory_id NULLS FIRST)
    INCLUDE (replica_id, tree_input_tokens, tree_output_tokens, tree_cache_read_tokens, tree_cache_write_tokens,
        tree_stated_tokens) WHERE is_child = 0;
CREATE INDEX sessions_by_turns ON trajectory_summaries (tenant_id, turns NULLS FIRST, trajectory_id NULLS FIRST)
    INCLUDE (replica_id) WHERE is_child = 0;
CREATE INDEX sessions_by_questions ON trajectory_summaries (tenant_id,
    (low_questions + medium_questions + high_questions) NULLS FIRST, trajectory_id NULLS FIRST)
    INCLUDE (replica_id, low_questions, medium_questions, high_questions) WHERE is_child = 0;
CREATE INDEX sessions_by_errors ON trajectory_summaries (tenant_id, (failed_steps + retries) NULLS FIRST,
    trajectory_id NULLS FIRST)
    INCLUDE (replica_id, failed_steps, retries) WHERE is_child = 0;
CREATE INDEX trajectories_by_version ON trajectories (tenant_id, source NULLS FIRST, agent_version NULLS FIRST)
    INCLUDE (replica_id);
