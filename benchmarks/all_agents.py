"""What it costs to know every agent: a following ingest at rest, and a cold read of each kind of session.

    python -m benchmarks.all_agents [--files 5000] [--projects 200] [--seconds 30] [--megabytes 8]

The sessions are those of the tests, one shape for each agent, written again and again under other ids: small files in
many projects, and, for the cold read, as many as make so many megabytes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.big_home import environment_of
from benchmarks.idle import measure_rest, new_home
from benchmarks.measure import run
from ppp_tui.sources import registry
from tests.sources import (
    crush_rows,
    goose_rows,
    opencode_rows,
    test_amp,
    test_cline,
    test_cline_sessions,
    test_more_contracts,
    test_plain,
    test_source_contract,
)

PROMISED = 0.01
DATABASES = ("crush", "goose", "opencode")
BESIDE = "/home/dev/shop"
"""Project of the tests' sessions."""

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{8}(?=\.jsonl)|T-[0-9a-f-]+")


class Shape(NamedTuple):
    """A session of one agent, as its files."""

    source: str
    files: dict[str, bytes]
    """By their paths below the agent's folder."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--projects", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--megabytes", type=float, default=8, help="of each kind, read cold; 0 leaves that out")
    options = parser.parse_args()
    shapes = [shape for shape in _shapes() if shape.files]
    with new_home() as home:
        written = lay_down(home, shapes, options.files, options.projects)
        kinds = len(shapes) + len(DATABASES)
        print(f"{written} files of {kinds} kinds in {options.projects} projects")
        measure_rest(home, options.seconds, PROMISED)
    for shape in shapes if options.megabytes else ():
        with new_home() as home:
            measure_cold(home, shape, options.megabytes)


def _shapes() -> Iterator[Shape]:
    for module in (test_source_contract, test_more_contracts, test_plain):
        for name, value in vars(module).items():
            if name.endswith("Contract") and name.startswith("Test"):
                yield Shape(value.source.name, value.sessions)
    for document in (test_amp.TestContract, test_cline.TestContract, test_cline_sessions.TestContract):
        documents = {path: json.dumps(content).encode() for path, content in document.documents.items()}
        yield Shape(document.source.name, documents)


def roots_of(source: str, home: Path) -> list[Path]:
    """Where an agent's sessions lie in a home of a benchmark."""
    return registry.source(source).roots(environment_of(home), home)


def lay_down(home: Path, shapes: list[Shape], files: int, projects: int) -> int:
    """Write so many files, all kinds in turn, each session in one of so many projects; return their number."""
    opencode = opencode_rows.Store(_made(roots_of("opencode", home)[0]))
    goose = goose_rows.GooseStore(_made(roots_of("goose", home)[0] / "sessions.db"))
    for store in (opencode, goose):
        store.session()
        store.db.close()
    written, copy = len(DATABASES) - 1, 0
    written += _write_crush(home, projects)
    while written < files:
        for shape in shapes:
            written += write_copy(home, shape, copy, f"/srv/project-{copy % projects:03}")
        copy += 1
    return written


def _made(path: Path) -> Path:
    """Return a path whose folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _write_crush(home: Path, projects: int) -> int:
    """Make a small database in each fifth project, which the registry names; return their number."""
    folders = [home / "srv" / f"project-{number:03}" / ".crush" for number in range(0, projects, 5)]
    entries = [{"path": str(folder.parent), "data_dir": folder.name} for folder in folders]
    _made(home / "data" / "crush" / "projects.json").write_text(json.dumps({"projects": entries}), encoding="utf-8")
    for folder in folders:
        with contextlib.closing(crush_rows.CrushStore(folder / "crush.db")) as store:
            store.session()
    return len(folders)


def write_copy(home: Path, shape: Shape, copy: int, project: str) -> int:
    """Write a session of a shape under ids of its own; return how many files that made."""
    root = roots_of(shape.source, home)[0]
    ids = {found for path in shape.files for found in _ID.findall(path)}
    for path, content in shape.files.items():
        for number, found in enumerate(sorted(ids)):
            own = f"{found[:-8]}{copy * 10 + number:08x}"
            path, content = path.replace(found, own), content.replace(found.encode(), own.encode())
        target = root / f"copy-{copy}" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.replace(BESIDE.encode(), project.encode()))
    return len(shape.files)


def measure_cold(home: Path, shape: Shape, megabytes: float) -> None:
    """Print how fast sessions of a kind are read into an empty database; the processor's time, whatever else runs."""
    copies = written = 0
    while written < megabytes * 1e6:
        write_copy(home, shape, copies, f"/srv/project-{copies % 50:03}")
        written += sum(map(len, shape.files.values()))
        copies += 1
    taken = run([sys.executable, "-m", "ppp_tui", "ingest"], environment_of(home))
    megabytes = written / 1e6
    files = copies * len(shape.files)
    print(
        f"{shape.source:16} {files:6} files of {written / files / 1000:5.1f} kB {megabytes / taken.wall_s:7.2f} MB/s; "
        f"of the processor {megabytes / taken.cpu_s:7.2f} MB/s, {taken.cpu_s / files * 1000:6.2f} ms a file",
        flush=True,
    )


if __name__ == "__main__":
    began = time.perf_counter()
    main()
    print(f"in {time.perf_counter() - began:.0f} s")
