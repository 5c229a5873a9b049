"""Recorded sessions for tests: read where they lie, never copied into the project."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CORPUS = Path(os.environ.get("PPP_TUI_CORPUS", Path(__file__).resolve().parents[2] / "shared" / "corpus"))
"""A folder per agent."""

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no recorded sessions at {CORPUS}")
"""For tests that read them."""


def records(path: Path) -> Iterator[dict[str, Any]]:
    """Every JSON object of a file, several on a line too; raises ValueError should anything else stand there."""
    decoder = json.JSONDecoder()
    for line in path.read_text("utf-8").split("\n"):
        place = 0
        while place < len(line):
            record, place = decoder.raw_decode(line, place)
            yield record
