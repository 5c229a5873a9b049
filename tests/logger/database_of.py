"""Looks into the database that a test logs to, as a reader of it would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ppp_tui.fold.logged import derive
from ppp_tui.query.connect import open_reader
from ppp_tui.store.logged.journal import journals
from ppp_tui.store.logged.journal_replay import replay_next
from ppp_tui.store.write import Writer

NOW_MS = 1_795_176_000_000
"""2026-11-20 12:00:00.000."""

ROOT = Path(__file__).resolve().parents[2]

DEADLINE_S = 30.0
"""Far beyond what anything here takes, on any machine."""


class Database:
    """A database, and the journals beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        connection = open_reader(self.path)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def one(self, sql: str, *values: object) -> Any:
        [row] = self.ask(sql, *values)
        return row if len(row) > 1 else row[0]

    def journals(self) -> list[Path]:
        return journals(self.path)

    def carry(self) -> None:
        """Do what whoever opens the database next does."""
        writer = Writer(self.path)
        try:
            while replay_next(writer, set(), derive):
                pass
        finally:
            writer.close()


def program(code: str, *arguments: str | Path, before: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    """Run a program that logs, in an interpreter of its own; `before` is a command that runs it."""
    return subprocess.Popen(
        [*before, sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(code: str, *arguments: str | Path, before: tuple[str, ...] = ()) -> tuple[str, str, int]:
    """The same to its end: output, errors and status."""
    process = program(code, *arguments, before=before)
    out, err = process.communicate(timeout=DEADLINE_S * 2)
    return out, err, process.returncode
