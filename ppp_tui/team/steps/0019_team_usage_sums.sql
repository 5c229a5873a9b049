-- Sums over the usage of a team, by UTC hour, day and month, made and withdrawn with those of its runs (0015): a report
-- over a year would add up what every machine did in each hour of it. The whole team reads the sums of each machine, so it
-- does these, and which days have them. Sums over runs stay with whoever sees all sessions.

ALTER POLICY readers ON summed_spans USING (tenant_id = (SELECT ppp_tenant()));
ALTER POLICY readers ON withdrawn_days USING (tenant_id = (SELECT ppp_tenant()));
CREATE OR REPLACE VIEW run_spans WITH (security_invoker = true) AS
    SELECT s.tenant_id, s.span, s.low, s.high FROM summed_spans AS s
    WHERE (SELECT ppp_sees_all()) AND NOT EXISTS (SELECT 1 FROM withdrawn_days AS w WHERE w.tenant_id = s.tenant_id
        AND w.day >= s.span AND w.day <= s.span || '-99');

-- Days and months whose sums are not to be read.
CREATE VIEW withdrawn_spans WITH (security_invoker = true) AS
    SELECT DISTINCT s.span FROM withdrawn_days AS w
    CROSS JOIN LATERAL (SELECT w.day UNION ALL SELECT substr(w.day, 1, 7)) AS s (span)
    WHERE w.tenant_id = (SELECT ppp_tenant());

-- What lies between the days, or months, whose sums are read: from `low` on and before `high`, which are compared with the
-- names of hours, days and months. A query that looks many spans up makes them once.
CREATE VIEW unsummed_gaps WITH (security_invoker = true) AS
    WITH whole AS MATERIALIZED (
        SELECT length(s.span) AS name_length, s.span AS low, substr(s.high, 1, length(s.span)) AS high
        FROM summed_spans AS s WHERE s.tenant_id = (SELECT ppp_tenant())
            AND s.span <> ALL (ARRAY(SELECT w.span FROM withdrawn_spans AS w))),
    gaps AS MATERIALIZED (
        SELECT g.name_length, g.low, g.high FROM (
            SELECT w.name_length, w.high AS low,
                lead(w.low, 1, '~' COLLATE "C") OVER (PARTITION BY w.name_length ORDER BY w.low) AS high FROM whole AS w
            UNION ALL SELECT n.name_length, '' COLLATE "C", coalesce((SELECT min(w.low) FROM whole AS w
                WHERE w.name_length = n.name_length), '~' COLLATE "C") FROM (VALUES (7), (10)) AS n (name_length)) AS g
        WHERE g.low < g.high)
    SELECT g.name_length, g.low, g.high FROM gaps AS g;
GRANT SELECT ON withdrawn_spans, unsummed_gaps TO ppp_app;

-- Makes a table of the team's sums of a table of the replicas' sums, the function that makes those of a span, and the view
-- of the local name anew, which reads them, and beside them the replicas' sums in gaps. `name_length` is a span's.
CREATE FUNCTION ppp_sum_for_team(summed text, name_length integer) RETURNS void LANGUAGE plpgsql AS $make$
DECLARE
    of_replicas text := summed || '_by_replica';
    of_team text := summed || '_of_team';
    called text := 'ppp_sum_' || summed;
    names text[] := ARRAY(SELECT a.attname::text FROM pg_attribute AS a WHERE a.attrelid = of_replicas::regclass
        AND a.attnum > 0 AND a.attname NOT IN ('tenant_id', 'replica_id') ORDER BY a.attnum);
    key_count integer := array_position(names, 'requests') - 1;
    keys text := array_to_string(names[:key_count], ', ');
    own_keys text := 'r.' || array_to_string(names[:key_count], ', r.');
    sum_names text[] := names[key_count + 1:];
    sums text := array_to_string(sum_names, ', ');
    added_up text := (SELECT string_agg(format('sum(r.%1$s)::bigint AS %1$s', s.name), ', ' ORDER BY s.place)
        FROM unnest(sum_names) WITH ORDINALITY AS s (name, place));
