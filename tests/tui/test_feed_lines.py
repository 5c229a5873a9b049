"""The lines of a feed that goes on: only what is new is made, and only the newest is read."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from ppp_tui.model.score import EffortCounts
from ppp_tui.query.query import Query
from ppp_tui.query.rows import StepLine, TurnSummary
from ppp_tui.query.sessions.feed import Tail
from ppp_tui.tui.panes.live.feed import TAIL_STEPS, read_tail
from ppp_tui.tui.panes.live.feed_cells import Feed, FeedLines
from tests.tui.live_rows import NOW_MS, question, step, turn

WIDTH = 60


def running(number: int) -> StepLine:
    return step(1, number, "make", status="running", duration_ms=None, ended_at=None, started_at=NOW_MS - 41_000)


def test_new_step_makes_one_line_and_keeps_the_others() -> None:
    lines = FeedLines(UTC)
    feed = Feed((step(1, 1, "ls"),), (turn(1, "Look"),))
    first = lines.lines(lines.entries(feed), NOW_MS, WIDTH)
    made = lines.made
    grown = Feed((step(1, 1, "ls"), step(1, 2, "pwd")), (turn(1, "Look"),))
    second = lines.lines(lines.entries(grown), NOW_MS, WIDTH)
    assert lines.made == made + 1
    assert [line.key for line in second[:2]] == [line.key for line in first]
    assert second[1] is first[1]


def test_ended_step_gets_a_new_line() -> None:
    lines = FeedLines(UTC)
    feed = Feed((running(1),), (turn(1, "Look"),))
    lines.lines(lines.entries(feed), NOW_MS, WIDTH)
    ended = feed._replace(steps=(step(1, 1, "make"),))
    text = str(lines.lines(lines.entries(ended), NOW_MS, WIDTH)[-1])
    assert "ok" in text
    assert not lines.is_running


def test_age_of_a_running_step_is_no_news() -> None:
    lines = FeedLines(UTC)
    feed = Feed((running(1),), (turn(1, "Look"),))
    entries = lines.entries(feed)
    assert "41s" in str(lines.lines(entries, NOW_MS, WIDTH)[-1])
    assert "42s" in str(lines.lines(entries, NOW_MS + 1_000, WIDTH)[-1])
    assert lines.is_running


def test_step_running_for_minutes_changes_once_a_minute() -> None:
    lines = FeedLines(UTC)
    entries = lines.entries(Feed((running(1),), (turn(1, "Look"),)))
    later = lines.lines(entries, NOW_MS + 120_000, WIDTH)
    assert "  2m" in str(later[-1])
    assert lines.lines(entries, NOW_MS + 121_000, WIDTH) == later


def test_new_width_makes_all_lines_again() -> None:
    lines = FeedLines(UTC)
    entries = lines.entries(Feed((step(1, 1, "ls"),), (turn(1, "Look"),)))
    lines.lines(entries, NOW_MS, WIDTH)
    lines.lines(entries, NOW_MS, WIDTH + 1)
    assert lines.made == 4


class Answers:
    """Answers a query for the tail, and the questions of a turn."""

    def __init__(self, steps: list[StepLine], turns: list[TurnSummary], asked: Any = ()) -> None:
        self._tail = Tail(steps, turns)
        self._asked = asked

    async def __call__(self, query: Query[Any], /) -> Any:
        return self._tail if "limit" in query.parameters else list(self._asked)


BEFORE = Feed((step(1, 1, "ls"), step(1, 2, "pwd")), (turn(1, "Look"),))


async def test_tail_is_joined_to_what_was_read_before() -> None:
    fetch = Answers([step(1, 2, "pwd", status="failed"), step(2, 1, "cd")], [turn(1, "Look"), turn(2, "Go")])
    feed = await read_tail(fetch, 1, BEFORE)
    assert feed is not None
    steps = [(one.turn_number, one.number, one.status) for one in feed.steps]
    assert steps == [(1, 1, "ok"), (1, 2, "failed"), (2, 1, "ok")]
    assert [one.headline for one in feed.turns] == ["Look", "Go"]


async def test_more_steps_than_a_tail_holds_are_read_as_a_whole() -> None:
    steps = [step(1, 3 + number, "ls") for number in range(TAIL_STEPS)]
    assert await read_tail(Answers(steps, [turn(1, "Look")]), 1, BEFORE) is None


async def test_step_that_runs_further_up_is_read_with_the_whole() -> None:
    before = BEFORE._replace(steps=(running(1), step(1, 2, "pwd")))
    assert await read_tail(Answers([step(1, 2, "pwd")], [turn(1, "Look")]), 1, before) is None


async def test_turn_that_was_taken_away_is_noticed() -> None:
    assert await read_tail(Answers([step(1, 2, "pwd")], []), 1, BEFORE) is None


async def test_questions_of_the_newest_turn_are_read_anew() -> None:
    asked = turn(1, "Look", efforts=EffortCounts(low=1))
    feed = await read_tail(Answers([step(1, 2, "pwd")], [asked], [question(1, 1, "Which port?")]), 1, BEFORE)
    assert feed is not None
    assert [one.text for one in feed.questions[asked.id]] == ["Which port?"]


def test_message_is_shown_without_the_signs_of_markdown() -> None:
    said = step(1, 1, "", kind="message", tool="", input_preview="## Result\n\nThe **login** works, see `app.py`.")
    entries = FeedLines(UTC).entries(Feed((said,), (turn(1, "Look"),)))
    assert " ".join(entries[-1].text.split()) == "Result The login works, see app.py."
