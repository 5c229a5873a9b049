-- The projects of a team, each found by the one before it: to look through the months of all of them took as long as
-- the rest of a list of sessions, and a plan that thought it would be done once did it for every row.
CREATE OR REPLACE VIEW project_folders WITH (security_invoker = true) AS
WITH RECURSIVE named (tenant_id, project) AS (
    (SELECT p.tenant_id, p.project FROM folder_months_by_replica AS p
    WHERE p.tenant_id = (SELECT ppp_tenant()) AND p.project > '' ORDER BY p.project LIMIT 1)
    UNION ALL
    SELECT n.tenant_id, (SELECT p.project FROM folder_months_by_replica AS p
        WHERE p.tenant_id = n.tenant_id AND p.project > n.project ORDER BY p.project LIMIT 1)
    FROM named AS n WHERE n.project IS NOT NULL)
SELECT n.tenant_id, n.project AS folder, n.project AS repository, '' COLLATE "C" AS worktree,
    '' COLLATE "C" AS sub_folder, n.project AS name, n.project AS label, 1::bigint AS is_seen,
    1::bigint AS is_settled
FROM named AS n WHERE n.project IS NOT NULL;