BEGIN
    EXECUTE format('CREATE TABLE %1$s (tenant_id integer NOT NULL DEFAULT ppp_tenant(), span text COLLATE "C" NOT NULL, '
        || (SELECT string_agg(format('%s text COLLATE "C" NOT NULL, ', name), '') FROM unnest(names[:key_count]) AS name)
        || (SELECT string_agg(format('%s bigint NOT NULL, ', name), '') FROM unnest(sum_names) AS name)
        || 'PRIMARY KEY (tenant_id, %2$s), '
        'FOREIGN KEY (tenant_id, span) REFERENCES summed_spans (tenant_id, span) ON DELETE CASCADE)', of_team, keys);
    EXECUTE format('CREATE INDEX %1$s_by_span ON %1$s (tenant_id, span)', of_team);
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', of_team);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', of_team);
    EXECUTE format('CREATE POLICY readers ON %s FOR SELECT TO ppp_app USING (tenant_id = (SELECT ppp_tenant()))', of_team);
    EXECUTE format('CREATE POLICY sums ON %s TO ppp_definer USING (true) WITH CHECK (true)', of_team);
    EXECUTE format('GRANT SELECT ON %s TO ppp_app', of_team);
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON %s TO ppp_definer', of_team);
    EXECUTE format('CREATE POLICY sums ON %s FOR SELECT TO ppp_definer USING (true)', of_replicas);
    EXECUTE format('GRANT SELECT ON %s TO ppp_definer', of_replicas);
    EXECUTE format('CREATE OR REPLACE VIEW %s WITH (security_invoker = true) AS SELECT t.tenant_id, %s FROM %s AS t '
        'WHERE t.tenant_id = (SELECT ppp_tenant()) AND t.span <> ALL (ARRAY(SELECT w.span FROM withdrawn_spans AS w)) '
        'UNION ALL SELECT r.tenant_id, %s, %s FROM unsummed_gaps AS g JOIN %s AS r ON r.%7$s >= g.low AND r.%7$s < g.high '
        'WHERE g.name_length = %8$s AND r.tenant_id = (SELECT ppp_tenant()) GROUP BY r.tenant_id, %4$s', summed,
        't.' || array_to_string(names, ', t.'), of_team, own_keys, added_up, of_replicas, names[1], name_length);
    EXECUTE format('CREATE FUNCTION %s(of_tenant integer, of_span text) RETURNS void LANGUAGE plpgsql AS $f$ BEGIN '
        'INSERT INTO public.%s (tenant_id, span, %s, %s) SELECT of_tenant, of_span, %s, %s FROM public.%s AS r '
        'WHERE r.tenant_id = of_tenant AND r.%8$s >= of_span AND r.%8$s < of_span || ''~'' GROUP BY %5$s; END $f$',
        called, of_team, keys, sums, own_keys, added_up, of_replicas, names[1]);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', called);
    EXECUTE format('ALTER FUNCTION %s OWNER TO ppp_definer', called);
END
$make$;
DROP POLICY analytics ON usage_days_by_replica;
SELECT ppp_sum_for_team(t.summed, t.name_length) FROM (VALUES ('usage_hours', 10), ('usage_days', 10),
    ('total_hours', 10), ('project_hours', 10), ('project_days', 10), ('folder_days', 10), ('folder_months', 7))
    AS t (summed, name_length);
DROP FUNCTION ppp_sum_for_team;

-- Whatever changes the usage of an hour changes that of its day. What withdraws the days of runs does so with these.
DO $$
BEGIN
    EXECUTE replace(replace(pg_get_functiondef('ppp_withdraw_days'::regproc), 'ppp_withdraw_days',
        'ppp_withdraw_usage_days'), 'last_at', 'day');
