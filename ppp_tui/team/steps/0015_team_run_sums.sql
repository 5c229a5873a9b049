-- Sums over the runs of a team, by UTC day and month, as local databases have them: reports over all of time look at every
-- run otherwise. Whoever sees all sessions reads them; a member's own runs are few enough to be looked at.
--
-- A write withdraws the days of its runs in its own transaction, by adding a row that nobody else waits for; sums that were
-- withdrawn are not read. A push makes those of days and months that are over, when it is through with its rows.

DROP VIEW run_spans, run_sums, entry_sums, failure_code_sums, conduct_sums;

CREATE TABLE summed_spans (
    tenant_id integer NOT NULL DEFAULT ppp_tenant() REFERENCES tenants (tenant_id) ON DELETE CASCADE,
    -- 2026-11-20, or 2026-11.
    span text COLLATE "C" NOT NULL,
    low text COLLATE "C" NOT NULL,
    high text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, span)
);

-- Days of which a run changed since their sums were made. Of today there are no sums, and no rows here.
CREATE TABLE withdrawn_days (
    tenant_id integer NOT NULL DEFAULT ppp_tenant() REFERENCES tenants (tenant_id) ON DELETE CASCADE,
    day text COLLATE "C" NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (tenant_id, day, id)
);

CREATE TABLE run_sums (
    tenant_id integer NOT NULL DEFAULT ppp_tenant(),
    span text COLLATE "C" NOT NULL,
    agent_name text COLLATE "C" NOT NULL,
    agent_version text COLLATE "C" NOT NULL,
    runs bigint NOT NULL,
    turns bigint NOT NULL,
    wall_ms bigint NOT NULL,
    first_at text COLLATE "C",
    last_at text COLLATE "C",
    ended_runs bigint NOT NULL,
    failed_runs bigint NOT NULL,
    tool_failed_runs bigint NOT NULL,
    model_failed_runs bigint NOT NULL,
    retrieval_failed_runs bigint NOT NULL,
    good_calls bigint NOT NULL,
    calls bigint NOT NULL,
    PRIMARY KEY (tenant_id, span, agent_name, agent_version),
    FOREIGN KEY (tenant_id, span) REFERENCES summed_spans (tenant_id, span) ON DELETE CASCADE
);

CREATE TABLE entry_sums (
    tenant_id integer NOT NULL DEFAULT ppp_tenant(),
    span text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL CHECK (subject IN ('decisions', 'signals')),
    type text COLLATE "C" NOT NULL,
    code text COLLATE "C" NOT NULL,
    agent_name text COLLATE "C" NOT NULL,
    agent_version text COLLATE "C" NOT NULL,
    entries bigint NOT NULL,
    other_entries bigint NOT NULL,
    confidence_micros bigint NOT NULL,
    derived bigint NOT NULL,
    runs bigint NOT NULL,
    hit_runs bigint NOT NULL,
    ended_runs bigint NOT NULL,
    failed_runs bigint NOT NULL,
    tool_failed_runs bigint NOT NULL,
    model_failed_runs bigint NOT NULL,
    retrieval_failed_runs bigint NOT NULL,
    PRIMARY KEY (tenant_id, span, subject, type, code, agent_name, agent_version),
    FOREIGN KEY (tenant_id, span) REFERENCES summed_spans (tenant_id, span) ON DELETE CASCADE
);

CREATE TABLE failure_code_sums (
    tenant_id integer NOT NULL DEFAULT ppp_tenant(),
    span text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    type text COLLATE "C" NOT NULL,
    code text COLLATE "C" NOT NULL,
    failure_code text COLLATE "C" NOT NULL,
    agent_name text COLLATE "C" NOT NULL,
    runs bigint NOT NULL,
    ended_runs bigint NOT NULL,
    PRIMARY KEY (tenant_id, span, subject, type, code, failure_code, agent_name),
    FOREIGN KEY (tenant_id, span) REFERENCES summed_spans (tenant_id, span) ON DELETE CASCADE
);

CREATE TABLE conduct_sums (
    tenant_id integer NOT NULL DEFAULT ppp_tenant(),
    span text COLLATE "C" NOT NULL,
    agent_name text COLLATE "C" NOT NULL,
    sessions bigint NOT NULL,
    turns bigint NOT NULL,
    low_questions bigint NOT NULL,
    medium_questions bigint NOT NULL,
    high_questions bigint NOT NULL,
    violations bigint NOT NULL,
    PRIMARY KEY (tenant_id, span, agent_name),
    FOREIGN KEY (tenant_id, span) REFERENCES summed_spans (tenant_id, span) ON DELETE CASCADE
);

DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['summed_spans', 'withdrawn_days', 'run_sums', 'entry_sums', 'failure_code_sums',
        'conduct_sums'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', kept);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', kept);
        EXECUTE format('CREATE POLICY readers ON %I FOR SELECT TO ppp_app '
            'USING (tenant_id = (SELECT ppp_tenant()) AND (SELECT ppp_sees_all()))', kept);
        EXECUTE format('CREATE POLICY sums ON %I TO ppp_definer USING (true) WITH CHECK (true)', kept);
        EXECUTE format('GRANT SELECT ON %I TO ppp_app', kept);
        EXECUTE format('GRANT SELECT, INSERT, DELETE ON %I TO ppp_definer', kept);
    END LOOP;
END
$$;

-- A month is withdrawn with each of its days.
CREATE VIEW run_spans WITH (security_invoker = true) AS
    SELECT s.tenant_id, s.span, s.low, s.high FROM summed_spans AS s
    WHERE NOT EXISTS (SELECT 1 FROM withdrawn_days AS w WHERE w.tenant_id = s.tenant_id AND w.day >= s.span
        AND w.day <= s.span || '-99');
GRANT SELECT ON run_spans TO ppp_app;

-- Of a run only what the sums are made of is read past the policies: figures, codes, and no text of anybody.
GRANT SELECT (tenant_id, trajectory_id, last_at, turns, last_turn_number, wall_ms, failed_steps, retries, low_questions,
    medium_questions, high_questions, violations) ON trajectory_summaries TO ppp_definer;
GRANT SELECT (tenant_id, id, agent_name, agent_version, created_at, outcome) ON trajectories TO ppp_definer;
GRANT SELECT (tenant_id, id, status) ON trajectory_turns TO ppp_definer;
GRANT SELECT (tenant_id, id, is_red) ON test_runs TO ppp_definer;
GRANT SELECT ON decision_counts, signal_counts TO ppp_definer;
CREATE POLICY sums ON trajectory_summaries FOR SELECT TO ppp_definer USING (true);
CREATE POLICY sums ON trajectories FOR SELECT TO ppp_definer USING (true);
CREATE POLICY sums ON trajectory_turns FOR SELECT TO ppp_definer USING (true);
CREATE POLICY sums ON test_runs FOR SELECT TO ppp_definer USING (true);
CREATE POLICY sums ON decision_counts FOR SELECT TO ppp_definer USING (true);
CREATE POLICY sums ON signal_counts FOR SELECT TO ppp_definer USING (true);

-- The day of a stored time; NULL for what is none, whoever wrote it.
CREATE FUNCTION ppp_day_of(at text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN at ~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]) ' THEN CASE
        WHEN to_char((substr(at, 1, 8) || '01')::date + substr(at, 9, 2)::integer - 1, 'YYYY-MM-DD') = substr(at, 1, 10)
        THEN substr(at, 1, 10) END END COLLATE "C";

-- Whatever changes a run writes its summary in the same transaction. A transaction that runs for more than a day would
-- miss its mark: sums are made a day after the day was over.
CREATE FUNCTION ppp_withdraw_days() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    today text := to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD');
BEGIN
    IF tg_op <> 'DELETE' THEN
        INSERT INTO public.withdrawn_days (tenant_id, day)
        SELECT DISTINCT n.tenant_id, public.ppp_day_of(n.last_at) FROM added AS n
        WHERE n.last_at < today AND public.ppp_day_of(n.last_at) IS NOT NULL;
    END IF;
    IF tg_op <> 'INSERT' THEN
        INSERT INTO public.withdrawn_days (tenant_id, day)
        SELECT DISTINCT o.tenant_id, public.ppp_day_of(o.last_at) FROM gone AS o
        WHERE o.last_at < today AND public.ppp_day_of(o.last_at) IS NOT NULL;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER days_withdrawn_by_new AFTER INSERT ON trajectory_summaries REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ppp_withdraw_days();
CREATE TRIGGER days_withdrawn_by_gone AFTER DELETE ON trajectory_summaries REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION ppp_withdraw_days();
CREATE TRIGGER days_withdrawn_by_changed AFTER UPDATE ON trajectory_summaries
    REFERENCING OLD TABLE AS gone NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ppp_withdraw_days();

