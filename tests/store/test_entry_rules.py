"""The one validator of decisions and signals: what it refuses, and that no layer lets through what another refuses."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ppp_tui.logger.testing import capture
from ppp_tui.model.agent_codes import CODES, REASONS, SignalCode
from ppp_tui.store.logged.decisions import check_entry
from ppp_tui.store.logged.entries import DecisionLogged, SignalLogged
from ppp_tui.store.logged.entry_rules import BLOCKED_KEYS, EntryFaultError, trigger_script
from ppp_tui.store.migrate import apply_steps, steps

WHEN = "2026-11-20 12:00:00.000"


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA trusted_schema=OFF")
    apply_steps(connection)
    yield connection
    connection.close()


def is_stored(database: sqlite3.Connection, table: str, **row: Any) -> bool:
    database.execute("SAVEPOINT trial")
    try:
        database.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values())
        )
    except (sqlite3.IntegrityError, sqlite3.OperationalError):
        return False
    else:
        return True
    finally:
        database.execute("ROLLBACK TO trial")
        database.execute("RELEASE trial")


def is_metadata_stored(database: sqlite3.Connection, metadata: object) -> bool:
    return is_stored(
        database,
        "agent_quality_signals",
        signal_id=1 << 40,
        signal_type="tool_success",
        signal_code="first_attempt",
        value=1,
        recorded_at=WHEN,
        metadata=metadata,
    )


def is_metadata_imported(metadata: str) -> bool:
    try:
        check_entry(SignalLogged("t", 0, 1, "tool_success", "first_attempt", True, None, metadata, None))
    except EntryFaultError:
        return False
    return True


def is_metadata_logged(metadata: Any) -> bool:
    with capture() as captured:
        captured.log.start("S", "me").log_quality_signal("tool_success", "first_attempt", True, metadata=metadata)
    return bool(captured.signals)


def verdicts(database: sqlite3.Connection, metadata: dict[str, Any]) -> set[bool]:
    text = json.dumps(metadata, ensure_ascii=False)
    if text.encode("utf-8", "replace").decode() != text:
        # Half a character can only be written as an escape.
        text = json.dumps(metadata)
    return {is_metadata_logged(metadata), is_metadata_imported(text), is_metadata_stored(database, text)}


@pytest.mark.parametrize("key", BLOCKED_KEYS)
def test_every_layer_refuses_a_blocked_key(database: sqlite3.Connection, key: str) -> None:
    values: tuple[Any, ...] = ("x", 5, None, True, [], {"a": 1})
    spellings = (key, key.upper(), key.title(), f" {key}", f"{key}\t", key.replace("_", "-"), key.replace("_", ""))
    for spelling in spellings:
        for value in values:
            assert verdicts(database, {spelling: value}) == {False}, spelling


@pytest.mark.parametrize(
    "key",
    ["user_prompt", "prompt_text", "promptText", "userPrompt", "prompt2", "raw-output", "last.messages", "PROMPT_1"],
)
def test_every_layer_refuses_text_under_a_key_with_a_blocked_part(database: sqlite3.Connection, key: str) -> None:
    assert verdicts(database, {key: "x"}) == {False}


@pytest.mark.parametrize(
    "metadata",
    [
        {"input_tokens": 1200, "output_tokens": 30.5},
        {"response_mode": "streaming"},
        {"context": "checkout", "throughput": "high"},
        {"has_prompt": True, "message_count": None},
        {"note": "x" * 100},
        {"note": "日本語 😀 \x7f"},
        {"count": 2**53, "ratio": 1e308, "least": -(2**53)},
        {},
    ],
)
def test_no_layer_refuses_what_holds_no_text_of_anybody(database: sqlite3.Connection, metadata: dict[str, Any]) -> None:
    text = json.dumps(metadata, ensure_ascii=False)
    assert is_metadata_logged(metadata)
    assert is_metadata_imported(text)
    assert is_metadata_stored(database, text)


@pytest.mark.parametrize(
    "metadata",
    [
        {"note": "x" * 101},
        {"note": ["x"]},
        {"note": {"prompt": "x"}},
        {"ratio": float("nan")},
        {"ratio": float("inf")},
        {"count": 2**53 + 1},
        {"ratio": 1.1e308},
        {"": "x"},
        {"ключ": "x"},
        {"note\u200b": "x"},
        {"note": "x\0" + "y" * 300},
        {"note": "\ud800"},
        {f"key{number}": "x" * 90 for number in range(100)},
    ],
)
def test_every_layer_refuses_what_could_hold_text_or_no_number(
    database: sqlite3.Connection, metadata: dict[str, Any]
) -> None:
    assert verdicts(database, metadata) == {False}


@pytest.mark.parametrize("metadata", [5, "prompt", ["a"], {1: "a"}, {"a": b"x"}, {"a": object()}, {("a",): 1}])
def test_a_call_refuses_metadata_that_is_no_dictionary_of_primitives(metadata: Any) -> None:
    assert not is_metadata_logged(metadata)


@pytest.mark.parametrize(
    "text",
    ['{"a": 1, "a": {"b": 1}}', '{"a": 1} x', '{"a": 1', "[]", "1", "", '{}\0{"prompt": 1}', "{'a': 1}", '{"a": 01}'],
)
def test_import_and_database_refuse_what_is_no_object(database: sqlite3.Connection, text: str) -> None:
    assert not is_metadata_imported(text)
    assert not is_metadata_stored(database, text)


def test_the_database_refuses_metadata_that_is_no_text(database: sqlite3.Connection) -> None:
    assert not any(is_metadata_stored(database, value) for value in (b"{}", None, 5))


KEYS = st.one_of(
    st.sampled_from(["prompt", "Text", "user_prompt", "context", "a", "n-1", "contentType", "tokens", "outPUT", "x\0"]),
    st.text(max_size=6),
)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(2**53 - 2, 2**53 + 2),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["x" * 99, "x" * 100, "é" * 101, "\0", "😀" * 100]),
    st.lists(st.integers(), max_size=1),
    st.dictionaries(KEYS, st.integers(), max_size=1),
)


@settings(max_examples=400, deadline=None)
@given(metadata=st.dictionaries(KEYS, VALUES, max_size=3))
def test_no_layer_lets_metadata_through_that_another_refuses(
    database: sqlite3.Connection, metadata: dict[str, Any]
) -> None:
    assert len(verdicts(database, metadata)) == 1


@settings(max_examples=400, deadline=None)
@given(
    pieces=st.lists(
        st.sampled_from(
            [
                "{",
                "}",
                "[",
                "]",
                ":",
                ",",
                '"',
                "a",
                '"a"',
                '"prompt"',
                "\\u0041",
                "\\u0000",
                "\\ud83d\\ude00",
                "1",
                "-0",
                "1e9",
                "1E400",
                "NaN",
                "null",
                "true",
                " ",
                "\t",
                "\x0c",
                "\ufeff",
                '\\"',
                ".5",
                "0x1",
            ]
        ),
        max_size=9,
    )
)
def test_import_and_database_read_the_same_text_alike(database: sqlite3.Connection, pieces: list[str]) -> None:
    text = "".join(pieces)
    assert is_metadata_imported(text) == is_metadata_stored(database, text)
    text = '{"a":' + text + "}"
    assert is_metadata_imported(text) == is_metadata_stored(database, text)


IDENTIFIERS = st.one_of(
    st.sampled_from(
        ["web_search", "mcp__x/y@1", "gpt-5.1:free", "a b", "-a", "", "x" * 200, "x" * 201, "a\0b c", "naïve"]
    ),
    st.text(max_size=4),
)


@settings(max_examples=400, deadline=None)
@given(
    kind=st.sampled_from([*REASONS, "tool_success", ""]),
    code=st.sampled_from([*(code for codes in REASONS.values() for code in codes), "timeout", ""]),
    selected=IDENTIFIERS,
    confidence=st.one_of(st.none(), st.floats(), st.sampled_from([0, 1, 0.5, 2])),
    candidates=st.lists(IDENTIFIERS, max_size=3),
)
def test_no_layer_lets_a_decision_through_that_another_refuses(
    database: sqlite3.Connection, kind: str, code: str, selected: str, confidence: float | None, candidates: list[str]
) -> None:
    names = json.dumps(candidates)
    with capture() as captured:
        captured.log.start("S", "me").log_decision(kind, selected, code, confidence, candidates=candidates)
    try:
        check_entry(DecisionLogged("t", 0, 1, kind, selected, code, confidence, "{}", names, None))
        is_imported = True
    except EntryFaultError:
        is_imported = False
    # SQLite keeps NaN as NULL: there is nothing left to refuse.
    is_nan = confidence is not None and confidence != confidence
    stored = not is_nan and is_stored(
        database,
        "agent_decisions",
        decision_id=1 << 40,
        decision_type=kind,
        selected=selected.encode("utf-8", "replace").decode(),
        reason_code=code,
        confidence=confidence,
        candidates=names,
        recorded_at=WHEN,
    )
    assert bool(captured.decisions) == is_imported == stored


@pytest.mark.parametrize("kind", list(CODES))
def test_every_layer_takes_the_codes_of_a_type_and_no_others(database: sqlite3.Connection, kind: str) -> None:
    for code in SignalCode:
        with capture() as captured:
            captured.log.start("S", "me").log_quality_signal(kind, code, False)
        stored = is_stored(
            database,
            "agent_quality_signals",
            signal_id=1 << 40,
            signal_type=kind,
            signal_code=str(code),
            value=0,
            recorded_at=WHEN,
        )
        assert bool(captured.signals) == stored == (code in CODES[kind])


def test_an_update_is_checked_like_an_insert(database: sqlite3.Connection) -> None:
    database.execute("BEGIN")
    database.execute(
        "INSERT INTO agent_quality_signals (signal_id, signal_type, signal_code, value, recorded_at) "
        "VALUES (7, 'tool_success', 'first_attempt', 1, ?)",
        (WHEN,),
    )
    for change in (
        "metadata = '{\"prompt\": 1}'",
        "signal_code = 'timeout'",
        "value = 2",
        "weight = 1.5",
        "value = 'a'",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            database.execute(f"UPDATE agent_quality_signals SET {change} WHERE signal_id = 7")
    database.execute("ROLLBACK")


@pytest.mark.parametrize("table", ["agent_decisions", "agent_quality_signals"])
def test_the_schemas_triggers_are_those_of_the_validator(table: str) -> None:
    [step] = [step for step in steps() if step.name.endswith("_decisions")]
    assert trigger_script(table) in step.sql
