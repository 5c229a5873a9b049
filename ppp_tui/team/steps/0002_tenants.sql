-- Who may see and write what. Everybody logs in as a role of their own; what that login may do follows from its row in
-- `members`, never from what a program says of itself. The tenant of a transaction is set by `ppp.tenant`, and holds
-- only where the login is a member of it.
--
-- Roles of the server, made before this step: ppp_owner (owns and migrates, also under the policies), ppp_app (group of
-- the people's logins), ppp_analyst (sums over all tenants), ppp_definer (owns the two functions that see past the
-- policies; nobody logs in as it or is a member of it).

ALTER TABLE replicas DROP CONSTRAINT replicas_tenant_id_database_id_key;
ALTER TABLE replicas ADD UNIQUE (tenant_id, person_id, machine, database_id);
ALTER TABLE replicas
    -- Of the commit `pushed_revision`, the trajectories up to this one were pushed.
    ADD COLUMN pushed_local_id bigint NOT NULL DEFAULT 0,
    -- How far the tables without a revision were pushed: a JSON object.
    ADD COLUMN cursors text COLLATE "C" NOT NULL DEFAULT '{}',
    -- What was shared how: when it changes, all is looked at again.
    ADD COLUMN shared_by text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE shared_trajectories
    -- Equal for copies of one session, whoever has them; NULL where nothing names it.
    ADD COLUMN session_key bigint,
    ADD COLUMN last_at text COLLATE "C" NOT NULL DEFAULT '',
    -- Whether its rows lie here; 0 where it is kept at home, or somebody else shares it.
    ADD COLUMN is_present integer NOT NULL DEFAULT 0 CHECK (is_present IN (0, 1)),
    -- Taken back by its owner: it does not come again by itself.
    ADD COLUMN is_forgotten integer NOT NULL DEFAULT 0 CHECK (is_forgotten IN (0, 1)),
    -- Of each turn what tells whether it changed since it was pushed.
    ADD COLUMN digests bytea NOT NULL DEFAULT '';
CREATE INDEX shared_by_session ON shared_trajectories (tenant_id, session_key) WHERE session_key IS NOT NULL;

-- The tenants of who is logged in: the one look past the policies that the policies themselves need.
CREATE FUNCTION ppp_memberships(OUT tenant_id integer, OUT tenant text, OUT person_id integer, OUT person text,
        OUT role text)
    RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
        SELECT m.tenant_id, t.name, m.person_id, m.name, m.role FROM public.members AS m
        JOIN public.tenants AS t ON t.tenant_id = m.tenant_id
        WHERE m.login = session_user AND m.removed_at IS NULL;
    END;

-- The tenant of this transaction, if who is logged in belongs to it; else NULL, which no row has.
CREATE OR REPLACE FUNCTION ppp_tenant() RETURNS integer LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN (SELECT p.tenant_id FROM ppp_memberships() AS p
        WHERE p.tenant_id = nullif(current_setting('ppp.tenant', true), '')::integer);

CREATE FUNCTION ppp_person() RETURNS integer LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN (SELECT p.person_id FROM ppp_memberships() AS p
        WHERE p.tenant_id = nullif(current_setting('ppp.tenant', true), '')::integer);

CREATE FUNCTION ppp_role() RETURNS text LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN (SELECT p.role FROM ppp_memberships() AS p
        WHERE p.tenant_id = nullif(current_setting('ppp.tenant', true), '')::integer);

CREATE FUNCTION ppp_sees_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN coalesce(ppp_role() IN ('lead', 'admin'), false);

CREATE FUNCTION ppp_is_admin() RETURNS boolean LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN coalesce(ppp_role() = 'admin', false);

-- The replicas of who is logged in.
CREATE FUNCTION ppp_replicas() RETURNS integer[] LANGUAGE sql STABLE PARALLEL RESTRICTED
    RETURN (SELECT coalesce(array_agg(r.replica_id), '{}') FROM replicas AS r
        WHERE r.tenant_id = ppp_tenant() AND r.person_id = ppp_person());

