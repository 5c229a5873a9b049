-- What a member learns of others, and may do to them, that is more than was meant.

-- How a machine shares which project stood here by the projects' names, for the whole team to read, also of those that are
-- kept at home. What stands here tells nothing but whether it changed.
ALTER TABLE replicas NO FORCE ROW LEVEL SECURITY;
ALTER TABLE replicas DISABLE TRIGGER replicas_changed;
UPDATE replicas SET shared_by = '';
ALTER TABLE replicas ENABLE TRIGGER replicas_changed;
ALTER TABLE replicas FORCE ROW LEVEL SECURITY;

-- A sub-agent goes where its session goes. Nobody hangs theirs below a session of somebody else, where a lead would look
-- at it as that person's, and retention would keep that session for it.
ALTER TABLE trajectories DROP CONSTRAINT trajectories_tenant_id_parent_id_fkey;
ALTER TABLE trajectories ADD FOREIGN KEY (tenant_id, replica_id, parent_id)
    REFERENCES trajectories (tenant_id, replica_id, id) ON DELETE SET NULL (parent_id);
