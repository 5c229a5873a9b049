"""A session that is seen in its file and by OpenTelemetry is one trajectory, and nothing of it counts twice."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.cli.doors.open_doors import check_sentences
from ppp_tui.query.connect import open_reader
from ppp_tui.query.query import answer
from ppp_tui.query.usage.received import received_checks
from ppp_tui.store.verify import dump
from ppp_tui.store.write import Writer
from tests.ingest.house import House, age
from tests.sources.claude_lines import assistant, text, user
from tests.sources.otel_lines import sent_log, sent_span
from tests.sources.parsed_lines import content

SESSION = "5f0e3b7e-0000-4000-8000-0000000000aa"

PROMPT = user("p1", "Plan the menu")
ANSWER = assistant("a1", text("Planned."), 5, stop="end_turn", output=7)
NEXT = user("p2", "With soup", 60), assistant("a2", text("Soup."), 65, message_id="msg_2", request="req_2", output=9)

SENT_PROMPT = sent_log("user_prompt", 0, **{"prompt.id": "u1", "prompt": "Plan the menu"})
SENT_ERROR = sent_log("api_error", 2, error="Overloaded", status_code="529", attempt="3", **{"prompt.id": "u1"})


def sent_request(second: float, output: int, key: str) -> dict[str, Any]:
    """Return the log of a request with the counts that a line of `assistant` has."""
    usage = assistant("x", text(""), output=output)["message"]["usage"]
    return sent_log(
        "api_request",
        second,
        **{
            "prompt.id": "u1",
            "model": "claude-opus-5",
            "request_id": key,
            "cost_usd": "0.25",
            "input_tokens": usage.get("input_tokens", 0),
            "output_tokens": output,
            "cache_read_tokens": usage.get("cache_read_input_tokens", 0),
            "cache_creation_tokens": usage.get("cache_creation_input_tokens", 0),
        },
    )


SENT_REQUEST = sent_request(5.4, 7, "req_1")
SENT_SPAN = sent_span(
    "claude_code.llm_request",
    3,
    2000,
    request_id="req_1",
    ttft_ms=800,
    output_tokens=7,
    input_tokens=SENT_REQUEST["attributes"]["input_tokens"],
    cache_read_tokens=SENT_REQUEST["attributes"]["cache_read_tokens"],
    cache_creation_tokens=SENT_REQUEST["attributes"]["cache_creation_tokens"],
)

RECORDED = {
    "type": "system",
    "subtype": "api_error",
    "level": "error",
    "retryAttempt": 3,
    "maxRetries": 10,
    "error": {"status": 529},
    "uuid": "e1",
    "sessionId": SESSION,
    "timestamp": "2026-11-20T10:00:02.500Z",
}
OWN: tuple[tuple[Any, ...], ...] = ("own", PROMPT, ANSWER), ("own", *NEXT)
SENT: tuple[tuple[Any, ...], ...] = ("sent", SENT_PROMPT, SENT_ERROR, SENT_REQUEST), ("sent", SENT_SPAN)
ORDERS: dict[str, tuple[tuple[Any, ...], ...]] = {
    "file first": (*OWN, *SENT),
    "sent first": (*SENT, *OWN),
    "in turn": (OWN[0], SENT[0], OWN[1], SENT[1]),
    "sent in between": (SENT[0], OWN[0], SENT[1], OWN[1]),
}


def put(house: House, where: str, *records: dict[str, Any], kind: str = "claude_code") -> None:
    """Append records to the session's own file, or to the receiver's."""
    if where == "own":
        path = house.home / ".claude/projects/-home-ada" / f"{SESSION}.jsonl"
    else:
        path = house.home / ".local/share/ppp-tui/received/sessions" / f"{kind}-{SESSION}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(content(*records))
    age(path)


def ingest(house: House) -> None:
    house.ingest(sources=("claude_code", "codex", "otel"))


def dumped(house: House) -> str:
    writer = Writer(house.database)
    try:
        return "\n".join(writer.ask(dump))
    finally:
        writer.close()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("is_at_once", [True, False])
def test_one_trajectory_whatever_comes_first(house: House, order: str, is_at_once: bool) -> None:
    for where, *records in ORDERS[order]:
        put(house, where, *records)
        if not is_at_once:
            ingest(house)
    ingest(house)
    assert house.ask("SELECT source, native_id FROM trajectories") == [("claude_code", SESSION)]
    assert house.ask("SELECT turn_number, prompt FROM trajectory_turns ORDER BY 1") == [
        (1, "Plan the menu"),
        (2, "With soup"),
    ]
    assert house.ask(
        "SELECT output_tokens, reported_micros, first_token_ms, is_counted FROM token_usage ORDER BY id"
    ) == [(7, 250_000, 800, 1), (9, None, None, 1)]
    assert house.ask("SELECT reason, status_code, attempt, is_final FROM retries") == [("overloaded", 529, 3, 1)]
    assert house.ask("SELECT requests, output_tokens, retries, turns FROM trajectory_summaries") == [(2, 16, 1, 2)]
    assert house.ask("SELECT first_token_ms FROM trajectory_turns ORDER BY turn_number") == [(800,), (None,)]
    assert house.ask("SELECT sum(requests) FROM usage_days") == [(2,)]


@pytest.mark.parametrize("order", ORDERS)
def test_sums_are_those_of_the_rows(house: House, order: str) -> None:
    for where, *records in ORDERS[order]:
        put(house, where, *records)
        ingest(house)
    first = house.ask("SELECT sum(reported_micros), sum(output_tokens) FROM token_usage WHERE is_counted")
    assert house.ask("SELECT sum(reported_micros), sum(output_tokens) FROM usage_days") == first


def test_sent_session_without_a_file_is_a_trajectory_of_its_agent(house: House) -> None:
    put(house, "sent", SENT_PROMPT, SENT_ERROR, SENT_REQUEST)
    ingest(house)
    assert house.ask("SELECT source, agent_name, model FROM trajectories") == [("otel", "claude", "claude-opus-5")]
    assert house.ask("SELECT turns, requests, output_tokens FROM trajectory_summaries") == [(1, 1, 7)]


def test_session_of_another_agent_with_the_same_id_stays_apart(house: House) -> None:
    put(house, "own", PROMPT, ANSWER)
    put(house, "sent", SENT_PROMPT, SENT_REQUEST, kind="gemini_cli")
    ingest(house)
    assert house.ask("SELECT source FROM trajectories ORDER BY 1") == [("claude_code",), ("otel",)]


@pytest.mark.parametrize("order", ["file first", "sent first", "recorded last"])
def test_failure_that_the_file_records_too_is_one(house: House, order: str) -> None:
    parts: dict[str, list[tuple[Any, ...]]] = {
        "file first": [("own", PROMPT, RECORDED, ANSWER), ("sent", SENT_PROMPT, SENT_ERROR)],
        "sent first": [("sent", SENT_PROMPT, SENT_ERROR), ("own", PROMPT, RECORDED, ANSWER)],
        "recorded last": [("own", PROMPT), ("sent", SENT_PROMPT, SENT_ERROR), ("own", RECORDED, ANSWER)],
    }
    for where, *records in parts[order]:
        put(house, where, *records)
        ingest(house)
    assert house.ask("SELECT count(*) FROM retries") == [(1,)]
    assert house.ask("SELECT retries FROM trajectory_summaries") == [(1,)]
    assert house.ask("SELECT count(retry_id) FROM received_failures") == [(1,)]


def test_request_with_other_tokens_is_not_the_same_and_is_kept_for_comparison(house: House) -> None:
    put(house, "own", PROMPT, ANSWER)
    put(house, "sent", SENT_PROMPT, sent_request(5.4, 8, "req_1"))
    ingest(house)
    assert house.ask("SELECT output_tokens, reported_micros FROM token_usage") == [(7, None)]
    assert house.ask("SELECT output_tokens, usage_id FROM received_requests") == [(8, None)]


def test_what_was_sent_and_read_is_compared(house: House) -> None:
    put(house, "own", PROMPT, ANSWER, *NEXT)
    put(house, "sent", SENT_PROMPT, SENT_REQUEST, sent_request(20, 3, "req_title"), sent_request(66, 9, "req_2"))
    ingest(house)
    with closing(open_reader(house.database)) as reader:
        (check,) = answer(reader, received_checks())
    assert check[1:8] == ("claude_code", SESSION, "", 3, 2, 1063, 0)
    assert check_sentences([check])[1] == (
        f"claude_code {SESSION}: not in its file: 1 of 3 requests sent (1,063 tokens)."
    )


def test_request_between_those_that_were_sent_is_shown_as_unsent(house: House) -> None:
    more = user("p3", "And bread", 90), assistant("a3", text("Bread."), 95, message_id="m3", request="r3", output=2)
    put(house, "own", PROMPT, ANSWER, *NEXT, *more)
    put(house, "sent", SENT_PROMPT, SENT_REQUEST, sent_request(95.2, 2, "r3"))
    ingest(house)
    with closing(open_reader(house.database)) as reader:
        (check,) = answer(reader, received_checks())
    assert (check.sent, check.matched, check.unsent) == (2, 2, 1)


@pytest.mark.parametrize("source", ["claude_code", "otel"])
def test_file_of_either_side_that_is_read_again_changes_nothing(house: House, source: str) -> None:
    for where, *records in ORDERS["in turn"]:
        put(house, where, *records)
    ingest(house)
    before = dumped(house)
    house.ask(f"UPDATE source_files SET parser_version = 0 WHERE source = '{source}'")
    ingest(house)
    assert dumped(house) == before
    assert house.ask("SELECT count(*) FROM received_requests") == [(1,)]


def test_paths_of_received_files_are_those_of_the_receiver(house: House) -> None:
    put(house, "sent", SENT_PROMPT)
    ingest(house)
    ((path,),) = house.ask("SELECT path FROM source_files")
    assert Path(path).name == f"claude_code-{SESSION}.jsonl"
