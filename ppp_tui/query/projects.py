"""Projects are repositories: rows and sums hold folders, and queries by project look up their repositories."""

from __future__ import annotations

from ppp_tui.model.project import Labels
from ppp_tui.query.query import Query


def repository_of(folder: str) -> str:
    """Return SQL for the repository of a folder, itself where none is known; `folder` is SQL too."""
    return f"coalesce((SELECT f.repository FROM project_folders AS f WHERE f.folder = {folder}), {folder})"


def label_of(folder: str) -> str:
    """Return SQL for a folder's name in lists: ``shop``, ``shop/api`` or ``shop · login``."""
    return f"coalesce((SELECT f.label FROM project_folders AS f WHERE f.folder = {folder}), {folder})"


def is_in_repository(folder: str, parameter: str = "project") -> str:
    """Return SQL for: the folder belongs to the repository that the parameter names, or is that folder."""
    return (
        f"{folder} IN (SELECT :{parameter} UNION ALL SELECT f.folder FROM project_folders AS f "
        f"WHERE f.repository = :{parameter} AND f.folder <> :{parameter})"
    )


def folders_of(parameter: str = "project") -> str:
    """Return SQL for a table of the folders of the repository that the parameter names, with `sub_folder`."""
    return (
        f"(SELECT :{parameter} AS folder, '' AS sub_folder UNION ALL SELECT f.folder, f.sub_folder "
        f"FROM project_folders AS f WHERE f.repository = :{parameter} AND f.folder <> :{parameter})"
    )


def path_in_repository(path: str, sub_folder: str, parameter: str = "project") -> str:
    """Return SQL for a file's path from the root of the repository that the parameter names.

    `path` is as it is stored: relative to the folder of the session, absolute, or a hash.
    """
    root_length = f"length(:{parameter}) + 1"
    return (
        f"CASE WHEN substr({path}, 1, {root_length}) = :{parameter} || '/' THEN substr({path}, {root_length} + 1) "
        f"WHEN {sub_folder} = '' OR substr({path}, 1, 1) IN ('/', '#') OR substr({path}, 1, 3) = '../' "
        f"OR substr({path}, 2, 1) = ':' THEN {path} ELSE {sub_folder} || '/' || {path} END"
    )


def is_called(folder: str, parameter: str = "project") -> str:
    """Return SQL for: the folder, its repository or its label contains the parameter, which is in lower case."""
    return (
        f"{folder} IN (SELECT f.folder FROM project_folders AS f WHERE instr(lower(f.folder), :{parameter}) "
        f"OR instr(lower(f.repository), :{parameter}) OR instr(lower(f.label), :{parameter}))"
    )


def project_labels() -> Query[Labels]:
    """Query the names of folders and repositories in lists."""
    return Query(
        "SELECT folder, repository, label, name FROM project_folders",
        lambda rows: Labels(
            {row[0]: row[2] for row in rows} | {row[1]: row[3] for row in rows}, {row[0]: row[1] for row in rows}
        ),
    )
