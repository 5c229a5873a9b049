-- When sessions were taken away, so that who shows them hears of it: the transaction that did so, as with revisions.
ALTER TABLE shared_trajectories ADD COLUMN removed_revision bigint;
CREATE INDEX shared_by_removal ON shared_trajectories (tenant_id, removed_revision) WHERE removed_revision IS NOT NULL;

CREATE FUNCTION ppp_note_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    new.removed_revision := pg_current_xact_id()::text::bigint;
    RETURN new;
END
$$;
-- Triggers fire in the order of their names, this one after `stays_away`.
CREATE TRIGGER zz_removal_noted BEFORE UPDATE ON shared_trajectories FOR EACH ROW
    WHEN (old.is_present = 1 AND new.is_present = 0) EXECUTE FUNCTION ppp_note_removal();
