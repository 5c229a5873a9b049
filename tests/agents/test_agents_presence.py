"""Claude Code at a terminal: whether it waits for the person, works or is gone, as its own program tells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ppp_tui.model.live import LiveState
from tests.agents.conftest import need
from tests.agents.terminal import Terminal
from tests.agents.watched import DEADLINE_S, Watched
from tests.waiting import until

pytestmark = [pytest.mark.agents, pytest.mark.slow]


@pytest.fixture
def terminal(watched: Watched, tmp_path: Path) -> Iterator[Terminal]:
    """The program at its first request, whose answer is held."""
    need("claude_code")
    with Terminal("oauth", watched.home, tmp_path / "shop") as program:
        until_state(watched, "working", "thinks")
        yield program


def until_state(watched: Watched, name: str, beginning: str) -> LiveState:
    """Wait for a state and words that begin so. Raises TimeoutError with what is shown instead."""
    until(lambda: any(_is(row.state, name, beginning) for row in watched.live()), f"{name}: {beginning}", DEADLINE_S)
    (row,) = watched.live()
    return row.state


def _is(state: LiveState, name: str, beginning: str) -> bool:
    return state.name == name and state.words.startswith(beginning)


def test_a_wait_for_permission_is_known_at_once_and_ends_with_the_answer(watched: Watched, terminal: Terminal) -> None:
    terminal.server.release(2)
    state = until_state(watched, "permission", "waits for permission: runs printf")
    assert (state.group, state.certainty) == ("needs you", "known")
    assert watched.session().facts.pid == terminal.pid
    terminal.type(b"\r")
    until(lambda: watched.steps(watched.session().id)[-1].status == "failed", "the command", DEADLINE_S)
    until_state(watched, "working", "thinks")
    terminal.server.release()
    until_state(watched, "asks", "asks: Should I investigate")
    terminal.leave()
    until_state(watched, "ended", "left")


def test_a_program_that_is_killed_at_work_is_not_at_work(watched: Watched, terminal: Terminal) -> None:
    until(lambda: watched.session().facts.pid == terminal.pid, "its process", DEADLINE_S)
    terminal.kill()
    state = until_state(watched, "ended", "ended in the middle of a turn")
    assert state.certainty == "known"
