"""Checks that the disk has room for copies."""

from __future__ import annotations

import shutil
from pathlib import Path

SPARE_BYTES = 256 * 1024 * 1024
"""Bytes of the disk that copies must leave free."""


class FullDiskError(OSError):
    """The disk has no room to spare."""


def require_room(folder: Path, size: int) -> None:
    """Raise FullDiskError unless the disk of a folder has room for so many bytes and `SPARE_BYTES` more."""
    if shutil.disk_usage(folder).free < size + SPARE_BYTES:
        raise FullDiskError("the disk has no room to spare for copies")
