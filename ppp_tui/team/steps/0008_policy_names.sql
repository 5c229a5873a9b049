-- What policies ask must not be what a login put in its place: functions in PL/pgSQL look names up when they run, and a
-- temporary table of the same name would come first. Each name says its schema.

CREATE OR REPLACE FUNCTION ppp_tenant() RETURNS integer LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $$
BEGIN
    RETURN (SELECT p.tenant_id FROM public.ppp_memberships() AS p
        WHERE p.tenant_id = nullif(pg_catalog.current_setting('ppp.tenant', true), '')::integer);
END
$$;

CREATE OR REPLACE FUNCTION ppp_person() RETURNS integer LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $$
BEGIN
    RETURN (SELECT p.person_id FROM public.ppp_memberships() AS p
        WHERE p.tenant_id = nullif(pg_catalog.current_setting('ppp.tenant', true), '')::integer);
END
$$;

CREATE OR REPLACE FUNCTION ppp_role() RETURNS text LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $$
BEGIN
    RETURN (SELECT p.role FROM public.ppp_memberships() AS p
        WHERE p.tenant_id = nullif(pg_catalog.current_setting('ppp.tenant', true), '')::integer);
END
$$;

CREATE OR REPLACE FUNCTION ppp_sees_all() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $$
BEGIN
    RETURN coalesce(public.ppp_role() IN ('lead', 'admin'), false);
END
$$;

CREATE OR REPLACE FUNCTION ppp_is_admin() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $$
BEGIN
    RETURN coalesce(public.ppp_role() = 'admin', false);
END
$$;

CREATE OR REPLACE FUNCTION ppp_replicas() RETURNS integer[] LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $$
BEGIN
    RETURN (SELECT coalesce(pg_catalog.array_agg(r.replica_id), '{}') FROM public.replicas AS r
        WHERE r.tenant_id = public.ppp_tenant() AND r.person_id = public.ppp_person());
END
$$;
