"""What is said of the time of sessions."""

from __future__ import annotations

import pytest

from ppp_tui.query.sessions.timing import sample_text, session_timing
from ppp_tui.scoring.timing import Percentiles
from tests.query.database_fixture import Database


@pytest.mark.parametrize(
    ("measured", "text"), [(1, "1"), (4_999, "4,999"), (5_000, "the newest 5,000"), (5_001, "the newest 5,001")]
)
def test_percentiles_say_when_they_are_of_the_newest_alone(measured: int, text: str) -> None:
    assert sample_text(Percentiles(measured=measured, p50=1, p90=1, p95=1, p99=1, most=1)) == text


@pytest.mark.parametrize(("source", "is_recorded"), [("claude_code", True), ("codex", False), ("", True)])
def test_waits_for_permission_that_an_agent_does_not_record_are_said_to_be_untold(
    database: Database, source: str, is_recorded: bool
) -> None:
    database.session(1, {"turns": 1}, source=source)
    timing = database.ask(session_timing(1))
    assert timing is not None
    assert timing.is_permission_told is is_recorded
