"""Each read of the HTTP interface on a database of 1,000,000 turns, in-process, against the promise of 20 ms.

    python -m benchmarks.http_million [--database PATH] [--times 15]

The database is that of `benchmarks.database_million`. A read is late if 95 of 100 took longer; the processor's part
stands beside, which other work on the machine hardly changes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.database_rows import LONG, default_path
from ppp_tui.api.http_app import HttpRoute
from ppp_tui.cli.doors.http_routes import http_routes
from ppp_tui.cli.doors.serve import report_invocation
from ppp_tui.cli.invocation import Invocation
from ppp_tui.query.kept_readers import KeptReaders

PROMISED_MS = 20.0

PROJECT = "/home/someone/projects/project-7"

SPANS: tuple[Mapping[str, str], ...] = ({}, {"since": "2026-11-19"}, {"since": "2024-01-01"})
"""Spans of time that reports with such a parameter are asked for: the usual one, a day, all."""


def requests(routes: list[HttpRoute], project: str) -> Iterator[tuple[str, HttpRoute, Mapping[str, str]]]:
    """Yield every read under a name, with parameters."""
    for route in routes:
        if route.method != "GET":
            continue
        names = {parameter.name for parameter in route.parameters}
        places = {"id": ("777", str(LONG)), "run": ("777",), "repo": (project,)}
        place = next((name for name in places if name in names), "")
        for value in places.get(place, ("",)):
            given = {place: value} if place else {}
            for span in SPANS if "since" in names else ({},):
                words = " ".join([*(f"{name}={text}" for name, text in {**given, **span}.items())])
                yield f"{route.path} {words}".strip(), route, {**given, **span}
        if "q" in names:
            for text in ("agent:codex cost>0.5", "walnut"):
                yield f"{route.path} q={text}", route, {"q": text, "limit": "100"}
            yield f"{route.path} limit=100", route, {"limit": "100"}


def main() -> None:
    """Measure, and print each read with what it took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--database", type=Path, default=default_path())
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--project", default=PROJECT)
    options = parser.parse_args()
    if not options.database.exists():
        raise SystemExit("python -m benchmarks.database_million makes the database first")
    invocation = Invocation(database=options.database, is_syncing=False)
    late = 0
    routes = http_routes(lambda: report_invocation(invocation), KeptReaders())
    for name, route, given in requests(routes, options.project):
        answered = route.answer(given, b"")
        walls, cpus = [], []
        for _ in range(options.times):
            wall, cpu = time.perf_counter(), time.process_time()
            answered = route.answer(given, b"")
            walls.append((time.perf_counter() - wall) * 1000)
            cpus.append((time.process_time() - cpu) * 1000)
        walls.sort()
        cpus.sort()
        p95, cpu_ms = walls[int(len(walls) * 0.95)], cpus[len(cpus) // 2]
        if answered.status not in (200, 404):
            raise SystemExit(f"{name} was answered with {answered.status}: {answered.body}")
        is_late = cpu_ms > PROMISED_MS
        late += is_late
        size = f"{len(answered.body) / 1000:8.1f} kB"
        print(
            f"{'late' if is_late else '    '} {cpu_ms:8.1f} ms cpu {p95:8.1f} ms p95 {answered.status} {size}  {name}"
        )
    print(f"{late} reads take the processor longer than {PROMISED_MS:.0f} ms")


if __name__ == "__main__":
    main()
