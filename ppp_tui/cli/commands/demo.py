"""``ppp-tui demo``."""

from __future__ import annotations

import math
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Any

import click

from ppp_tui.cli.dashboard import open_dashboard
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.demo import Demo
from ppp_tui.demo.codebases import write_codebases
from ppp_tui.demo.plans import log_plans
from ppp_tui.model.clock import SystemClock


class _Speed(click.FloatRange):
    """A number within bounds, which what is no number is not."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number. Raises click.BadParameter."""
        speed = float(super().convert(value, param, ctx))
        if math.isnan(speed):
            self.fail(f"{value} is no number.", param, ctx)
        return speed


@click.command("demo")
@click.option("--speed", type=_Speed(0.1, 100), default=1.0, show_default=True, help="How fast time passes.")
@common_options
@examples("demo", "demo --speed 20")
@pass_invocation
def demo_command(invocation: Invocation, speed: float) -> int:
    """Watch four invented agents at work, in a temporary database.

    They write real session files into a temporary home, and a program logs three more; all that the dashboard shows
    comes from those. Everything is removed when you leave; your own sessions and database are not touched.
    """
    folder = Path(tempfile.mkdtemp(prefix="ppp-tui-demo-"))
    stop = threading.Event()
    clock = SystemClock()
    invocation.home = folder / "home"
    invocation.database = folder / "data" / "archive.db"
    demo = Demo(invocation.home, clock.now_ms(), speed)
    player = threading.Thread(target=demo.play, args=(clock, stop), name="demo", daemon=True)
    try:
        demo.write_history()
        log_plans(invocation.database, clock.now_ms())
        write_codebases(invocation.database, clock.now_ms())
        player.start()
        return open_dashboard(invocation)
    finally:
        stop.set()
        player.join(timeout=2)
        shutil.rmtree(folder, ignore_errors=True)
