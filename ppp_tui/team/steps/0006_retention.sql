-- How many whole months of sessions a team keeps, and what becomes of older ones: their rows go, their sums stay.

-- Months besides the one that runs; NULL keeps everything.
ALTER TABLE tenants ADD COLUMN retention_months integer CHECK (retention_months BETWEEN 1 AND 1200);
GRANT UPDATE (retention_months) ON tenants TO ppp_app;

CREATE FUNCTION ppp_retention_is_an_admins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT ppp_is_admin() THEN
        RAISE EXCEPTION 'how long a team keeps sessions is said by an admin'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO audit (tenant_id, action, detail) VALUES (new.tenant_id, 'retention',
        coalesce(new.retention_months || ' months', 'all sessions are kept'));
    RETURN new;
END
$$;
CREATE TRIGGER retention_changed BEFORE UPDATE ON tenants FOR EACH ROW
    WHEN (new.retention_months IS DISTINCT FROM old.retention_months) EXECUTE FUNCTION ppp_retention_is_an_admins();

-- What retention removed stays away, whatever is pushed or said later: its usage is in the sums already.
ALTER TABLE shared_trajectories ADD COLUMN is_expired integer NOT NULL DEFAULT 0 CHECK (is_expired IN (0, 1));
CREATE FUNCTION ppp_stays_away() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    new.is_expired := 1;
    new.is_forgotten := 1;
    new.is_present := 0;
    new.digests := '';
    RETURN new;
END
$$;
CREATE TRIGGER stays_away BEFORE UPDATE ON shared_trajectories FOR EACH ROW
    WHEN (old.is_expired = 1 OR new.is_expired = 1) EXECUTE FUNCTION ppp_stays_away();

-- Rows that go in a transaction that keeps sums are not taken out of these. Whoever may delete rows may change the sums
-- of the same replica as well, so that the setting opens nothing.
DO $$
DECLARE
    lowering record;
BEGIN
    FOR lowering IN SELECT g.tgname, g.tgrelid::regclass AS counted, pg_get_triggerdef(g.oid) AS definition
            FROM pg_trigger AS g JOIN pg_class AS c ON c.oid = g.tgrelid
            WHERE NOT g.tgisinternal AND c.relnamespace = 'public'::regnamespace AND g.tgname ~ '^ppp_.*_gone$' LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', lowering.tgname, lowering.counted);
        EXECUTE replace(lowering.definition, ' FOR EACH STATEMENT EXECUTE ',
            ' FOR EACH STATEMENT WHEN (current_setting(''ppp.keeps_sums'', true) IS DISTINCT FROM ''on'') EXECUTE ');
    END LOOP;
END
$$;
