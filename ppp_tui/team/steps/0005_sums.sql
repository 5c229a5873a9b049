-- Sums follow the rows that they are made of, in the statement that adds, changes or removes these: for each replica by
-- itself, so that who pushes never waits for anybody. A row that belongs to a trajectory is counted under the agent and
-- the project of that trajectory.

-- Makes one sum follow one table. `keys` and `counts` are expressions over `r`, the row, and `t`, its trajectory; they
-- stand in the order of the sum's columns behind tenant_id. The first count is that of rows: a sum of none goes.
CREATE FUNCTION ppp_keep_sum(counted text, summed text, keys text[], counts text[], condition text, owner text DEFAULT '')
    RETURNS void LANGUAGE plpgsql AS $make$
DECLARE
    names text[] := ARRAY(SELECT quote_ident(a.attname) FROM pg_attribute AS a WHERE a.attrelid = summed::regclass
        AND a.attnum > 0 AND a.attname NOT IN ('tenant_id', 'replica_id') ORDER BY a.attnum);
    key_names text[] := names[:cardinality(keys)];
    sum_names text[] := names[cardinality(keys) + 1:cardinality(keys) + cardinality(counts)];
    columns text := concat_ws(', ', 'tenant_id', array_to_string(key_names, ', '), 'replica_id');
    -- Put together per sum, in the order of its key, so that two who write at once never wait for each other in a ring.
    added_up text := 'SELECT r.tenant_id'
        || (SELECT string_agg(format(', %s AS %s', k.sql, k.name), '' ORDER BY k.place)
            FROM unnest(keys, key_names) WITH ORDINALITY AS k (sql, name, place))
        || ', r.replica_id'
        || (SELECT string_agg(format(', sum(%s)::bigint AS %s', c.sql, c.name), '' ORDER BY c.place)
            FROM unnest(counts, sum_names) WITH ORDINALITY AS c (sql, name, place))
        || ' FROM %1$s AS r' || CASE WHEN owner = '' THEN '' ELSE ' JOIN %2$s AS t ON t.tenant_id = r.tenant_id AND t.id = '
        || owner END || format(' WHERE (%s)', condition) || ' AND (%3$s) GROUP BY 1, '
        || (SELECT string_agg((place + 1)::text, ', ') FROM generate_series(1, cardinality(keys) + 1) AS place)
        || ' ORDER BY 1, '
        || (SELECT string_agg((place + 1)::text, ', ') FROM generate_series(1, cardinality(keys) + 1) AS place);
    add text := format('INSERT INTO %s AS s (%s, %s) ', summed, columns, array_to_string(sum_names, ', ')) || added_up
        || format(' ON CONFLICT (%s) DO UPDATE SET ', columns)
        || (SELECT string_agg(format('%1$s = s.%1$s + excluded.%1$s', name), ', ') FROM unnest(sum_names) AS name);
    same text := 's.tenant_id = d.tenant_id AND s.replica_id = d.replica_id AND '
        || (SELECT string_agg(format('s.%1$s = d.%1$s', name), ' AND ') FROM unnest(key_names) AS name);
    subtract text := format('UPDATE %s AS s SET ', summed)
        || (SELECT string_agg(format('%1$s = s.%1$s - d.%1$s', name), ', ') FROM unnest(sum_names) AS name)
        || ' FROM (' || added_up || format(') AS d WHERE %s; DELETE FROM %s AS s USING (', same, summed) || added_up
        || format(') AS d WHERE %s AND s.%s <= 0', same, sum_names[1]);
    called text := format('ppp_%s_of_%s', replace(summed, '_by_replica', ''), counted);
    -- Of trajectories whose agent or project changes, all rows are counted anew.
    renamed text := 'r.id IN (SELECT n.id FROM added AS n JOIN gone AS o ON o.tenant_id = n.tenant_id AND o.id = n.id '
        'WHERE (n.agent_name, n.project) IS DISTINCT FROM (o.agent_name, o.project))';
