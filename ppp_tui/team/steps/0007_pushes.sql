-- What a push costs the server. Until now a row that was pushed was compared with all trajectories of the team, and who is
-- logged in was looked up by a plan that was made anew each time.

-- Functions in PL/pgSQL keep their plans as long as a connection lasts. What they answer is what they did.
DO $do$
DECLARE
    role_before text := current_setting('role');
BEGIN
    -- A function is replaced by its owner, or by a superuser.
    IF NOT (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user) THEN
        PERFORM set_config('role', 'ppp_definer', true);
    END IF;
    CREATE OR REPLACE FUNCTION ppp_memberships(OUT tenant_id integer, OUT tenant text, OUT person_id integer,
            OUT person text, OUT role text)
        RETURNS SETOF record LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 5 SET search_path = pg_catalog, pg_temp
        AS $$
        BEGIN
            RETURN QUERY SELECT m.tenant_id, t.name, m.person_id, m.name, m.role FROM public.members AS m
                JOIN public.tenants AS t ON t.tenant_id = m.tenant_id
                WHERE m.login = session_user AND m.removed_at IS NULL;
        END
        $$;
    PERFORM set_config('role', role_before, true);
END
$do$;

CREATE OR REPLACE FUNCTION ppp_tenant() RETURNS integer LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $$
BEGIN
    RETURN (SELECT p.tenant_id FROM ppp_memberships() AS p
        WHERE p.tenant_id = nullif(current_setting('ppp.tenant', true), '')::integer);
END
$$;

CREATE OR REPLACE FUNCTION ppp_person() RETURNS integer LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $$
BEGIN
    RETURN (SELECT p.person_id FROM ppp_memberships() AS p
        WHERE p.tenant_id = nullif(current_setting('ppp.tenant', true), '')::integer);
END
$$;

CREATE OR REPLACE FUNCTION ppp_role() RETURNS text LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $$
BEGIN
    RETURN (SELECT p.role FROM ppp_memberships() AS p
        WHERE p.tenant_id = nullif(current_setting('ppp.tenant', true), '')::integer);
END
$$;

CREATE OR REPLACE FUNCTION ppp_sees_all() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $$
BEGIN
    RETURN coalesce(ppp_role() IN ('lead', 'admin'), false);
END
$$;

CREATE OR REPLACE FUNCTION ppp_is_admin() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $$
BEGIN
    RETURN coalesce(ppp_role() = 'admin', false);
END
$$;

CREATE OR REPLACE FUNCTION ppp_replicas() RETURNS integer[] LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $$
BEGIN
    RETURN (SELECT coalesce(array_agg(r.replica_id), '{}') FROM replicas AS r
        WHERE r.tenant_id = ppp_tenant() AND r.person_id = ppp_person());
END
$$;

-- That an admin may take back what others shared, and nothing else, a policy says once for a statement. The numbers of a
-- trajectory never change.
DROP TRIGGER only_takes_back ON shared_trajectories;
DROP FUNCTION ppp_only_takes_back;
DROP POLICY changes ON shared_trajectories;
CREATE POLICY changes ON shared_trajectories FOR UPDATE TO ppp_app USING (tenant_id = (SELECT ppp_tenant())
    AND ((SELECT ppp_is_admin()) OR replica_id = ANY ((SELECT ppp_replicas())::integer[])))
    WITH CHECK (tenant_id = (SELECT ppp_tenant()) AND (replica_id = ANY ((SELECT ppp_replicas())::integer[])
        OR (is_forgotten = 1 AND is_present = 0 AND (SELECT ppp_is_admin()))));
REVOKE UPDATE ON shared_trajectories FROM ppp_app;
GRANT UPDATE (session_key, last_at, is_present, is_forgotten, is_expired, digests) ON shared_trajectories TO ppp_app;

-- Makes one sum follow the trajectories' agents and projects, as 0005 does, by functions of the same names. Rows are added
-- up for each trajectory first; then its agent and project are looked up by its number, which is a column by then: row
-- security lets no index be used with what a function makes of one. `span` says which rows belong to a trajectory `w`.
CREATE FUNCTION ppp_keep_named_sum(counted text, summed text, keys text[], counts text[], condition text, owner text,
        span text)
    RETURNS void LANGUAGE plpgsql AS $make$
