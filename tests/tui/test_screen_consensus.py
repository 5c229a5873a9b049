"""Consensus, driven by its keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.model.live import LiveFacts
from ppp_tui.model.question import Effort
from ppp_tui.model.rows import TrajectoryDelta
from ppp_tui.store.write import Writer
from ppp_tui.tui.messages import DatabaseChanged
from ppp_tui.tui.screens.consensus import ConsensusScreen
from ppp_tui.tui.widgets.panel import Panel
from tests.tui.dashboard_of import dashboard, ports_of
from tests.tui.database_of import (
    MINUTE,
    NOON_MS,
    at,
    batch,
    facts,
    put_following,
    question,
    step,
    turn,
    write_following,
)

pytestmark = pytest.mark.slow


def delta(run_id: str, efforts: tuple[Effort, ...], spec: str = "SPEC-7") -> TrajectoryDelta:
    """A session of that specification with one turn and these questions."""
    rows = TrajectoryDelta(
        "",
        started_at=at(9 * MINUTE),
        facts=facts(title="Work", project="/home/dev/shop", model="m", spec_id=spec, stage="spec-plan", run_id=run_id),
    )
    rows.turns.append(turn(1, 9 * MINUTE, "Plan the login", "Done."))
    rows.steps.append(step(1, 1, 9 * MINUTE, "ls"))
    rows.questions += [question(1, place, effort, f"Question {place}?") for place, effort in enumerate(efforts, 1)]
    rows.live = LiveFacts(
        last_at=NOON_MS - 8 * MINUTE, turn_number=1, turn_status="completed", turn_ended_at=NOON_MS - 8 * MINUTE
    )
    return rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """claude in two runs without a question, codex in one with a high question; work is equally good."""
    place = tmp_path / "archive.db"
    writer = Writer(place)
    writer.write(
        [
            batch(tmp_path / "a.jsonl", "claude", "a", delta("run-1", ())),
            batch(tmp_path / "b.jsonl", "claude", "b", delta("run-2", ("low",))),
            batch(tmp_path / "c.jsonl", "codex", "c", delta("run-1", ("high",))),
        ]
    )
    put_following(writer)
    writer.close()
    return place


async def test_the_agents_of_a_specification_are_ranked_by_the_weights_of_its_stage(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("4")
        assert "SPEC-7 · plan · all runs" in shown.strip_of("#ranking-title")
        assert "interaction 0.40 ├────────────●────────┤ 0.60 technical" in shown.strip_of("#weights")
        assert "profile spec" in shown.strip_of("#ranking-title")
        text = shown.text
        assert text.index("claude") < text.index("codex")
        # 0.6 * 1.0 + 0.4 * 0.05 and 0.6 * 1.0 - 0.4 * 0.5
        assert "0.620" in text
        assert "0.400" in text


async def test_weights_move_with_keys_and_the_ranking_follows(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("4", ">", ">")
        assert "interaction 0.30 ├──────────────●──────┤ 0.70 technical" in shown.strip_of("#weights")
        # 0.7 * 1.0 - 0.3 * 0.5
        assert "0.550" in shown.text
        await shown.press(*"<" * 20)
        assert "interaction 1.00 ├●────────────────────┤ 0.00 technical" in shown.strip_of("#weights")


async def test_key_switches_the_scoring_profile(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("4", "p")
        assert "profile paper" in shown.strip_of("#ranking-title")
        await shown.press("p")
        assert "profile spec" in shown.strip_of("#ranking-title")


async def test_single_run_ranks_its_agents_only(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("4", "v")
        titles = [shown.strip_of("#ranking-title")]
        await shown.press("v")
        titles.append(shown.strip_of("#ranking-title"))
        assert sorted(title.split("  ")[0] for title in titles) == ["SPEC-7 · plan · run-1", "SPEC-7 · plan · run-2"]


async def test_enter_goes_from_the_task_to_the_agent_to_the_question_to_its_turn(path: Path) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("4", "enter", "j", "enter")
        assert "why codex has R_Proact −0.50, no R_Pers" in shown.strip_of("#reasons-title")
        assert "Question 1?" in shown.text
        await shown.press("enter")
        assert shown.kind == "TrajectoryScreen"
        await shown.press("escape")
        assert shown.kind == "ConsensusScreen"


async def test_screen_without_a_common_task_says_so(tmp_path: Path) -> None:
    async with dashboard(ports_of(write_following(tmp_path))) as shown:
        await shown.press("4")
        assert "No task was given to several agents" in shown.text


async def test_list_of_tasks_is_not_read_for_every_change(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with dashboard(ports_of(path)) as shown:
        await shown.press("4")
        screen = shown.app.screen
        assert isinstance(screen, ConsensusScreen)
        read: list[str] = []
        monkeypatch.setattr(screen, "read", lambda: read.append("list"))
        monkeypatch.setattr(screen, "read_group", lambda: read.append("runs"))
        for trajectory in (1, 99, 99):
            screen.database_changed(DatabaseChanged((trajectory,), is_everything=False))
        assert read == ["runs"]
        screen._read_list()
        assert read == ["runs", "list"]


async def test_large_terminal_shows_weights_runs_and_answers_beside_the_ranking(path: Path) -> None:
    async with dashboard(ports_of(path), (200, 60)) as shown:
        await shown.press("4")
        assert "conduct alone" in shown.app.screen.query_one("#by-weight", Panel).text
        assert shown.table("#runs").total == 3
        assert "codex · run-1 answered" in shown.text
        shown.table("#runs").focus()
        await shown.press("enter")
        assert shown.kind == "TrajectoryScreen"