BEGIN
    EXECUTE format('CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN '
        'IF tg_op <> ''DELETE'' THEN %s; END IF; IF tg_op <> ''INSERT'' THEN %s; END IF; RETURN NULL; END $f$',
        called, format(add, 'added', 'trajectories', 'true'), format(subtract, 'gone', 'trajectories', 'true'));
    EXECUTE format('CREATE TRIGGER %1$s_added AFTER INSERT ON %2$s REFERENCING NEW TABLE AS added '
        'FOR EACH STATEMENT EXECUTE FUNCTION %1$s()', called, counted);
    EXECUTE format('CREATE TRIGGER %1$s_gone AFTER DELETE ON %2$s REFERENCING OLD TABLE AS gone '
        'FOR EACH STATEMENT EXECUTE FUNCTION %1$s()', called, counted);
    EXECUTE format('CREATE TRIGGER %1$s_changed AFTER UPDATE ON %2$s REFERENCING OLD TABLE AS gone NEW TABLE AS added '
        'FOR EACH STATEMENT EXECUTE FUNCTION %1$s()', called, counted);
    IF owner <> '' THEN
        renamed := replace(renamed, 'r.id', owner);
        EXECUTE format('CREATE FUNCTION %s_renamed() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN %s; %s; RETURN NULL; '
            'END $f$', called, format(add, counted, 'added', renamed), format(subtract, counted, 'gone', renamed));
        EXECUTE format('CREATE TRIGGER %1$s_renamed AFTER UPDATE ON trajectories REFERENCING OLD TABLE AS gone '
            'NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION %1$s_renamed()', called);
    END IF;
END
$make$;

DO $$
DECLARE
    usage text[] := ARRAY['r.requests', 'r.input_tokens', 'r.output_tokens', 'r.cache_read_tokens',
        'r.cache_write_tokens', 'r.cost_micros', 'r.unpriced_requests', 'r.lower_bound_requests',
        'r.cache_write_1h_tokens', 'r.reasoning_tokens', 'r.reasoning_requests', 'r.saved_micros', 'r.reported_micros',
        'r.reported_requests'];
    requests text[] := ARRAY['1', 'r.input_tokens', 'r.output_tokens', 'r.cache_read_tokens',
        'r.cache_write_5m_tokens + r.cache_write_1h_tokens', 'coalesce(r.cost_micros, 0)',
        '(r.cost_micros IS NULL)::integer', 'r.is_lower_bound', 'r.cache_write_1h_tokens',
        'coalesce(r.reasoning_tokens, 0)', '(r.reasoning_tokens IS NOT NULL)::integer', 'coalesce(r.saved_micros, 0)',
        'coalesce(r.reported_micros, 0)', '(r.reported_micros IS NOT NULL)::integer'];
    day text := 'substr(r.hour, 1, 10) || '' 00:00''';
    month text := 'substr(r.hour, 1, 8) || ''01 00:00''';
    model text[] := ARRAY['t.agent_name', 'r.model', 'r.reasoning_effort'];
