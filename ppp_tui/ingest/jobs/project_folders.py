"""Finds the repository of every folder that agents worked in: at once for a new folder, now and then for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from ppp_tui.model.clock import HOUR_MS, is_due
from ppp_tui.model.project import RepositoryPlace, base_name
from ppp_tui.sources.checkout import Checkouts, place_among
from ppp_tui.store.write import Writer
from ppp_tui.store.writers import projects

RECHECK_MS = HOUR_MS
"""Milliseconds between two checks of all folders: one may have become a checkout, or exist again."""


class ProjectFoldersJob:
    """Keeps the repositories of folders up to date."""

    name = "projects"
    trouble = ""

    def __init__(self, writer: Writer, home: Path) -> None:
        """Check no folder before `run_slice`."""
        self._writer = writer
        self._home = home
        self._looked_ms = 0

    def run_slice(self, now_ms: int) -> bool:
        """Find the repositories of new folders, hourly of all; return whether one changed. Raises DatabaseError."""
        ask = self._writer.ask
        are_all = is_due(self._looked_ms, now_ms, RECHECK_MS)
        if not are_all and not ask(projects.has_unsettled):
            return False
        if are_all:
            self._looked_ms = now_ms
        stored = ask(projects.folders, are_all=are_all)
        places = _locate(stored, ask(projects.seen_repositories), self._home)
        is_news = places != stored or ask(projects.has_unsettled)
        if is_news:
            with self._writer.transaction() as summaries:
                summaries.call(projects.put_folders, places, summaries)
        return is_news


def _locate(
    stored: dict[str, RepositoryPlace], seen_repositories: Iterable[str], home: Path
) -> dict[str, RepositoryPlace]:
    """Return the current places of folders; of a missing folder, the place that was seen last."""
    checkouts = Checkouts(home)
    places = {}
    for folder, former in stored.items():
        place = checkouts.place(folder)
        places[folder] = _storable(place if place.is_seen or not former.is_seen else former)
    present = {place.repository for place in places.values() if place.is_seen}
    by_name: dict[str, list[str]] = defaultdict(list)
    for repository in sorted(present.union(seen_repositories)):
        by_name[base_name(repository)].append(repository)
    unique = {name: repositories[0] for name, repositories in by_name.items() if len(repositories) == 1}
    for folder, place in places.items():
        if place == RepositoryPlace(folder):
            places[folder] = place_among(folder, unique) or place
    return places


def _storable(place: RepositoryPlace) -> RepositoryPlace:
    """Return a place whose texts can be stored: paths of the system may hold any bytes."""
    return RepositoryPlace(_sound(place.repository), _sound(place.worktree), _sound(place.sub_folder), place.is_seen)


def _sound(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