END
$$;
CREATE TRIGGER days_withdrawn_by_new AFTER INSERT ON usage_days_by_replica REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ppp_withdraw_usage_days();
CREATE TRIGGER days_withdrawn_by_gone AFTER DELETE ON usage_days_by_replica REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION ppp_withdraw_usage_days();
CREATE TRIGGER days_withdrawn_by_changed AFTER UPDATE ON usage_days_by_replica
    REFERENCING OLD TABLE AS gone NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ppp_withdraw_usage_days();

-- The days from one on and before another that have usage, each found by the one before it.
CREATE FUNCTION ppp_days_with_usage(of_tenant integer, since text, until text) RETURNS SETOF text LANGUAGE plpgsql STABLE AS $$
DECLARE
    found_at text := since;
BEGIN
    LOOP
        SELECT u.day INTO found_at FROM public.usage_days_by_replica AS u
        WHERE u.tenant_id = of_tenant AND u.day >= found_at AND u.day < until ORDER BY u.day LIMIT 1;
        EXIT WHEN found_at IS NULL;
        IF public.ppp_day_of(found_at) IS NOT NULL THEN
            RETURN NEXT substr(found_at, 1, 10);
        END IF;
        found_at := substr(found_at, 1, 10) || '~';
    END LOOP;
END
$$;

-- What is made of the days that are over, usage included.
DO $do$
DECLARE
    role_before text := current_setting('role');
BEGIN
    -- A function is renamed and dropped by its owner, or by a superuser.
    IF NOT (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user) THEN
        PERFORM set_config('role', 'ppp_definer', true);
    END IF;
    DROP FUNCTION ppp_sum_runs;
    DROP FUNCTION ppp_sum_runs_of;
    ALTER FUNCTION ppp_sum_day RENAME TO ppp_sum_runs_of_day;
    ALTER FUNCTION ppp_sum_month RENAME TO ppp_sum_runs_of_month;
    PERFORM set_config('role', role_before, true);
END
$do$;

