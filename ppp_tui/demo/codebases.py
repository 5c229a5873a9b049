"""What a count of the invented projects' folders found: they lie nowhere, so that nothing can count them."""

from __future__ import annotations

import random
from pathlib import Path

from ppp_tui.model.clock import HOUR_MS
from ppp_tui.model.rows import FileRow, FolderCount
from ppp_tui.store.write import Writer
from ppp_tui.store.writers.codebases import write_count

PROJECTS = ("shop", "atlas", "ledger", "greenhouse", "docs", "infra")

_FOLDERS = ("", "routes/", "models/", "tests/", "tools/", "web/", "web/parts/", "migrations/")
_NAMES = ("app", "cart", "config", "items", "labels", "list", "parser", "project", "raster", "report", "users", "index")
_TYPES = {
    ".py": ("Python", 38),
    ".ts": ("TypeScript", 34),
    ".css": ("CSS", 26),
    ".html": ("HTML", 41),
    ".sql": ("SQL", 33),
    ".md": ("Markdown", 52),
    ".svg": ("", 60),
}
"""Types of files with the bytes of a line; '' is a type whose lines are not counted."""


def write_codebases(database: Path, now_ms: int) -> None:
    """Write the counts of all projects into a database. Raises DatabaseError."""
    writer = Writer(database)
    try:
        for project in PROJECTS:
            chance = random.Random(project)
            files = {file.path: file for file in _files(chance)}
            counted = FolderCount(f"/home/dev/{project}", tuple(files.values()), (), 40, is_whole=True)
            for _ in write_count(writer, counted, now_ms - round(chance.uniform(1, 20) * HOUR_MS)):
                pass
    finally:
        writer.close()


def _files(chance: random.Random) -> list[FileRow]:
    return [_file(chance) for _ in range(chance.randrange(60, 240))]


def _file(chance: random.Random) -> FileRow:
    ending = chance.choices(tuple(_TYPES), (12, 6, 3, 3, 2, 2, 1))[0]
    name, bytes_per_line = _TYPES[ending]
    code = round(chance.lognormvariate(4.2, 1.0))
    comments, blanks = code // 9, code // 6
    return FileRow(
        path=f"{chance.choice(_FOLDERS)}{chance.choice(_NAMES)}{ending}",
        type=name,
        bytes=(code + comments + blanks) * bytes_per_line,
        modified_ns=0,
        code=code if name else 0,
        comments=comments if name else 0,
        blanks=blanks if name else 0,
    )