DECLARE
    names text[] := ARRAY(SELECT quote_ident(a.attname) FROM pg_attribute AS a WHERE a.attrelid = summed::regclass
        AND a.attnum > 0 AND a.attname NOT IN ('tenant_id', 'replica_id') ORDER BY a.attnum);
    key_names text[] := names[:cardinality(keys)];
    sum_names text[] := names[cardinality(keys) + 1:cardinality(keys) + cardinality(counts)];
    columns text := concat_ws(', ', 'tenant_id', array_to_string(key_names, ', '), 'replica_id');
    places text := (SELECT string_agg((place + 1)::text, ', ') FROM generate_series(1, cardinality(keys) + 1) AS place);
    own_keys text[] := ARRAY(SELECT format('%s AS %s', k.sql, k.name) FROM unnest(keys, key_names) AS k (sql, name)
        WHERE k.sql NOT LIKE 't.%');
    -- Put together per sum, in the order of its key, so that two who write at once never wait for each other in a ring.
    added_up text := 'SELECT g.tenant_id'
        || (SELECT string_agg(format(', %s AS %s', CASE WHEN k.sql LIKE 't.%' THEN k.sql ELSE 'g.' || k.name END, k.name),
                '' ORDER BY k.place) FROM unnest(keys, key_names) WITH ORDINALITY AS k (sql, name, place))
        || ', g.replica_id'
        || (SELECT string_agg(format(', sum(g.%1$s)::bigint AS %1$s', name), '') FROM unnest(sum_names) AS name)
        || format(' FROM (SELECT r.tenant_id, r.replica_id, %s AS owner, ', owner) || array_to_string(own_keys, ', ')
        || (SELECT string_agg(format(', sum(%s)::bigint AS %s', c.sql, c.name), '' ORDER BY c.place)
            FROM unnest(counts, sum_names) WITH ORDINALITY AS c (sql, name, place))
        || format(' FROM %%1$s WHERE %s GROUP BY ', condition)
        || (SELECT string_agg(place::text, ', ') FROM generate_series(1, cardinality(own_keys) + 3) AS place)
        || ') AS g JOIN %2$s AS t ON t.tenant_id = g.tenant_id AND t.id = g.owner GROUP BY 1, ' || places
        || ' ORDER BY 1, ' || places;
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
    differs text := '(n.agent_name, n.project) IS DISTINCT FROM (o.agent_name, o.project)';
    updated text := 'added AS n JOIN gone AS o ON o.tenant_id = n.tenant_id AND o.id = n.id';
    -- Of trajectories whose agent or project changes, all rows are counted anew. Most updates change neither.
    renamed text := format('(SELECT n.tenant_id, n.id, n.id << 40 AS low, (n.id + 1) << 40 AS high FROM %s WHERE %s '
        'OFFSET 0) AS w JOIN %s AS r ON r.tenant_id = w.tenant_id AND %s', updated, differs, counted, span);
BEGIN
    EXECUTE format('CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN '
        'IF tg_op <> ''DELETE'' THEN %s; END IF; IF tg_op <> ''INSERT'' THEN %s; END IF; RETURN NULL; END $f$',
        called, format(add, 'added AS r', 'trajectories'), format(subtract, 'gone AS r', 'trajectories'));
    EXECUTE format('CREATE OR REPLACE FUNCTION %s_renamed() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN '
        'IF EXISTS (SELECT 1 FROM %s WHERE %s) THEN %s; %s; END IF; RETURN NULL; END $f$',
        called, updated, differs, format(add, renamed, 'added'), format(subtract, renamed, 'gone'));
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
    owner text := 'r.trajectory_id';
    span text := 'r.trajectory_id = w.id';
BEGIN
    PERFORM ppp_keep_named_sum('token_usage', 'usage_minutes_by_replica', ARRAY['substr(r.at, 1, 16)'] || model, requests,
        'r.is_counted = 1', 'r.id >> 40', 'r.id >= w.low AND r.id < w.high');
    PERFORM ppp_keep_named_sum('session_hours', 'usage_hours_by_replica', ARRAY['r.hour'] || model, usage, 'true', owner,
        span);
    PERFORM ppp_keep_named_sum('session_hours', 'usage_days_by_replica', day || model, usage, 'true', owner, span);
    PERFORM ppp_keep_named_sum('session_hours', 'project_hours_by_replica', ARRAY['r.hour', 't.project'] || model, usage,
        'true', owner, span);
    PERFORM ppp_keep_named_sum('session_hours', 'project_days_by_replica', ARRAY[day, 't.project'] || model, usage,
        'true', owner, span);
    PERFORM ppp_keep_named_sum('session_hours', 'folder_days_by_replica', ARRAY[day, 't.project'], usage, 'true', owner,
        span);
    PERFORM ppp_keep_named_sum('session_hours', 'folder_months_by_replica', ARRAY[month, 't.project'], usage, 'true',
        owner, span);
END
$$;
DROP FUNCTION ppp_keep_named_sum;