-- The days from one on and before another on which runs gave their last sign of life, each found by the one before it.
CREATE FUNCTION ppp_days_with_runs(of_tenant integer, since text, until text) RETURNS SETOF text LANGUAGE plpgsql STABLE AS $$
DECLARE
    found_at text := since;
BEGIN
    LOOP
        SELECT s.last_at INTO found_at FROM public.trajectory_summaries AS s
        WHERE s.tenant_id = of_tenant AND s.last_at >= found_at AND s.last_at < until ORDER BY s.last_at LIMIT 1;
        EXIT WHEN found_at IS NULL;
        IF public.ppp_day_of(found_at) IS NOT NULL THEN
            RETURN NEXT substr(found_at, 1, 10);
        END IF;
        found_at := substr(found_at, 1, 10) || '~';
    END LOOP;
END
$$;

-- Makes the sums of one day anew.
CREATE FUNCTION ppp_sum_day(of_tenant integer, summed text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    day_low text := summed || ' 00:00:00.000';
    day_high text := to_char(summed::date + 1, 'YYYY-MM-DD') || ' 00:00:00.000';
BEGIN
    -- First, so that what is committed from here on withdraws the day again. Its month is made anew after it.
    DELETE FROM public.withdrawn_days AS w WHERE w.tenant_id = of_tenant AND w.day = summed;
    DELETE FROM public.summed_spans AS s WHERE s.tenant_id = of_tenant AND s.span IN (summed, substr(summed, 1, 7));
    INSERT INTO public.summed_spans (tenant_id, span, low, high) VALUES (of_tenant, summed, day_low, day_high);

    INSERT INTO public.conduct_sums
    SELECT of_tenant, summed, t.agent_name, count(*), sum(s.turns), sum(s.low_questions), sum(s.medium_questions),
        sum(s.high_questions), sum(s.violations)
    FROM public.trajectory_summaries AS s JOIN public.trajectories AS t
        ON t.tenant_id = of_tenant AND t.id = s.trajectory_id
    WHERE s.tenant_id = of_tenant AND s.last_at >= day_low AND s.last_at < day_high GROUP BY t.agent_name;

    WITH runs AS MATERIALIZED (
        SELECT t.id, t.agent_name, t.agent_version, t.created_at, s.last_at, s.turns, s.wall_ms,
            CASE WHEN t.outcome = 'completed' THEN 0 WHEN t.outcome = 'failed' THEN 1 WHEN t.outcome <> '' THEN NULL
            ELSE coalesce(
                (SELECT r.is_red FROM public.test_runs AS r WHERE r.tenant_id = of_tenant AND r.id >= t.id << 40
                    AND r.id < (t.id + 1) << 40 ORDER BY r.id DESC LIMIT 1),
                (SELECT CASE u.status WHEN 'completed' THEN 0 WHEN 'failed' THEN 1 END
                    FROM public.trajectory_turns AS u
                    WHERE u.tenant_id = of_tenant AND u.id = (t.id << 20) + s.last_turn_number)) END AS failed,
            (s.failed_steps > 0)::integer AS tool_failed, (s.retries > 0)::integer AS model_failed,
            (EXISTS (SELECT 1 FROM public.signal_counts AS e WHERE e.tenant_id = of_tenant AND e.trajectory_id = t.id
                AND e.signal_type = 'empty_retrieval' AND e.true_count > 0))::integer AS retrieval_failed
        FROM public.trajectory_summaries AS s JOIN public.trajectories AS t
            ON t.tenant_id = of_tenant AND t.id = s.trajectory_id
        WHERE s.tenant_id = of_tenant AND s.last_at >= day_low AND s.last_at < day_high AND s.turns > 0),
    calls AS MATERIALIZED (
        SELECT c.trajectory_id, sum(c.true_count) AS good, sum(c.true_count + c.false_count) AS calls
        FROM runs AS r JOIN public.signal_counts AS c ON c.tenant_id = of_tenant AND c.trajectory_id = r.id
        WHERE c.signal_type = 'tool_success' GROUP BY 1),
    entries AS MATERIALIZED (
        SELECT r.*, 'decisions' AS subject, c.decision_type AS type, c.reason_code AS code, c.decisions AS entries,
            c.confident AS other_entries, c.confidence_micros,
            CASE WHEN c.source = 'derived' THEN c.decisions ELSE 0 END AS derived, 1 AS is_hit
        FROM runs AS r JOIN public.decision_counts AS c ON c.tenant_id = of_tenant AND c.trajectory_id = r.id
        UNION ALL SELECT r.*, 'signals', c.signal_type, c.signal_code, c.true_count, c.false_count, 0,
            CASE WHEN c.source = 'derived' THEN c.true_count + c.false_count ELSE 0 END, (c.true_count > 0)::integer
        FROM runs AS r JOIN public.signal_counts AS c ON c.tenant_id = of_tenant AND c.trajectory_id = r.id),
    -- A run may have a code both stated and derived, and several codes of a type: it counts once.
    by_run AS MATERIALIZED (
        SELECT e.id, e.agent_name, e.agent_version, e.failed, e.tool_failed, e.model_failed, e.retrieval_failed,
            e.subject, e.type, w.code, sum(e.entries) AS entries, sum(e.other_entries) AS other_entries,
            sum(e.confidence_micros) AS confidence_micros, sum(e.derived) AS derived, max(e.is_hit) AS is_hit
        FROM entries AS e CROSS JOIN LATERAL (SELECT e.code UNION ALL SELECT '') AS w (code)
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
    hits AS MATERIALIZED (
        SELECT DISTINCT e.id, e.agent_name, e.failed, e.subject, e.type, e.code FROM entries AS e WHERE e.is_hit = 1),
    failures AS MATERIALIZED (
        SELECT DISTINCT c.trajectory_id, c.signal_code
        FROM runs AS r JOIN public.signal_counts AS c ON c.tenant_id = of_tenant AND c.trajectory_id = r.id
        WHERE c.signal_type = 'tool_failure' AND c.true_count > 0),
    of_runs AS (
        INSERT INTO public.run_sums
        SELECT of_tenant, summed, r.agent_name, r.agent_version, count(*), sum(r.turns), sum(r.wall_ms),
            min(r.created_at), max(r.last_at), count(r.failed), coalesce(sum(r.failed), 0), sum(r.tool_failed),
            sum(r.model_failed), sum(r.retrieval_failed), coalesce(sum(c.good), 0), coalesce(sum(c.calls), 0)
        FROM runs AS r LEFT JOIN calls AS c ON c.trajectory_id = r.id GROUP BY r.agent_name, r.agent_version),
    of_entries AS (
        INSERT INTO public.entry_sums
        SELECT of_tenant, summed, b.subject, b.type, b.code, b.agent_name, b.agent_version, sum(b.entries),
            sum(b.other_entries), sum(b.confidence_micros), sum(b.derived), count(*), sum(b.is_hit),
            coalesce(sum(b.is_hit) FILTER (WHERE b.failed IS NOT NULL), 0), coalesce(sum(b.is_hit * b.failed), 0),
            sum(b.is_hit * b.tool_failed), sum(b.is_hit * b.model_failed), sum(b.is_hit * b.retrieval_failed)
        FROM by_run AS b GROUP BY b.subject, b.type, b.code, b.agent_name, b.agent_version)
    INSERT INTO public.failure_code_sums
    SELECT of_tenant, summed, h.subject, h.type, h.code, f.signal_code, h.agent_name, count(*), count(h.failed)
    FROM hits AS h JOIN failures AS f ON f.trajectory_id = h.id
    GROUP BY h.subject, h.type, h.code, f.signal_code, h.agent_name;
END
$$;

-- Makes the sums of one month of those of its days, unless one of these is missing.
CREATE FUNCTION ppp_sum_month(of_tenant integer, summed text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    month_low text := summed || '-01 00:00:00.000';
    month_high text := to_char((summed || '-01')::date + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00.000';
BEGIN
    IF EXISTS (SELECT 1 FROM public.withdrawn_days AS w
            WHERE w.tenant_id = of_tenant AND w.day > summed AND w.day < summed || '-99')
        OR EXISTS (SELECT 1 FROM public.ppp_days_with_runs(of_tenant, month_low, month_high) AS d (day)
            WHERE NOT EXISTS (SELECT 1 FROM public.summed_spans AS s
                WHERE s.tenant_id = of_tenant AND s.span = d.day)) THEN
        RETURN;
    END IF;
    INSERT INTO public.summed_spans (tenant_id, span, low, high) VALUES (of_tenant, summed, month_low, month_high);
    INSERT INTO public.run_sums
    SELECT of_tenant, summed, e.agent_name, e.agent_version, sum(e.runs), sum(e.turns), sum(e.wall_ms), min(e.first_at),
        max(e.last_at), sum(e.ended_runs), sum(e.failed_runs), sum(e.tool_failed_runs), sum(e.model_failed_runs),
        sum(e.retrieval_failed_runs), sum(e.good_calls), sum(e.calls)
    FROM public.run_sums AS e WHERE e.tenant_id = of_tenant AND e.span > summed AND e.span < summed || '-99'
    GROUP BY e.agent_name, e.agent_version;
    INSERT INTO public.entry_sums
    SELECT of_tenant, summed, e.subject, e.type, e.code, e.agent_name, e.agent_version, sum(e.entries),
        sum(e.other_entries), sum(e.confidence_micros), sum(e.derived), sum(e.runs), sum(e.hit_runs), sum(e.ended_runs),
        sum(e.failed_runs), sum(e.tool_failed_runs), sum(e.model_failed_runs), sum(e.retrieval_failed_runs)
    FROM public.entry_sums AS e WHERE e.tenant_id = of_tenant AND e.span > summed AND e.span < summed || '-99'
    GROUP BY e.subject, e.type, e.code, e.agent_name, e.agent_version;
    INSERT INTO public.failure_code_sums
    SELECT of_tenant, summed, e.subject, e.type, e.code, e.failure_code, e.agent_name, sum(e.runs), sum(e.ended_runs)
    FROM public.failure_code_sums AS e WHERE e.tenant_id = of_tenant AND e.span > summed AND e.span < summed || '-99'
    GROUP BY e.subject, e.type, e.code, e.failure_code, e.agent_name;
    INSERT INTO public.conduct_sums
    SELECT of_tenant, summed, e.agent_name, sum(e.sessions), sum(e.turns), sum(e.low_questions), sum(e.medium_questions),
        sum(e.high_questions), sum(e.violations)
    FROM public.conduct_sums AS e WHERE e.tenant_id = of_tenant AND e.span > summed AND e.span < summed || '-99'
    GROUP BY e.agent_name;
END
$$;

-- Makes the sums of at most so many days before a moment, the oldest first, and of the months that are whole by then; tells
-- how many days these were. Days behind the newest sums had no runs when that was made, or were not over.
CREATE FUNCTION ppp_sum_runs_of(of_tenant integer, before text, most integer) RETURNS integer LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    days text[];
    summed text;
BEGIN
    -- Two at once would make the same sums; who comes second leaves them to the first.
    IF NOT pg_try_advisory_xact_lock(8102098, of_tenant) THEN
        RETURN 0;
    END IF;
    SELECT coalesce(array_agg(d.day ORDER BY d.day), '{}') INTO days FROM (
        SELECT DISTINCT w.day FROM public.withdrawn_days AS w WHERE w.tenant_id = of_tenant AND w.day < before
        UNION SELECT * FROM public.ppp_days_with_runs(of_tenant, coalesce((SELECT max(s.span) || '~'
            FROM public.summed_spans AS s WHERE s.tenant_id = of_tenant AND length(s.span) = 10), ''), before)
        ORDER BY 1 LIMIT most) AS d (day);
    FOREACH summed IN ARRAY days LOOP
        BEGIN
            PERFORM public.ppp_sum_day(of_tenant, summed);
        EXCEPTION WHEN program_limit_exceeded OR data_exception THEN
            -- Names too long to be keys, numbers too large to be added: the runs of that day are looked at.
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

CREATE FUNCTION ppp_sum_runs(most integer) RETURNS integer LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
        SELECT public.ppp_sum_runs_of(t.tenant_id, to_char((now() - interval '1 day') AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
            most) FROM (SELECT public.ppp_tenant() AS tenant_id) AS t WHERE t.tenant_id IS NOT NULL;
    END;

REVOKE ALL ON FUNCTION ppp_withdraw_days, ppp_days_with_runs, ppp_sum_day, ppp_sum_month, ppp_sum_runs_of, ppp_sum_runs
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ppp_sum_runs TO ppp_app;
DO $$
DECLARE
    called regproc;
BEGIN
    FOREACH called IN ARRAY ARRAY['ppp_withdraw_days', 'ppp_days_with_runs', 'ppp_sum_day', 'ppp_sum_month',
        'ppp_sum_runs_of', 'ppp_sum_runs']::regproc[] LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO ppp_definer', called);
    END LOOP;
END
$$;

-- Of all that was pushed before.
DO $$
DECLARE
    role_before text := current_setting('role');
BEGIN
    PERFORM set_config('role', 'ppp_definer', true);
    PERFORM ppp_sum_runs_of(t.tenant_id, to_char((now() - interval '1 day') AT TIME ZONE 'UTC', 'YYYY-MM-DD'), 1000000)
    FROM tenants AS t;
    PERFORM set_config('role', role_before, true);
END
$$;
