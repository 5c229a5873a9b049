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
