"""Room on the disk for copies."""

from __future__ import annotations

import shutil
from pathlib import Path

SPARE_BYTES = 256 * 1024 * 1024
"""Room on the disk that is left alone."""


class FullDiskError(OSError):
    """Raised where the disk has no room to spare."""


def require_room(folder: Path, size: int) -> None:
    """Raise FullDiskError if the disk of a folder has no room for so many bytes."""
    if shutil.disk_usage(folder).free < size + SPARE_BYTES:
        raise FullDiskError("the disk has no room to spare for copies")
