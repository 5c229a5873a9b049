-- The repository that each folder belongs to, and how lists call it. Rows and sums keep the folder; what groups by
-- project looks the repository up here, so that nothing moves when the repository of a folder becomes known.
CREATE TABLE project_folders (
    folder TEXT PRIMARY KEY,
    repository TEXT NOT NULL,
    worktree TEXT NOT NULL DEFAULT '',
    sub_folder TEXT NOT NULL DEFAULT '',
    -- Of the repository, with as much of its path as tells it from others.
    name TEXT NOT NULL,
    -- The name with worktree and sub-folder.
    label TEXT NOT NULL,
    -- The folder was there when it was looked at.
    is_seen INTEGER NOT NULL DEFAULT 0 CHECK (is_seen IN (0, 1)),
    -- It was looked at.
    is_settled INTEGER NOT NULL DEFAULT 0 CHECK (is_settled IN (0, 1))
) WITHOUT ROWID;
CREATE INDEX project_folders_by_repository ON project_folders (repository);
CREATE INDEX project_folders_unsettled ON project_folders (folder) WHERE is_settled = 0;

INSERT INTO project_folders (folder, repository, name, label)
SELECT folder, folder, name, name FROM (
    SELECT folder, substr(folder, length(rtrim(folder, replace(folder, '/', ''))) + 1) AS name FROM (
        SELECT project AS folder FROM trajectories UNION SELECT project FROM project_days
        UNION SELECT project FROM project_hours UNION SELECT project FROM test_days
        UNION SELECT project FROM retry_hours UNION SELECT project FROM file_sums UNION SELECT project FROM codebases)
    WHERE folder <> '');

CREATE TRIGGER trajectories_folder_inserted AFTER INSERT ON trajectories WHEN new.project <> '' BEGIN
    INSERT OR IGNORE INTO project_folders (folder, repository, name, label) VALUES (new.project, new.project,
        substr(new.project, length(rtrim(new.project, replace(new.project, '/', ''))) + 1),
        substr(new.project, length(rtrim(new.project, replace(new.project, '/', ''))) + 1));
END;
CREATE TRIGGER trajectories_folder_changed AFTER UPDATE OF project ON trajectories
WHEN new.project <> '' AND new.project IS NOT old.project BEGIN
    INSERT OR IGNORE INTO project_folders (folder, repository, name, label) VALUES (new.project, new.project,
        substr(new.project, length(rtrim(new.project, replace(new.project, '/', ''))) + 1),
        substr(new.project, length(rtrim(new.project, replace(new.project, '/', ''))) + 1));
END;
CREATE TRIGGER codebases_folder_inserted AFTER INSERT ON codebases WHEN new.project <> '' BEGIN
    INSERT OR IGNORE INTO project_folders (folder, repository, name, label) VALUES (new.project, new.project,
        substr(new.project, length(rtrim(new.project, replace(new.project, '/', ''))) + 1),
        substr(new.project, length(rtrim(new.project, replace(new.project, '/', ''))) + 1));
END;