BEGIN
    PERFORM ppp_keep_sum('token_usage', 'usage_minutes_by_replica', ARRAY['substr(r.at, 1, 16)'] || model, requests,
        'r.is_counted = 1', 'r.id >> 40');
    PERFORM ppp_keep_sum('session_hours', 'usage_hours_by_replica', ARRAY['r.hour'] || model, usage, 'true', 'r.trajectory_id');
    PERFORM ppp_keep_sum('session_hours', 'usage_days_by_replica', day || model, usage, 'true', 'r.trajectory_id');
    PERFORM ppp_keep_sum('session_hours', 'total_hours_by_replica', ARRAY['r.hour'], usage, 'true');
    PERFORM ppp_keep_sum('session_hours', 'project_hours_by_replica', ARRAY['r.hour', 't.project'] || model, usage,
        'true', 'r.trajectory_id');
    PERFORM ppp_keep_sum('session_hours', 'project_days_by_replica', ARRAY[day, 't.project'] || model, usage, 'true',
        'r.trajectory_id');
    PERFORM ppp_keep_sum('session_hours', 'folder_days_by_replica', ARRAY[day, 't.project'], usage, 'true',
        'r.trajectory_id');
    PERFORM ppp_keep_sum('session_hours', 'folder_months_by_replica', ARRAY[month, 't.project'], usage, 'true',
        'r.trajectory_id');
    PERFORM ppp_keep_sum('test_runs', 'test_suites_by_replica', ARRAY['r.project', 'r.suite', 'r.framework', 'r.unit'],
        ARRAY['1', 'r.passed', 'r.failed', 'r.skipped', 'coalesce(r.duration_ms, 0)',
            '(r.duration_ms IS NOT NULL)::integer', 'coalesce(r.exit_failed, (r.failed > 0)::integer)'],
        'r.is_copy = 0');
    PERFORM ppp_keep_sum('test_runs', 'test_days_by_replica',
        ARRAY['substr(r.at, 1, 10)', 'r.project', 'r.agent_name', 'r.model'],
        ARRAY['1', 'r.passed', 'r.failed', 'r.skipped', 'coalesce(r.exit_failed, (r.failed > 0)::integer)'],
        'r.is_copy = 0');
    PERFORM ppp_keep_sum('retry_chains', 'retry_hours_by_replica',
        ARRAY['substr(r.started_at, 1, 13)', 'r.agent_name', 'r.project', 'r.model', 'r.kind', 'r.reason'],
        ARRAY['1', 'r.attempts', '(r.outcome = ''recovered'')::integer',
            'CASE WHEN r.outcome = ''recovered'' THEN r.attempts ELSE 0 END', '(r.outcome = ''gave_up'')::integer',
            '(r.fallback_model <> '''')::integer', 'coalesce(r.wait_ms, 0)', '(r.wait_ms IS NOT NULL)::integer'],
        'r.is_copy = 0');
    PERFORM ppp_keep_sum('file_accesses', 'file_sums_by_replica', ARRAY['r.project', 'r.path'],
        ARRAY['1', '(r.action = ''read'')::integer', '(r.action = ''edit'')::integer',
            'CASE WHEN r.action = ''read'' THEN r.tokens ELSE 0 END',
            'CASE WHEN r.action = ''edit'' THEN r.tokens ELSE 0 END'],
        'r.is_copy = 0');
END
$$;
DROP FUNCTION ppp_keep_sum;

-- When a file was read and edited last is looked up, since what goes may have been the last one.
CREATE FUNCTION ppp_last_accesses() RETURNS trigger LANGUAGE plpgsql AS $$
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
            last_read_at = (SELECT max(a.at) FROM file_accesses AS a WHERE a.tenant_id = s.tenant_id
                AND a.replica_id = s.replica_id AND a.project = s.project AND a.path = s.path AND a.action = 'read'
                AND a.is_copy = 0),
            last_edit_at = (SELECT max(a.at) FROM file_accesses AS a WHERE a.tenant_id = s.tenant_id
                AND a.replica_id = s.replica_id AND a.project = s.project AND a.path = s.path AND a.action = 'edit'
                AND a.is_copy = 0)
        FROM (SELECT DISTINCT o.tenant_id, o.replica_id, o.project, o.path FROM gone AS o WHERE o.is_copy = 0) AS d
        WHERE s.tenant_id = d.tenant_id AND s.replica_id = d.replica_id AND s.project = d.project AND s.path = d.path;
    END IF;
    RETURN NULL;
END
$$;
-- Triggers fire in the order of their names, these after the sums.
CREATE TRIGGER ppp_z_last_accesses_added AFTER INSERT ON file_accesses REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ppp_last_accesses();
CREATE TRIGGER ppp_z_last_accesses_gone AFTER DELETE ON file_accesses REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION ppp_last_accesses();
CREATE TRIGGER ppp_z_last_accesses_changed AFTER UPDATE ON file_accesses
    REFERENCING OLD TABLE AS gone NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ppp_last_accesses();

-- With a trajectory its rows go, before it does: sums are taken back under its agent and project.
CREATE FUNCTION ppp_rows_of_trajectory_go() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rows_in text;
    numbered text;
BEGIN
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
    DELETE FROM consensus_artifacts WHERE tenant_id = old.tenant_id AND trajectory_id = old.id;
    RETURN old;
END
$$;
CREATE TRIGGER rows_of_trajectory_go BEFORE DELETE ON trajectories
    FOR EACH ROW EXECUTE FUNCTION ppp_rows_of_trajectory_go();

-- An admin who takes back what others shared lowers their sums, too.
DO $$
DECLARE
    summed regclass;
BEGIN
    FOR summed IN SELECT c.oid FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
            AND c.relname ~ '^(usage|total|project|folder|test|retry|file)_.*_by_replica$' LOOP
        EXECUTE format('CREATE POLICY corrections ON %s FOR UPDATE TO ppp_app '
            'USING (tenant_id = (SELECT ppp_tenant()) AND (SELECT ppp_is_admin())) '
            'WITH CHECK (tenant_id = (SELECT ppp_tenant()) AND (SELECT ppp_is_admin()))', summed);
    END LOOP;
END
$$;
