"""Logged entries as rows: links by parent and path, turns that come in pieces, live facts, ends of trajectories."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ppp_tui.model.live import LiveFacts, OpenStep
from ppp_tui.store.logged.entries import encode
from ppp_tui.store.logged.journal_replay import write_entries
from ppp_tui.store.write import Writer

T = "t" * 32
AT = 1_795_176_000_000
"""2026-11-20 12:00:00 UTC."""


def log(writer: Writer, *entries: tuple[Any, ...]) -> int:
    """Write entries as one batch; returns how many were invalid."""
    return write_entries(writer, "", [encode(entry) for entry in entries], 0)


def ask(writer: Writer, sql: str) -> list[tuple[Any, ...]]:
    return writer._connection.execute(sql).fetchall()


def started(trajectory: str, path: str = "", parent: str = "", run_id: str | None = "run") -> tuple[Any, ...]:
    return ("started", trajectory, AT, 0, "S", "ann", run_id, "build", 1, parent, path, "/p", "Title", "m-1", 42)


def turned(number: int, response: str = "r", at: int = AT, status: str = "completed", **more: Any) -> tuple[Any, ...]:
    latency, questions = more.get("latency"), more.get("questions", ())
    return ("turned", T, at, number, "p", response, None, latency, status, questions, ())


def live(writer: Writer) -> LiveFacts:
    [(facts,)] = ask(writer, "SELECT live FROM trajectory_summaries")
    stored = LiveFacts(*json.loads(facts))
    return stored._replace(open_steps=tuple(OpenStep(*step) for step in stored.open_steps))


PARENTS = (
    "SELECT t.native_id, p.native_id FROM trajectories AS t "
    "LEFT JOIN trajectories AS p ON p.id = t.parent_id ORDER BY 1"
)


@pytest.mark.parametrize("order", [("a", "b", "c"), ("c", "b", "a"), ("b", "c", "a")], ids="-".join)
def test_path_links_to_the_nearest_trajectory_above_in_any_order(writer: Writer, order: tuple[str, ...]) -> None:
    paths = {"a": "plan", "b": "plan/build", "c": "plan/build/test"}
    for name in order:
        log(writer, started(name, paths[name]))
    assert ask(writer, PARENTS) == [("a", None), ("b", "a"), ("c", "b")]


def test_path_links_neither_to_another_run_nor_to_a_name_that_only_begins_alike(writer: Writer) -> None:
    log(writer, started("a", "plan"), started("b", "planning/x"), started("c", "plan/x", run_id="other"))
    log(writer, started("d", "plan/x", run_id=None))
    assert ask(writer, PARENTS) == [("a", None), ("b", None), ("c", None), ("d", None)]


def test_named_parent_goes_before_the_path_and_may_come_later(writer: Writer) -> None:
    log(writer, started("a", "plan"), started("b", "plan/x", parent="z"))
    assert ask(writer, PARENTS) == [("a", None), ("b", None)]
    log(writer, started("z"))
    assert ask(writer, PARENTS) == [("a", None), ("b", "z"), ("z", None)]


def test_trajectory_without_its_start_is_of_an_unknown_agent(writer: Writer) -> None:
    log(writer, turned(1))
    assert ask(writer, "SELECT agent_name, spec_id, created_at FROM trajectories") == [
        ("unknown", "", "2026-11-20 12:00:00.000")
    ]


TURNS = (
    "SELECT turn_number, origin, status, response, latency_ms, low_questions, violations "
    "FROM trajectory_turns ORDER BY 1"
)


def test_question_before_its_turn_opens_the_turn_and_the_turn_completes_it(writer: Writer) -> None:
    log(writer, ("asked", T, AT, 1, "Which port?", "low", ("1", "2"), None))
    assert ask(writer, TURNS) == [(1, "logged", "open", "", None, 1, 0)]
    assert ask(writer, "SELECT turns, low_questions FROM trajectory_summaries") == [(1, 1)]
    log(writer, turned(1, "Done", AT + 5_000))
    assert ask(writer, TURNS) == [(1, "logged", "completed", "Done", 5_000, 1, 0)]
    assert ask(writer, "SELECT turns, low_questions, wall_ms FROM trajectory_summaries") == [(1, 1, 5_000)]


def test_entry_of_number_0_without_a_turn_counts_as_no_turn(writer: Writer) -> None:
    log(writer, ("violated", T, AT, 0, "commas", "none", "one", "major"))
    assert ask(writer, TURNS) == [(0, "system", "unknown", "", None, 0, 1)]
    assert ask(writer, "SELECT turns, violations, major_violations FROM trajectory_summaries") == [(0, 1, 1)]


def test_questions_and_violations_that_follow_a_turn_are_numbered_behind_its_own(writer: Writer) -> None:
    log(writer, turned(1, questions=(("First?", "low"),)))
    log(writer, ("asked", T, AT, 1, "Second?", "high", (), "yes"), ("violated", T, AT, 1, "commas", "0", "1", "minor"))
    log(writer, ("violated", T, AT, 1, "joke", "0", "1", "critical"))
    assert ask(writer, "SELECT id & 1048575, question_text, answer FROM trajectory_questions ORDER BY id") == [
        (1, "First?", None),
        (2, "Second?", "yes"),
    ]
    assert ask(writer, "SELECT id & 1048575, preference_name FROM trajectory_violations ORDER BY id") == [
        (1, "commas"),
        (2, "joke"),
    ]
    assert ask(writer, "SELECT low_asks, high_asks, violations FROM trajectory_summaries") == [(0, 1, 2)]


def test_turn_that_is_logged_again_replaces_its_text_in_the_search_queue_too(writer: Writer) -> None:
    log(writer, turned(1, "Draft"))
    assert writer.index_some(10) == 0
    log(writer, turned(1, "Final"))
    assert ask(writer, "SELECT response FROM trajectory_turns") == [("Final",)]
    assert ask(writer, "SELECT count(*) FROM search_segments") == [(0,)]
    assert writer.index_some(10) == 0
    assert ask(writer, "SELECT count(*) FROM search_index WHERE search_index MATCH 'draft'") == [(0,)]
    assert ask(writer, "SELECT count(*) FROM search_index WHERE search_index MATCH 'final'") == [(1,)]


def test_turn_beyond_the_greatest_number_costs_itself_only(writer: Writer) -> None:
    assert log(writer, turned(1), turned(1 << 20), turned(-1), turned(2)) == 2
    assert [row[0] for row in ask(writer, TURNS)] == [1, 2]


STEP = ("stepped", T, AT + 1_000, 1, "shell", "bash", "make", "running", "s1", None, None, "make", "")


def test_live_facts_name_open_steps_until_they_end(writer: Writer) -> None:
    log(writer, started(T), STEP)
    facts = live(writer)
    assert facts.open_steps == (OpenStep("s1", "shell", "bash", "make", AT + 1_000),)
    assert (facts.is_thinking, facts.turn_status, facts.pid) == (False, "open", 42)
    log(writer, (*STEP[:7], "ok", *STEP[8:]))
    assert (live(writer).open_steps, live(writer).is_thinking) == ((), True)


def test_live_facts_list_the_newest_four_open_steps(writer: Writer) -> None:
    log(writer, *((*STEP[:8], f"s{number}", *STEP[9:]) for number in range(6)))
    assert [step[0] for step in live(writer).open_steps] == ["s2", "s3", "s4", "s5"]


def test_live_question_is_open_until_the_next_turn(writer: Writer) -> None:
    log(writer, turned(1), ("asked", T, AT + 1, 1, "", None, (), None))
    assert (live(writer).question, live(writer).question_at) == ("…", AT + 1)
    log(writer, turned(2, at=AT + 2))
    assert (live(writer).question, live(writer).question_at) == ("", 0)


def test_late_turn_of_an_earlier_number_changes_no_live_fact_but_the_time(writer: Writer) -> None:
    log(writer, turned(3, questions=(("Which?", "low"),)))
    log(writer, turned(2, at=AT + 9))
    assert (live(writer).turn_number, live(writer).question, live(writer).last_at) == (3, "Which?", AT + 9)


def test_failed_request_is_an_error_until_one_succeeds(writer: Writer) -> None:
    error = ("stepped", T, AT + 1, 1, "error", "model", "rate limit reached", "failed", "", 429, None, "", "")
    log(writer, turned(1, status="open"), error)
    assert (live(writer).error_kind, live(writer).error_message) == ("rate_limit", "rate limit reached")
    log(writer, ("used", T, AT + 2, 1, "m-1", 10, 5, None, 0, 0, None))
    assert (live(writer).error_kind, live(writer).error_message) == ("", "")


@pytest.mark.parametrize(
    ("outcome", "status", "is_final"),
    [("completed", "completed", False), ("failed", "failed", True), ("cancelled", "interrupted", False)],
)
def test_finish_ends_the_open_turn_and_its_running_steps(
    writer: Writer, outcome: str, status: str, is_final: bool
) -> None:
    log(writer, started(T), turned(1, status="open"), STEP)
    log(writer, ("finished", T, AT + 7_000, 1, outcome, "why"))
    assert ask(writer, "SELECT outcome, ended_at FROM trajectories") == [(outcome, "2026-11-20 12:00:07.000")]
    assert ask(writer, "SELECT status, ended_at FROM trajectory_turns") == [(status, "2026-11-20 12:00:07.000")]
    assert ask(writer, "SELECT status FROM steps WHERE key = 's1'") == [("unknown",)]
    facts = live(writer)
    assert (facts.turn_status, facts.open_steps, facts.error_message, facts.is_error_final) == (
        status,
        (),
        "why",
        is_final,
    )


def test_artifact_takes_the_stage_of_its_trajectory_unless_it_names_one(writer: Writer) -> None:
    log(writer, started(T), ("delivered", T, AT, 0, '{"a": 1}', 0.5, ""), ("delivered", T, AT, 0, "{}", None, "review"))
    assert ask(writer, "SELECT stage, spec_id, agent_name, score FROM consensus_artifacts ORDER BY id") == [
        ("build", "S", "ann", 0.5),
        ("review", "S", "ann", None),
    ]


def test_step_of_a_known_key_keeps_its_number_and_beginning_in_a_later_batch(writer: Writer) -> None:
    log(writer, turned(1), STEP)
    log(writer, ("stepped", T, AT + 4_000, 1, "shell", "bash", "make", "failed", "s1", 2, 3_000, "make", "no rule"))
    assert ask(
        writer, "SELECT status, started_at, ended_at, exit_code, output_preview FROM steps WHERE key = 's1'"
    ) == [("failed", "2026-11-20 12:00:01.000", "2026-11-20 12:00:04.000", 2, "no rule")]
    assert ask(writer, "SELECT steps, failed_steps FROM trajectory_summaries") == [(1, 1)]


def test_usage_without_a_stated_cost_waits_to_be_priced(writer: Writer) -> None:
    log(
        writer,
        turned(1),
        ("used", T, AT, 1, "m-1", 10, 5, None, 0, 0, None),
        ("used", T, AT, 1, "m-1", 20, 7, 3, 0, 0, 900),
    )
    assert ask(writer, "SELECT usage_id & 1048575 FROM price_queue") == [(1,)]
    assert ask(writer, "SELECT requests, input_tokens, cost_micros, unpriced_requests FROM trajectory_summaries") == [
        (2, 30, 900, 1)
    ]
