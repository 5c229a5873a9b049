"""Which instance of a benchmark a run's file is about, by its name."""

from __future__ import annotations

from pathlib import Path

SUFFIXES = (".traj.json", ".traj")


def instance_of(path: Path) -> str:
    """Return a file's name without its end."""
    return next((path.name.removesuffix(end) for end in SUFFIXES if path.name.endswith(end)), path.stem)
