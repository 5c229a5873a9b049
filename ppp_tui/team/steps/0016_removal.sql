-- Who removes trajectories removes their rows before, of many at once in each table. Nothing is looked for then; with a
-- trajectory that somebody deletes by hand its rows go as ever.
CREATE OR REPLACE FUNCTION ppp_rows_of_trajectory_go() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rows_in text;
    numbered text;
BEGIN
    DELETE FROM consensus_artifacts WHERE tenant_id = old.tenant_id AND trajectory_id = old.id;
    IF NOT EXISTS (SELECT 1 FROM trajectory_turns AS u WHERE u.tenant_id = old.tenant_id AND u.trajectory_id = old.id)
        AND NOT EXISTS (SELECT 1 FROM session_hours AS h
            WHERE h.tenant_id = old.tenant_id AND h.trajectory_id = old.id) THEN
        RETURN old;
    END IF;
    DELETE FROM session_hours WHERE tenant_id = old.tenant_id AND trajectory_id = old.id;
    FOREACH rows_in IN ARRAY ARRAY['token_usage', 'steps', 'retries', 'features', 'pull_requests', 'test_runs',
        'project_changes', 'retry_chains', 'file_accesses', 'agent_decisions', 'agent_quality_signals',
        'trajectory_questions', 'trajectory_violations'] LOOP
        numbered := CASE rows_in WHEN 'agent_decisions' THEN 'decision_id' WHEN 'agent_quality_signals' THEN 'signal_id'
            ELSE 'id' END;
        EXECUTE format('DELETE FROM %I WHERE tenant_id = $1 AND %2$I >= $2 << 40 AND %2$I < ($2 + 1) << 40', rows_in,
            numbered) USING old.tenant_id, old.id;
    END LOOP;
    DELETE FROM turn_times WHERE tenant_id = old.tenant_id AND id >= old.id << 20 AND id < (old.id + 1) << 20;
    DELETE FROM context_use WHERE tenant_id = old.tenant_id AND id >= old.id << 20 AND id < (old.id + 1) << 20;
    DELETE FROM turn_verdicts WHERE tenant_id = old.tenant_id AND turn_id >= old.id << 20
        AND turn_id < (old.id + 1) << 20;
    RETURN old;
END
$$;

-- When a file was read or edited last is looked up only where the last time went: looking for each file that old sessions
-- touched took most of what it takes to remove them.
CREATE OR REPLACE FUNCTION ppp_last_accesses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF tg_op <> 'DELETE' THEN
        UPDATE file_sums_by_replica AS s SET last_read_at = greatest(s.last_read_at, d.read_at),
            last_edit_at = greatest(s.last_edit_at, d.edit_at)
        FROM (SELECT a.tenant_id, a.replica_id, a.project, a.path, max(a.at) FILTER (WHERE a.action = 'read') AS read_at,
                max(a.at) FILTER (WHERE a.action = 'edit') AS edit_at
            FROM added AS a WHERE a.is_copy = 0 GROUP BY 1, 2, 3, 4) AS d
        WHERE s.tenant_id = d.tenant_id AND s.replica_id = d.replica_id AND s.project = d.project AND s.path = d.path;
    END IF;
    IF tg_op <> 'INSERT' THEN
        UPDATE file_sums_by_replica AS s SET
            last_read_at = CASE WHEN d.read_at >= s.last_read_at THEN (SELECT max(a.at) FROM file_accesses AS a
                WHERE a.tenant_id = s.tenant_id AND a.replica_id = s.replica_id AND a.project = s.project
                AND a.path = s.path AND a.action = 'read' AND a.is_copy = 0) ELSE s.last_read_at END,
            last_edit_at = CASE WHEN d.edit_at >= s.last_edit_at THEN (SELECT max(a.at) FROM file_accesses AS a
                WHERE a.tenant_id = s.tenant_id AND a.replica_id = s.replica_id AND a.project = s.project
                AND a.path = s.path AND a.action = 'edit' AND a.is_copy = 0) ELSE s.last_edit_at END
        FROM (SELECT o.tenant_id, o.replica_id, o.project, o.path, max(o.at) FILTER (WHERE o.action = 'read') AS read_at,
                max(o.at) FILTER (WHERE o.action = 'edit') AS edit_at
            FROM gone AS o WHERE o.is_copy = 0 GROUP BY 1, 2, 3, 4) AS d
        WHERE s.tenant_id = d.tenant_id AND s.replica_id = d.replica_id AND s.project = d.project AND s.path = d.path
            AND (d.read_at >= s.last_read_at OR d.edit_at >= s.last_edit_at);
    END IF;
    RETURN NULL;
END
$$;
