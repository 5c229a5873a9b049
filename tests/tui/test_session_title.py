"""The line above a session."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from ppp_tui.tui.panes.session_title import session_title
from tests.tui.live_rows import session


@pytest.mark.parametrize(
    ("source", "is_gone", "is_told"),
    [("claude_code", True, True), ("claude_code", False, False), ("logger", True, False)],
)
def test_a_file_that_went_is_told_unless_there_never_was_one(source: str, is_gone: bool, is_told: bool) -> None:
    row = replace(session(1), source=source, is_source_gone=is_gone)
    assert ("file gone" in [part.text for part in session_title(row, UTC).right]) == is_told
