"""Databases of the demo, each made once for all worker processes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from filelock import FileLock

from ppp_tui.cli.invocation import Invocation
from tests.pictures.shots import START_MS, demo_below, read_demo


@pytest.fixture(scope="session")
def demo_after(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[[int], Invocation]:
    """Returns how a dashboard over the demo after some seconds is called; nobody writes to that database any more."""
    base = tmp_path_factory.getbasetemp()
    # Each worker has a folder of its own below the run's.
    run = base if worker_id == "master" else base.parent

    def demo(after_s: int) -> Invocation:
        folder, done = run / f"demo-{after_s}", run / f"demo-{after_s}.done"
        with FileLock(run / f"demo-{after_s}.lock"):
            if not done.exists():
                read_demo(folder, START_MS + after_s * 1000)
                done.touch()
        return demo_below(folder)

    return demo
