"""What only OpenTelemetry tells of tool calls: whose child a program is, and how long a call waited for the user."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from ppp_tui.logger.logger import TrajectoryLogger
from ppp_tui.store.write import Writer
from ppp_tui.store.writers.received_calls import union_ms
from tests.ingest.house import House
from tests.ingest.test_received_join import PROMPT, SENT_PROMPT, SESSION, ingest, put
from tests.sources.claude_lines import assistant, call, result, text, user
from tests.sources.otel_lines import sent_log, sent_span

TRACE, TOOL_SPAN, EXECUTION_SPAN = "cc" * 16, "aa" * 8, "bb" * 8
TOLD = f"00-{TRACE}-{EXECUTION_SPAN}-01"

CALL = assistant("a1", call("toolu_1", "Bash", command="python agent.py"), 10, request="req_1")
RESULT = user("r1", result("toolu_1", "ok"), 40)
END = assistant("a2", text("Done."), 45, message_id="msg_2", request="req_2", stop="end_turn")
OWN: tuple[Any, ...] = ("own", PROMPT, CALL, RESULT, END)

EXECUTION = sent_span("claude_code.tool.execution", 30, 10_000, span=EXECUTION_SPAN, parent=TOOL_SPAN)
TOOL = sent_span("claude_code.tool", 10, 30_000, span=TOOL_SPAN, tool_name="Bash", tool_use_id="toolu_1")
WAIT = sent_span(
    "claude_code.tool.blocked_on_user", 11, 19_000, span="dd" * 8, parent=TOOL_SPAN, source="user_temporary"
)
SENT: tuple[Any, ...] = ("sent", EXECUTION, TOOL)


def log_run(house: House, told: str = TOLD, **more: Any) -> None:
    """Let a program log a run that was told whose child it is."""
    environment = {"TRACEPARENT": told, "HOME": str(house.home)}
    with TrajectoryLogger.open(house.database, environment=environment) as log:
        run = log.start("SPEC", "agent", **more)
        run.log_turn("Work", "Done")
        run.finish("completed")


def children(house: House) -> list[tuple[Any, ...]]:
    return house.ask(
        "SELECT p.source, c.parent_step, m.value FROM trajectories AS c JOIN trajectories AS p ON p.id = c.parent_id "
        "LEFT JOIN trajectory_metadata AS m ON m.trajectory_id = c.id WHERE c.source = 'logger'"
    )


@pytest.mark.parametrize("order", list(permutations(("own", "sent", "logged"))), ids="-".join)
def test_program_that_a_call_started_is_a_child_of_it_whatever_comes_first(
    house: House, order: tuple[str, ...]
) -> None:
    for part in order:
        if part == "logged":
            log_run(house)
        else:
            where, *records = OWN if part == "own" else SENT
            put(house, where, *records)
        ingest(house)
    assert children(house) == [("claude_code", "toolu_1", TOLD)]
    assert house.ask("SELECT children FROM trajectory_summaries ORDER BY trajectory_id") in ([(1,), (0,)], [(0,), (1,)])


def test_step_that_started_a_program_leads_to_it(house: House) -> None:
    from contextlib import closing

    from ppp_tui.query.connect import open_reader
    from ppp_tui.query.query import answer
    from ppp_tui.query.sessions.steps import step_lines

    put(house, *OWN)
    put(house, *SENT)
    log_run(house)
    ingest(house)
    ((session, child),) = house.ask("SELECT parent_id, id FROM trajectories WHERE source = 'logger'")
    with closing(open_reader(house.database)) as reader:
        steps = answer(reader, step_lines(session << 20 | 1))
    assert [(step.tool, step.child_id) for step in steps if step.kind == "shell"] == [("Bash", child)]


def test_session_that_was_only_sent_is_a_parent_too(house: House) -> None:
    put(house, "sent", SENT_PROMPT, *SENT[1:])
    log_run(house)
    ingest(house)
    assert children(house) == [("otel", "toolu_1", TOLD)]


def test_span_that_nobody_sent_leads_to_the_session_of_its_trace(house: House) -> None:
    put(house, *OWN)
    put(house, "sent", SENT_PROMPT, sent_span("claude_code.interaction", 0, 50_000, span="ee" * 8))
    log_run(house)
    ingest(house)
    assert children(house) == [("claude_code", "", TOLD)]


@pytest.mark.parametrize("told", ["", "00-zz", f"ff-{TRACE}-{EXECUTION_SPAN}-01", f"00-{'ee' * 16}-{'ab' * 8}-01"])
def test_program_without_a_known_parent_stands_by_itself(house: House, told: str) -> None:
    put(house, *OWN)
    put(house, *SENT)
    log_run(house, told)
    ingest(house)
    assert children(house) == []
    kept = house.ask("SELECT value FROM trajectory_metadata WHERE name = 'traceparent'")
    assert kept == ([(told,)] if told.startswith("00-ee") else [])


def test_parent_that_a_program_names_is_the_one(house: House) -> None:
    put(house, *OWN)
    put(house, *SENT)
    log_run(house, parent="another")
    ingest(house)
    assert children(house) == []
    assert house.ask("SELECT count(*) FROM trajectory_metadata") == [(0,)]


def test_spans_alone_make_no_session(house: House) -> None:
    put(house, *SENT)
    ingest(house)
    assert house.ask("SELECT count(*) FROM trajectories") == [(0,)]
    assert house.ask("SELECT span_id, parent_span_id, step_key FROM received_spans ORDER BY 1") == [
        (TOOL_SPAN, "", "toolu_1"),
        (EXECUTION_SPAN, TOOL_SPAN, ""),
    ]


DECISION = sent_log(
    "tool_decision", 29, tool_name="Bash", tool_use_id="toolu_1", decision="accept", source="user_temporary"
)
WAITS: dict[str, tuple[tuple[Any, ...], ...]] = {
    "file first": (OWN, ("sent", WAIT, TOOL)),
    "sent first": (("sent", WAIT, TOOL), OWN),
    "call before its span": (("sent", TOOL, WAIT), OWN),
    "in parts": (("own", PROMPT, CALL), ("sent", WAIT, TOOL), ("own", RESULT), ("own", END)),
    "logs too": (("own", PROMPT, CALL), ("sent", DECISION), ("own", RESULT, END), ("sent", WAIT, TOOL)),
    "logs last": (OWN, ("sent", WAIT, TOOL), ("sent", DECISION)),
    "sent again": (OWN, ("sent", WAIT, TOOL), ("sent", WAIT, TOOL)),
}


def times(house: House) -> list[tuple[int, int]]:
    of_turn = house.ask("SELECT tool_ms, waiting_ms FROM turn_times ORDER BY id LIMIT 1")
    assert house.ask("SELECT tool_ms, waiting_ms FROM trajectory_summaries") == of_turn
    return of_turn


@pytest.mark.parametrize("order", WAITS)
def test_wait_for_permission_counts_once_as_the_users_time(house: House, order: str) -> None:
    for where, *records in WAITS[order]:
        put(house, where, *records)
        ingest(house)
    # The call took 30 s by its file; for 19 of them the user was asked.
    assert times(house) == [(11_000, 19_000)]


def test_decision_alone_tells_a_wait_from_the_call_on(house: House) -> None:
    put(house, *OWN)
    put(house, "sent", DECISION)
    ingest(house)
    assert times(house) == [(11_000, 19_000)]


def test_wait_that_the_agents_own_clock_left_out_counts_once(house: House) -> None:
    measured = {"type": "system", "subtype": "turn_duration", "durationMs": 26_000, "sessionId": SESSION}
    measured |= {"uuid": "d1", "timestamp": "2026-11-20T10:00:45.000Z"}
    put(house, *OWN, measured)
    ingest(house)
    assert times(house) == [(11_000, 19_000)]
    put(house, "sent", WAIT, TOOL)
    ingest(house)
    assert times(house) == [(11_000, 19_000)]


def test_what_settings_decide_is_no_wait(house: House) -> None:
    put(house, *OWN)
    put(house, "sent", sent_log("tool_decision", 29, tool_use_id="toolu_1", decision="accept", source="config"))
    ingest(house)
    assert times(house) == [(30_000, 0)]


def test_question_is_not_waited_for_twice(house: House) -> None:
    questions = [{"question": "Which?", "options": [{"label": "A"}, {"label": "B"}]}]
    asked = assistant("a1", call("toolu_1", "AskUserQuestion", questions=questions), 10, request="req_1")
    put(house, "own", PROMPT, asked, RESULT, END)
    put(house, "sent", WAIT, TOOL)
    ingest(house)
    assert times(house) == [(0, 30_000)]


def test_session_that_was_only_sent_waited_beside_its_tools(house: House) -> None:
    done = sent_log("tool_result", 40, tool_name="Bash", tool_use_id="toolu_1", success="true", duration_ms=10_000)
    ended = sent_log("api_request", 45, **{"prompt.id": "u1", "model": "m", "request_id": "r", "output_tokens": 1})
    put(house, "sent", SENT_PROMPT, WAIT, TOOL, done, ended)
    ingest(house)
    assert times(house) == [(10_000, 19_000)]


def test_file_that_is_read_anew_keeps_the_wait_and_the_child(house: House) -> None:
    put(house, *OWN)
    put(house, "sent", EXECUTION, WAIT, TOOL)
    log_run(house)
    ingest(house)
    writer = Writer(house.database)
    writer._connection.execute("UPDATE source_files SET parser_version = 0 WHERE source = 'claude_code'")
    writer.close()
    ingest(house)
    assert house.ask("SELECT count(*) FROM source_files WHERE parser_version = 0") == [(0,)]
    assert children(house) == [("claude_code", "toolu_1", TOLD)]
    assert house.ask(
        "SELECT s.tool_ms, s.waiting_ms FROM trajectory_summaries AS s "
        "JOIN trajectories AS t ON t.id = s.trajectory_id WHERE t.source = 'claude_code'"
    ) == [(11_000, 19_000)]


def test_waits_at_the_same_time_are_one() -> None:
    assert union_ms([(0, 10), (5, 12), (20, 30), (25, 26)]) == 22
    assert union_ms([(5, 5), (9, 3)]) == 0
    assert union_ms([]) == 0
