"""What a line of predicates is completed with, and how snippets keep their hit in sight."""

from __future__ import annotations

import pytest

from ppp_tui.query.rows import HIT_END, HIT_START, SearchHit
from ppp_tui.query.sessions.search import hit_finder
from ppp_tui.tui.panes.predicate_completion import PredicateCompleter, completions
from ppp_tui.tui.screens.search import marked
from ppp_tui.tui.screens.search_trail import SearchTrail

VALUES = {"agent": ("claude", "codex"), "project": ("shop", "shop · login"), "model": ("opus-4-8",)}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("ag", ["agent:", "age<"]),
        ("cost>1 ag", ["cost>1 agent:", "cost>1 age<"]),
        ("-proj", ["-project:"]),
        ("agent:", ["agent:claude", "agent:codex"]),
        ("agent:co", ["agent:codex"]),
        ("agent:ex", ["agent:codex"]),
        ("agent:codex", []),
        ("project:shop", ['project:"shop · login"']),
        ('title:"a b" mod', ['title:"a b" model:']),
        ("state:needs", ["state:needs-you"]),
        ("nosuch:", []),
        ("login", []),
    ],
)
def test_the_last_word_is_completed_and_the_rest_stays(text: str, lines: list[str]) -> None:
    assert sorted(completions(text, VALUES)) == sorted(lines)


def test_the_hint_names_the_last_words_alone() -> None:
    assert PredicateCompleter(VALUES).hint("cost>1 agent:") == "agent:claude  agent:codex"


def test_hostile_values_reach_the_hint_as_symbols() -> None:
    assert "\x1b" not in PredicateCompleter({"agent": ("\x1b[31mred",)}).hint("agent:")


def test_an_excerpt_begins_shortly_before_its_hit() -> None:
    snippet = f"{'far away ' * 20}before {HIT_START}race{HIT_END} after"
    text = "".join(cell.text for cell in marked(snippet).cells)
    assert text.startswith("…")
    assert text.index("race") <= 26
    assert [cell.text for cell in marked(snippet).cells if cell.tone == "match"] == ["race"]


def test_all_words_of_a_search_are_found_in_a_turn_as_the_index_knows_them() -> None:
    find_spans = hit_finder("Race cond")
    assert [text[start:end] for text in ("A RACE condition",) for start, end in find_spans(text)] == [
        "RACE",
        "condition",
    ]
    assert find_spans("races") == []


def test_trail_stops_at_first_and_last_hit() -> None:
    hit = SearchHit(
        turn_id=1,
        trajectory_id=1,
        turn_number=1,
        agent_name="claude",
        project="",
        title="",
        at=0,
        snippet="",
        is_prompt=True,
    )
    trail = SearchTrail("race", [hit, hit])
    assert [trail.move(1), trail.move(1), trail.place, trail.move(-1), trail.move(-1), trail.place] == [
        True,
        False,
        1,
        True,
        False,
        0,
    ]
