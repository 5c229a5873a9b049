"""Recorded sessions for tests: read where they lie, never copied into the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CORPUS = Path(os.environ.get("PPP_TUI_CORPUS", Path(__file__).resolve().parents[2] / "shared" / "corpus"))
"""A folder per agent."""

needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no recorded sessions at {CORPUS}")
"""For tests that read them."""
