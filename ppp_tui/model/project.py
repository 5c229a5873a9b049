"""Projects: the repository that a folder belongs to, and its name in lists."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

ShareLevel = Literal["none", "figures", "summaries", "text"]
"""How much of a project is shared, each level with all below it. none: nothing · figures: numbers, times, kinds,
statuses, agent, model, version, tool names, the project's name · summaries: titles, branches, names of stages,
specifications and suites, questions with their options, the beginning of the first prompt · text: all texts."""

SHARE_LEVELS: tuple[ShareLevel, ...] = get_args(ShareLevel)
"""From the least to the most."""

_SEPARATOR = re.compile(r"[/\\]")
WORKTREE_SIGN = " · "
"""Separates a repository's name from a worktree's."""


class RepositoryPlace(NamedTuple):
    """Where a folder lies within a repository."""

    repository: str
    """The root of the main checkout; the folder itself where no repository is known."""
    worktree: str = ""
    """The name of the linked worktree, '' in the main checkout."""
    sub_folder: str = ""
    """The folder below the root of the checkout or worktree, parted by ``/``; '' at the root."""
    is_seen: bool = False
    """Whether the folder existed when it was checked; a guess about a missing folder does not replace that."""


def base_name(path: str) -> str:
    """Return the last part of a path of any system, '' for an empty one."""
    return next((part for part in reversed(_SEPARATOR.split(path)) if part), "")


def path_tail(path: str, parts: int) -> str:
    """Return the last parts of a path of any system: ``b/c.go`` of ``D:\\a\\b\\c.go`` for two."""
    pieces = [piece for piece in _SEPARATOR.split(path) if piece]
    return "/".join(pieces[-parts:]) if len(pieces) > parts else path


NO_TEXTS: Mapping[str, str] = MappingProxyType({})


class Labels:
    """Names of folders and repositories in lists."""

    def __init__(self, labels: Mapping[str, str] = NO_TEXTS, repositories: Mapping[str, str] = NO_TEXTS) -> None:
        """Use `labels` by folder and repository, and the repository of each folder from `repositories`."""
        self._labels = labels
        self._repositories = repositories

    def of(self, path: str) -> str:
        """Return the label of a folder or repository: of an unknown one its last part, '' for an empty path."""
        return self._labels.get(path) or base_name(path)

    def repository(self, folder: str) -> str:
        """Return the repository of a folder, the folder itself where none is known."""
        return self._repositories.get(folder, folder)

    def holds(self, folder: str) -> bool:
        """Return whether sessions began in this folder."""
        return folder in self._repositories


NO_LABELS = Labels()


def folder_label(name: str, place: RepositoryPlace) -> str:
    """Return a folder's name in lists: ``shop``, ``shop/api`` or ``shop · login``."""
    worktree = f"{WORKTREE_SIGN}{place.worktree}" if place.worktree else ""
    sub_folder = f"/{place.sub_folder}" if place.sub_folder else ""
    return f"{name}{worktree}{sub_folder}"


def repository_names(repositories: Iterable[str]) -> dict[str, str]:
    """Return the name of each repository: its folder's, with as much of the path as equal names need."""
    alike: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
    for repository in dict.fromkeys(repositories):
        parts = [part for part in _SEPARATOR.split(repository) if part] or [repository]
        alike[_without_git(parts[-1])].append((repository, parts))
    named: dict[str, str] = {}
    for name, group in alike.items():
        depth, pending = 1, group
        while pending:
            tails = Counter("/".join(parts[-depth:]) for _, parts in group)
            rest = []
            for repository, parts in pending:
                is_alone = tails["/".join(parts[-depth:])] == 1
                if is_alone or depth > len(parts):
                    # Where nothing else tells them apart, the whole path does.
                    named[repository] = "/".join([*parts[-depth:-1], name]) if is_alone else repository
                else:
                    rest.append((repository, parts))
            depth, pending = depth + 1, rest
    return named


def _without_git(name: str) -> str:
    """Return a folder's name as its repository's: that of a bare one ends with ``.git``."""
    return name.removesuffix(".git") or name
