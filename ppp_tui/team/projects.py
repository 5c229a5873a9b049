"""Projects in the shared store: what a folder is called there, how much of it is shared, and paths below it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from ppp_tui.model.project import ShareLevel, base_name

_FOREIGN_PATH = ("/", "\\", "../", "..\\", "~")


def project_name(repository: str, home: str) -> str:
    """Return what a repository is called in the shared store: its folder's name, and nothing else of the path.

    Of a home folder that would be its user's name.
    """
    if repository and repository.rstrip("/\\") == home.rstrip("/\\"):
        return "~"
    name = base_name(repository)
    return name.removesuffix(".git") or name


def project_share(folder: str, name: str, share: ShareLevel, by_project: Mapping[str, ShareLevel]) -> ShareLevel:
    """Return how much of the project with this name in this folder is shared.

    A full path in `by_project` says it of the folder and all below, the longest one first; else a name does.
    """
    above = [path for path in by_project if "/" in path and f"{folder}/".startswith(f"{path.rstrip('/')}/")]
    if above:
        return by_project[max(above, key=len)]
    return by_project.get(name, share)


def shared_path(path: str, sub_folder: str) -> str:
    """Return a file's path below the root of its repository; of one outside, its name alone."""
    if path.startswith(_FOREIGN_PATH) or path[1:2] == ":":
        return f"…/{base_name(path)}"
    if path.startswith("#") or not sub_folder:
        return path
    return f"{sub_folder}/{path}"


class SharedProjects:
    """The folders of a local database, and what is shared of each."""

    def __init__(
        self, connection: sqlite3.Connection, share: ShareLevel, by_project: Mapping[str, ShareLevel], home: str
    ) -> None:
        """Read the folders that agents worked in. Raises sqlite3.Error."""
        self._share, self._by_project, self.home = share, by_project, home.rstrip("/\\")
        self._repositories: dict[str, tuple[str, str]] = {
            folder: (repository, sub_folder)
            for folder, repository, sub_folder in connection.execute(
                "SELECT folder, repository, sub_folder FROM project_folders"
            )
        }

    def name(self, folder: str) -> str:
        """Return what the folder's project is called in the shared store, '' for none."""
        return project_name(self._repositories.get(folder, (folder, ""))[0], self.home)

    def share(self, folder: str) -> ShareLevel:
        """Return how much of the folder's project is shared."""
        return project_share(folder, self.name(folder), self._share, self._by_project)

    def path(self, folder: str, path: str) -> str:
        """Return a path that is kept relative to a folder as the shared store has it."""
        return shared_path(path, self._repositories.get(folder, (folder, ""))[1])
