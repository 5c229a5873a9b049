"""Jotter's source keeps the contract of sources, and reads a session as it is meant."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from jotter_source import SOURCE

from ppp_tui.model import event as e
from ppp_tui.testing.source_contract import SourceContract

SESSION = b"""\
{"kind": "prompt", "id": "p1", "at": "2026-11-20T10:00:00.000Z", "text": "Fix the login now", "folder": "/home/me/shop"}
{"kind": "call", "id": "c1", "at": "2026-11-20T10:00:01.000Z", "command": "pytest -q tests"}
{"kind": "result", "id": "c1", "at": "2026-11-20T10:00:03.000Z", "exit": 1, "output": "1 failed, 2 passed"}
{"kind": "reply", "id": "m1", "at": "2026-11-20T10:00:04.000Z", "text": "No.", "model": "m1", "input": 9, "output": 4}
"""


class TestJotterContract(SourceContract):
    """All that every source must keep."""

    source = SOURCE
    sessions: ClassVar = {"2026/s1.jot": SESSION}


def test_a_session_is_a_turn_with_a_failed_step_and_a_reply() -> None:
    events = SOURCE.parser(Path("s1.jot")).feed(SESSION, 0).events
    finished = [event for event in events if isinstance(event, e.ToolCallFinished)]
    assert [(event.key, event.status, event.exit_code) for event in finished] == [("c1", "failed", 1)]
    assert [event.prompt for event in events if isinstance(event, e.TurnStarted)] == ["Fix the login now"]
    assert e.TurnEnded(1_795_168_804_000, "completed") in events
