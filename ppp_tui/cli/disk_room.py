"""The free space on the disks that ppp-tui writes to, and what to do if it is low."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ppp_tui.ingest.remote.room import SPARE_BYTES
from ppp_tui.text.format import size

FULL_BYTES = 8 << 20
"""Free space below which a transaction may already fail."""


class FreeRoom(NamedTuple):
    """The free space of a disk."""

    device: int
    """Equal for folders on the same disk."""
    free_bytes: int
    """Those that a user without privileges can use."""
    free_files: int | None
    """None if the file system has, or states, no limit."""


def free_room(folder: Path) -> FreeRoom:
    """Return the free space on the disk of a folder. Raises OSError."""
    counts = os.statvfs(folder) if hasattr(os, "statvfs") else None
    files = counts.f_favail if counts is not None and counts.f_files else None
    return FreeRoom(folder.stat().st_dev, shutil.disk_usage(folder).free, files)


def disk_report(folders: Mapping[str, Path], room_of: Callable[[Path], FreeRoom] = free_room) -> list[dict[str, Any]]:
    """Return each disk once, with what it holds. `folders` are named by their contents; they need not exist yet."""
    disks: dict[int, dict[str, Any]] = {}
    for name, folder in folders.items():
        existing = next((part for part in (folder, *folder.parents) if part.is_dir()), None)
        try:
            room = None if existing is None else room_of(existing)
        except OSError:
            room = None
        if room is not None:
            disk = disks.setdefault(
                room.device,
                {"path": str(folder), "holds": [], "free_bytes": room.free_bytes, "free_files": room.free_files},
            )
            disk["holds"].append(name)
    return list(disks.values())


def disk_warnings(disks: list[dict[str, Any]]) -> list[str]:
    """Return a sentence for each disk that is full or nearly so, with the way out."""
    return [f"{_state(disk)} ({disk['path']}): {_WAY_OUT}" for disk in disks if _state(disk)]


_WAY_OUT = (
    "make room there, or move old sessions to a file elsewhere (ppp-tui archive --older-than 90d --to FILE). Until "
    "then new sessions may be missing; they are read once there is room."
)


def _state(disk: dict[str, Any]) -> str:
    """Return a sentence on how full a disk is; '' if there is room."""
    holds = " and ".join((", ".join(disk["holds"][:-1]), disk["holds"][-1])) if disk["holds"][1:] else disk["holds"][0]
    if disk["free_files"] is not None and disk["free_files"] <= 0:
        return f"The disk of {holds} takes no more files"
    if disk["free_bytes"] < FULL_BYTES:
        return f"The disk of {holds} is full, {size(disk['free_bytes'])} are left"
    if disk["free_bytes"] < SPARE_BYTES:
        return f"The disk of {holds} is nearly full, {size(disk['free_bytes'])} are left"
    return ""