CREATE FUNCTION ppp_sum_day(of_tenant integer, summed text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.ppp_sum_runs_of_day(of_tenant, summed);
    PERFORM public.ppp_sum_usage_hours(of_tenant, summed);
    PERFORM public.ppp_sum_usage_days(of_tenant, summed);
    PERFORM public.ppp_sum_total_hours(of_tenant, summed);
    PERFORM public.ppp_sum_project_hours(of_tenant, summed);
    PERFORM public.ppp_sum_project_days(of_tenant, summed);
    PERFORM public.ppp_sum_folder_days(of_tenant, summed);
END
$$;

-- A month of which a day has usage and no sums is left out.
CREATE FUNCTION ppp_sum_month(of_tenant integer, summed text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM public.ppp_days_with_usage(of_tenant, summed, summed || '-99') AS d (day)
            WHERE NOT EXISTS (SELECT 1 FROM public.summed_spans AS s
                WHERE s.tenant_id = of_tenant AND s.span = d.day)) THEN
        RETURN;
    END IF;
    PERFORM public.ppp_sum_runs_of_month(of_tenant, summed);
    IF EXISTS (SELECT 1 FROM public.summed_spans AS s WHERE s.tenant_id = of_tenant AND s.span = summed) THEN
        PERFORM public.ppp_sum_folder_months(of_tenant, summed);
    END IF;
END
$$;

-- Makes the sums of at most so many days before a moment, the oldest first, and of the months that are whole by then; tells
-- how many days these were. Days before the newest one with sums that have none had neither runs nor usage when that was
-- made, or are withdrawn.
CREATE FUNCTION ppp_sum_days_of(of_tenant integer, before text, most integer) RETURNS integer LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    newest text;
    days text[];
    summed text;
BEGIN
    -- Two at once would make the same sums; who comes second leaves them to the first.
    IF NOT pg_try_advisory_xact_lock(8102098, of_tenant) THEN
        RETURN 0;
    END IF;
    SELECT coalesce(max(s.span) || '~', '') INTO newest FROM public.summed_spans AS s
    WHERE s.tenant_id = of_tenant AND length(s.span) = 10;
    SELECT coalesce(array_agg(d.day ORDER BY d.day), '{}') INTO days FROM (
        SELECT w.day FROM public.withdrawn_days AS w WHERE w.tenant_id = of_tenant AND w.day < before
        UNION SELECT * FROM public.ppp_days_with_runs(of_tenant, newest, before)
        UNION SELECT * FROM public.ppp_days_with_usage(of_tenant, newest, before)
        ORDER BY 1 LIMIT most) AS d (day);
    FOREACH summed IN ARRAY days LOOP
        BEGIN
            PERFORM public.ppp_sum_day(of_tenant, summed);
        EXCEPTION WHEN program_limit_exceeded OR data_exception THEN
            -- Names too long to be keys, numbers too large to be added: what these days have is looked at.
            DELETE FROM public.withdrawn_days AS w WHERE w.tenant_id = of_tenant AND w.day = summed;
            DELETE FROM public.summed_spans AS s
            WHERE s.tenant_id = of_tenant AND s.span IN (summed, substr(summed, 1, 7));
        END;
    END LOOP;
    FOR summed IN SELECT DISTINCT substr(s.span, 1, 7) FROM public.summed_spans AS s
            WHERE s.tenant_id = of_tenant AND length(s.span) = 10 AND substr(s.span, 1, 7) < substr(before, 1, 7)
            AND NOT EXISTS (SELECT 1 FROM public.summed_spans AS m
                WHERE m.tenant_id = of_tenant AND m.span = substr(s.span, 1, 7)) ORDER BY 1 LOOP
        BEGIN
            PERFORM public.ppp_sum_month(of_tenant, summed);
        EXCEPTION WHEN program_limit_exceeded OR data_exception THEN
            NULL;
        END;
    END LOOP;
    RETURN cardinality(days);
END
$$;

CREATE FUNCTION ppp_sum_days(most integer) RETURNS integer LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
        SELECT public.ppp_sum_days_of(t.tenant_id, to_char((now() - interval '1 day') AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
            most) FROM (SELECT public.ppp_tenant() AS tenant_id) AS t WHERE t.tenant_id IS NOT NULL;
    END;

REVOKE ALL ON FUNCTION ppp_withdraw_usage_days, ppp_days_with_usage, ppp_sum_day, ppp_sum_month, ppp_sum_days_of,
    ppp_sum_days FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ppp_sum_days TO ppp_app;
DO $$
DECLARE
    called regproc;
BEGIN
    FOREACH called IN ARRAY ARRAY['ppp_withdraw_usage_days', 'ppp_days_with_usage', 'ppp_sum_day', 'ppp_sum_month',
        'ppp_sum_days_of', 'ppp_sum_days']::regproc[] LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO ppp_definer', called);
    END LOOP;
END
$$;

-- Of all that was pushed before.
DO $$
DECLARE
    role_before text := current_setting('role');
    before text := to_char((now() - interval '1 day') AT TIME ZONE 'UTC', 'YYYY-MM-DD');
BEGIN
    PERFORM set_config('role', 'ppp_definer', true);
    INSERT INTO withdrawn_days (tenant_id, day)
    SELECT s.tenant_id, s.span FROM summed_spans AS s WHERE length(s.span) = 10
    UNION SELECT u.tenant_id, ppp_day_of(u.day) FROM usage_days_by_replica AS u
    WHERE u.day < before AND ppp_day_of(u.day) IS NOT NULL;
    PERFORM ppp_sum_days_of(t.tenant_id, before, 1000000) FROM tenants AS t;
    PERFORM set_config('role', role_before, true);
END
$$;
