"""Sessions as lines of the Live list: what each cell says, and that nothing is made twice."""

from __future__ import annotations

from datetime import UTC

import pytest

from ppp_tui.query.rows import LiveRow, Spend, Tokens
from ppp_tui.tui.panes.live.live_cells import LIVE_COLUMNS, Extras, LiveLines, none_yet, words
from ppp_tui.tui.panes.session_cells import context_text
from ppp_tui.tui.widgets.columns import lay_out
from ppp_tui.tui.widgets.lines import Cell, Line, StyledPieces, parts_of
from tests.tui.live_rows import NOW_MS, row


def text(line: Line) -> list[str]:
    """The cells of a line without their tones."""
    return ["".join(part.text for part in parts_of(cell, "text")) for cell in line.cells]


def cells(one: LiveRow, extras: Extras | None = None, *, is_ascii: bool = False) -> dict[str, str]:
    """The cells of a session by the keys of their columns."""
    made = LiveLines(UTC, is_ascii=is_ascii).lines([one], NOW_MS, extras or Extras())
    return dict(zip((column.key for column in LIVE_COLUMNS), text(made[1]), strict=True))


def test_a_row_says_everything_about_its_session() -> None:
    asks = row(1, "asks", "asks: Which provider do you prefer?", NOW_MS - 42_000, children=2)
    assert cells(asks, Extras({1: [0] * 11 + [500]}, {1: "low"})) == {
        "sign": "◆",
        "agent": "claude",
        "project": "shop",
        "words": "asks (low): Which provider do you prefer?",
        "title": "Add OAuth login",
        "children": "+2",
        "model": "opus-4-8",
        "context": "▓░░░  34%",
        "tokens": "33.1k",
        "cost": "$0.42",
        "activity": "▁▁▁▁▁▁▁▁▁▁▁█",
        "age": "42s",
    }


def test_ascii_signs_where_nothing_else_can_be_shown() -> None:
    asks = cells(row(1, "asks"), Extras({1: [0] * 11 + [500]}), is_ascii=True)
    assert (asks["sign"], asks["context"]) == ("!", "#---  34%")
    assert asks["activity"].isascii()


def test_what_is_not_known_is_no_zero() -> None:
    one = cells(row(1, tree=Spend(), context_tokens=None, context_window=None, since_ms=0))
    assert (one["context"], one["cost"], one["age"], one["activity"], one["children"]) == ("–", "–", "–", "", "")


def test_a_context_of_unknown_size_is_told_in_tokens() -> None:
    assert cells(row(1, context_window=None))["context"] == "68.0k"


def test_a_share_of_a_window_that_nobody_recorded_is_about_so_much() -> None:
    assert cells(row(1, is_window_inferred=True))["context"] == "▓░░  ~34%"
    assert cells(row(1, is_window_inferred=True, context_tokens=200_000))["context"] == "▓▓▓ ~100%"
    assert context_text(row(1, is_window_inferred=True).session) == "~34%"
    assert context_text(row(1).session) == "34%"


def test_a_cost_that_is_too_low_says_so() -> None:
    assert cells(row(1, tree=Spend(Tokens(1, 1, 0, 0), 420_000, 2, 1, is_lower_bound=True)))["cost"] == "≥$0.42"


def test_a_guess_is_marked_and_a_limit_tells_when_it_ends() -> None:
    guessed = row(1, "asks", "asks: Which?", certainty="guessed")
    limited = row(2, "limited", "rate limited", until=NOW_MS + 8_400_000)
    assert words(guessed, None, UTC) == Cell("~asks: Which?", "needs-you")
    assert words(limited, None, UTC) == Cell("rate limited until 14:20", "stuck")


def test_the_effort_of_a_question_has_a_tone_of_its_own() -> None:
    assert words(row(1, "asks", "asks: Which one: a or b?"), "high", UTC) == StyledPieces(
        (Cell("asks ", "needs-you"), Cell("(high)", "effort-high"), Cell(": Which one: a or b?", "needs-you"))
    )


def test_only_a_question_has_an_effort() -> None:
    assert words(row(1, "finished", "finished: done"), "low", UTC) == Cell("finished: done", "good")


def test_rows_stand_under_the_heading_of_their_group_with_its_number() -> None:
    made = LiveLines(UTC).lines(
        [row(1, "asks"), row(2, "working"), row(3, "working"), row(4, "idle")], NOW_MS, Extras()
    )
    assert [(line.key, line.is_heading) for line in made] == [
        ("group needs you", True),
        (1, False),
        ("group working", True),
        (2, False),
        (3, False),
        ("group idle", True),
        (4, False),
    ]
    assert [text(line) for line in made if line.is_heading] == [["needs you  1"], ["working  2"], ["idle  1"]]


def test_second_later_only_the_age_of_a_line_is_made_again() -> None:
    lines = LiveLines(UTC)
    rows = [row(1, since_ms=NOW_MS - 5_000), row(2, since_ms=NOW_MS - 3_600_000)]
    first = lines.lines(rows, NOW_MS, Extras())
    second = lines.lines(
        [row(1, since_ms=NOW_MS - 5_000), row(2, since_ms=NOW_MS - 3_600_000)], NOW_MS + 1_000, Extras()
    )
    assert lines.made == 2
    assert second[2] is first[2]
    assert (text(first[1])[-1], text(second[1])[-1]) == ("5s", "6s")


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (58, {"sign", "agent", "project", "words", "age"}),
        (70, {"sign", "agent", "project", "words", "cost", "age"}),
        (78, {"sign", "agent", "project", "words", "context", "cost", "age"}),
        (
            150,
            {
                "sign",
                "agent",
                "project",
                "words",
                "title",
                "context",
                "tokens",
                "cost",
                "activity",
                "age",
                "children",
                "model",
            },
        ),
    ],
)
def test_a_wider_list_has_more_columns(width: int, shown: set[str]) -> None:
    widths = lay_out(LIVE_COLUMNS, width - 2, 2)
    assert {column.key for column, cells in zip(LIVE_COLUMNS, widths, strict=True) if cells} == shown


def test_an_empty_list_says_where_it_looked_and_what_to_do() -> None:
    told = [text(line)[0] for line in none_yet(("/home/dev/.claude/projects", "/home/dev/.codex/sessions"), 24)]
    assert told[0] == "No sessions in the last 24 hours."
    assert "  /home/dev/.codex/sessions" in told
    assert "To see invented agents at work: ppp-tui demo" in told


def test_an_empty_list_without_places_names_the_setting() -> None:
    assert any("[sources]" in text(line)[0] for line in none_yet((), 1))
