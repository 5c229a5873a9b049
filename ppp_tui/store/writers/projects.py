"""The folders that agents worked in, with the repository that each belongs to and its name in lists."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

from ppp_tui.model.project import RepositoryPlace, folder_label, repository_names
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas

_UPDATE = (
    "UPDATE project_folders SET repository = :repository, worktree = :worktree, sub_folder = :sub_folder, "
    "is_seen = :is_seen, name = :name, label = :label, is_settled = 1 WHERE folder = :folder"
)


def has_unsettled(connection: sqlite3.Connection) -> bool:
    """Return whether a folder has not been looked up yet; costs one index look-up."""
    return connection.execute("SELECT 1 FROM project_folders WHERE is_settled = 0 LIMIT 1").fetchone() is not None


def folders(connection: sqlite3.Connection, *, are_all: bool) -> dict[str, RepositoryPlace]:
    """Return the stored places of folders: of all, or of those that were never seen themselves."""
    some = "" if are_all else "WHERE is_seen = 0 OR is_settled = 0"
    rows = connection.execute(f"SELECT folder, repository, worktree, sub_folder, is_seen FROM project_folders {some}")
    return {
        folder: RepositoryPlace(repository, worktree, sub_folder, bool(is_seen))
        for folder, repository, worktree, sub_folder, is_seen in rows
    }


def seen_repositories(connection: sqlite3.Connection) -> list[str]:
    """Return the repositories of folders that existed when they were looked up."""
    return [row[0] for row in connection.execute("SELECT DISTINCT repository FROM project_folders WHERE is_seen = 1")]


def put_folders(
    connection: sqlite3.Connection, places: Mapping[str, RepositoryPlace], summaries: SummaryDeltas
) -> None:
    """Store the repositories of folders, and name all repositories again, within the caller's transaction.

    Sessions whose project has another name than before get a new revision, and those whose repository or folder below
    it changed get a new task key.
    """
    rows = connection.execute(
        "SELECT folder, repository, worktree, sub_folder, is_seen, label, is_settled FROM project_folders"
    ).fetchall()
    before = {row[0]: RepositoryPlace(row[1], row[2], row[3], bool(row[4])) for row in rows}
    after = before | {folder: place for folder, place in places.items() if folder in before}
    names_by_repository = repository_names(place.repository for place in after.values())
    changed: list[str] = []
    for folder, _, _, _, _, former_label, is_settled in rows:
        place = after[folder]
        name = names_by_repository[place.repository]
        shown = folder_label(name, place)
        if (place, shown) == (before[folder], former_label) and is_settled:
            continue
        connection.execute(_UPDATE, {**place._asdict(), "folder": folder, "name": name, "label": shown})
        if shown != former_label or place.repository != before[folder].repository:
            changed.append(folder)
    session_rows = connection.execute(
        "SELECT id FROM trajectories WHERE project IN (SELECT value FROM json_each(?))", (json.dumps(changed),)
    )
    moved_ids = [row[0] for row in session_rows] if changed else []
    summaries.changed.update(moved_ids)
    summaries.task_changed.update(moved_ids)