-- Guards a table whose rows belong to replicas. Everybody writes their own rows; an admin may delete those of others.
-- Rows are read by their owner, leads and admins; sums by the whole team.
CREATE FUNCTION ppp_guard(guarded regclass, is_sum boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    own text := 'tenant_id = (SELECT ppp_tenant()) AND replica_id = ANY ((SELECT ppp_replicas())::integer[])';
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', guarded);
    EXECUTE format('CREATE POLICY readers ON %s FOR SELECT TO ppp_app USING (tenant_id = (SELECT ppp_tenant())%s)',
        guarded, CASE WHEN is_sum THEN '' ELSE
            ' AND ((SELECT ppp_sees_all()) OR replica_id = ANY ((SELECT ppp_replicas())::integer[]))' END);
    EXECUTE format('CREATE POLICY adds ON %s FOR INSERT TO ppp_app WITH CHECK (%s)', guarded, own);
    EXECUTE format('CREATE POLICY changes ON %s FOR UPDATE TO ppp_app USING (%s) WITH CHECK (%s)', guarded, own, own);
    EXECUTE format('CREATE POLICY removes ON %s FOR DELETE TO ppp_app USING (tenant_id = (SELECT ppp_tenant()) '
        'AND ((SELECT ppp_is_admin()) OR replica_id = ANY ((SELECT ppp_replicas())::integer[])))', guarded);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO ppp_app', guarded);
END
$$;
REVOKE ALL ON FUNCTION ppp_guard FROM PUBLIC;

SELECT ppp_guard(c.oid, c.relname IN ('usage_minutes_by_replica', 'usage_hours_by_replica', 'usage_days_by_replica',
    'total_hours_by_replica', 'project_hours_by_replica', 'project_days_by_replica', 'folder_days_by_replica',
    'folder_months_by_replica', 'test_days_by_replica', 'retry_hours_by_replica', 'agents_by_replica',
    'codebases_by_replica', 'codebase_types'))
FROM pg_class AS c
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
    AND c.relname NOT IN ('replicas', 'shared_trajectories')
    AND EXISTS (SELECT 1 FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'replica_id');

-- Views answer with the rights of who asks.
DO $$
DECLARE
    shown regclass;
BEGIN
    FOR shown IN SELECT c.oid FROM pg_class AS c WHERE c.relkind = 'v'
            AND c.relnamespace IN ('public'::regnamespace, 'marks'::regnamespace) LOOP
        EXECUTE format('GRANT SELECT ON %s TO ppp_app', shown);
    END LOOP;
END
$$;
GRANT USAGE ON SCHEMA marks TO ppp_app;
GRANT SELECT ON schema_steps TO ppp_app;
ALTER TABLE schema_steps ENABLE ROW LEVEL SECURITY;
ALTER TABLE schema_steps FORCE ROW LEVEL SECURITY;
CREATE POLICY readers ON schema_steps FOR SELECT TO ppp_app, ppp_owner USING (true);
CREATE POLICY adds ON schema_steps FOR INSERT TO ppp_owner WITH CHECK (true);

-- Whose machines there are is known to the team; each says so for itself.
ALTER TABLE replicas ENABLE ROW LEVEL SECURITY;
ALTER TABLE replicas FORCE ROW LEVEL SECURITY;
CREATE POLICY readers ON replicas FOR SELECT TO ppp_app USING (tenant_id = (SELECT ppp_tenant()));
CREATE POLICY adds ON replicas FOR INSERT TO ppp_app
    WITH CHECK (tenant_id = (SELECT ppp_tenant()) AND person_id = (SELECT ppp_person()));
CREATE POLICY changes ON replicas FOR UPDATE TO ppp_app
    USING (tenant_id = (SELECT ppp_tenant()) AND person_id = (SELECT ppp_person()))
    WITH CHECK (tenant_id = (SELECT ppp_tenant()) AND person_id = (SELECT ppp_person()));
CREATE POLICY removes ON replicas FOR DELETE TO ppp_app USING (tenant_id = (SELECT ppp_tenant())
    AND ((SELECT ppp_is_admin()) OR person_id = (SELECT ppp_person())));
GRANT SELECT, INSERT, UPDATE, DELETE ON replicas TO ppp_app;

-- That a session is shared already is known to the team by its hash alone, so that copies are not counted twice.
ALTER TABLE shared_trajectories ENABLE ROW LEVEL SECURITY;
ALTER TABLE shared_trajectories FORCE ROW LEVEL SECURITY;
CREATE POLICY readers ON shared_trajectories FOR SELECT TO ppp_app USING (tenant_id = (SELECT ppp_tenant()));
CREATE POLICY adds ON shared_trajectories FOR INSERT TO ppp_app WITH CHECK (tenant_id = (SELECT ppp_tenant())
    AND replica_id = ANY ((SELECT ppp_replicas())::integer[]));
-- An admin's only change is to take back: the trigger below holds that.
CREATE POLICY changes ON shared_trajectories FOR UPDATE TO ppp_app USING (tenant_id = (SELECT ppp_tenant())
    AND ((SELECT ppp_is_admin()) OR replica_id = ANY ((SELECT ppp_replicas())::integer[])))
    WITH CHECK (tenant_id = (SELECT ppp_tenant())
    AND ((SELECT ppp_is_admin()) OR replica_id = ANY ((SELECT ppp_replicas())::integer[])));
CREATE POLICY removes ON shared_trajectories FOR DELETE TO ppp_app USING (tenant_id = (SELECT ppp_tenant())
    AND ((SELECT ppp_is_admin()) OR replica_id = ANY ((SELECT ppp_replicas())::integer[])));
GRANT SELECT, INSERT, UPDATE, DELETE ON shared_trajectories TO ppp_app;

CREATE FUNCTION ppp_only_takes_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.is_forgotten <> 1 OR new.is_present <> 0 OR new.replica_id <> old.replica_id
            OR new.trajectory_id <> old.trajectory_id OR new.local_id <> old.local_id THEN
        RAISE EXCEPTION 'an admin may take back what others shared, and nothing else'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER only_takes_back BEFORE UPDATE ON shared_trajectories FOR EACH ROW
    WHEN (NOT old.replica_id = ANY (ppp_replicas())) EXECUTE FUNCTION ppp_only_takes_back();

-- Numbers only ever grow: whoever could lower one would give a number twice.
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY readers ON tenants FOR SELECT TO ppp_app USING (tenant_id = (SELECT ppp_tenant()));
CREATE POLICY counts ON tenants FOR UPDATE TO ppp_app USING (tenant_id = (SELECT ppp_tenant()))
    WITH CHECK (tenant_id = (SELECT ppp_tenant()));
CREATE POLICY founds ON tenants TO ppp_owner USING (true) WITH CHECK (true);
GRANT SELECT, UPDATE (next_trajectory_id, next_replica_id, next_person_id) ON tenants TO ppp_app;

CREATE FUNCTION ppp_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.next_trajectory_id < old.next_trajectory_id OR new.next_replica_id < old.next_replica_id
            OR new.next_person_id < old.next_person_id OR new.next_trajectory_id > old.next_trajectory_id + 100000 THEN
        RAISE EXCEPTION 'numbers only grow' USING ERRCODE = 'check_violation';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER only_grows BEFORE UPDATE ON tenants FOR EACH ROW EXECUTE FUNCTION ppp_only_grows();

ALTER TABLE members ENABLE ROW LEVEL SECURITY;
ALTER TABLE members FORCE ROW LEVEL SECURITY;
CREATE POLICY readers ON members FOR SELECT TO ppp_app USING (tenant_id = (SELECT ppp_tenant()));
CREATE POLICY adds ON members FOR INSERT TO ppp_app
    WITH CHECK (tenant_id = (SELECT ppp_tenant()) AND (SELECT ppp_is_admin()));
CREATE POLICY changes ON members FOR UPDATE TO ppp_app
    USING (tenant_id = (SELECT ppp_tenant()) AND (SELECT ppp_is_admin()))
    WITH CHECK (tenant_id = (SELECT ppp_tenant()) AND (SELECT ppp_is_admin()));
CREATE POLICY founds ON members TO ppp_owner USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON members TO ppp_app;
-- Whose login a row is never changes: that would hand a person's rows to another one.
GRANT UPDATE (name, role, removed_at) ON members TO ppp_app;

-- Everybody's own acts are written down, by whoever acts; nobody changes or removes an entry.
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit FORCE ROW LEVEL SECURITY;
CREATE POLICY readers ON audit FOR SELECT TO ppp_app
    USING (tenant_id = (SELECT ppp_tenant()) AND (SELECT ppp_is_admin()));
CREATE POLICY adds ON audit FOR INSERT TO ppp_app
    WITH CHECK (tenant_id = (SELECT ppp_tenant()) AND login = session_user);
CREATE POLICY founds ON audit FOR INSERT TO ppp_owner WITH CHECK (login = session_user);
GRANT SELECT, INSERT (tenant_id, action, detail) ON audit TO ppp_app;

CREATE FUNCTION ppp_audit_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit (tenant_id, action, detail) VALUES (new.tenant_id,
        CASE WHEN tg_op = 'INSERT' THEN 'member added' WHEN new.removed_at IS NOT NULL AND old.removed_at IS NULL
            THEN 'member removed' ELSE 'member changed' END, format('%s (login %s): %s', new.name, new.login, new.role));
    RETURN NULL;
END
$$;
CREATE TRIGGER members_audited AFTER INSERT OR UPDATE ON members FOR EACH ROW EXECUTE FUNCTION ppp_audit_member();

CREATE FUNCTION ppp_audit_replica() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit (tenant_id, action, detail) VALUES (new.tenant_id, 'share',
        format('replica %s (%s): %s', new.replica_id, new.machine, new.share));
    RETURN NULL;
END
$$;
CREATE TRIGGER replicas_added AFTER INSERT ON replicas FOR EACH ROW EXECUTE FUNCTION ppp_audit_replica();
CREATE TRIGGER replicas_changed AFTER UPDATE ON replicas FOR EACH ROW WHEN (new.shared_by <> old.shared_by)
    EXECUTE FUNCTION ppp_audit_replica();

-- What an analyst may learn of all tenants: sums of a month over at least five people, and nothing of who they are.
CREATE FUNCTION ppp_usage_of_all(OUT month text, OUT agent_name text, OUT model text, OUT people bigint,
        OUT requests bigint, OUT input_tokens bigint, OUT output_tokens bigint, OUT cost_micros bigint)
    RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    BEGIN ATOMIC
        SELECT substr(d.day, 1, 7), d.agent_name, d.model, count(DISTINCT (r.tenant_id, r.person_id)),
            sum(d.requests)::bigint, sum(d.input_tokens)::bigint, sum(d.output_tokens)::bigint,
            sum(d.cost_micros)::bigint
        FROM public.usage_days_by_replica AS d JOIN public.replicas AS r
            ON r.tenant_id = d.tenant_id AND r.replica_id = d.replica_id
        WHERE d.day < to_char(date_trunc('month', now() AT TIME ZONE 'UTC'), 'YYYY-MM-DD')
        GROUP BY 1, 2, 3 HAVING count(DISTINCT (r.tenant_id, r.person_id)) >= 5;
    END;
REVOKE ALL ON FUNCTION ppp_usage_of_all FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ppp_usage_of_all TO ppp_analyst;

GRANT SELECT ON members, tenants, replicas, usage_days_by_replica TO ppp_definer;
CREATE POLICY memberships ON members FOR SELECT TO ppp_definer USING (true);
CREATE POLICY memberships ON tenants FOR SELECT TO ppp_definer USING (true);
CREATE POLICY analytics ON replicas FOR SELECT TO ppp_definer USING (true);
CREATE POLICY analytics ON usage_days_by_replica FOR SELECT TO ppp_definer USING (true);
REVOKE ALL ON FUNCTION ppp_memberships FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ppp_memberships TO ppp_app, ppp_owner;
ALTER FUNCTION ppp_memberships OWNER TO ppp_definer;
ALTER FUNCTION ppp_usage_of_all OWNER TO ppp_definer;
