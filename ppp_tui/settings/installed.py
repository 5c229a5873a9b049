"""Entry points by which other packages bring sources and evaluations.

``importlib.metadata`` takes 20 ms to import and to search the packages. It is used only if the metadata of some package
name one of our groups, which reading the files of entry points shows in 1 ms.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_METADATA = (".dist-info", ".egg-info")
_NAME = "entry_points.txt"


def entry_points_of(group: str) -> tuple[EntryPoint, ...]:
    """Return the entry points of a group, of all installed packages."""
    groups = named_groups()
    if groups is not None and group not in groups:
        return ()
    from importlib.metadata import entry_points

    return tuple(entry_points(group=group))


@cache
def named_groups() -> frozenset[str] | None:
    """Return the groups that installed packages have entry points of; None if files in folders do not show them all."""
    if any(finder is not PathFinder and hasattr(finder, "find_distributions") for finder in sys.meta_path):
        return None
    groups: set[str] = set()
    for folder in dict.fromkeys(sys.path):
        try:
            names = os.listdir(folder or os.curdir)  # noqa: PTH208 - a Path for each name costs more than the look
        except FileNotFoundError:
            continue
        except OSError:
            # An archive, or a folder that cannot be listed: left to importlib.metadata.
            return None
        if folder.lower().endswith(".egg"):
            return None
        for name in names:
            if name.lower().endswith(_METADATA):
                groups |= _groups_in(os.path.join(folder, name, _NAME))  # noqa: PTH118 - as above
    return frozenset(groups)


def _groups_in(path: str) -> set[str]:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return set()
    return {line.strip()[1:-1].strip() for line in lines if line.strip().startswith("[")}
