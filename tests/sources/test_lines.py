"""Bytes become lines, and of damaged lines every whole record is kept and none is made up."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ppp_tui.sources import lines as cut
from ppp_tui.sources.lines import RecoveredRecord, holds_whole_records, lines, mend, salvage
from ppp_tui.sources.source import Damage

ONE = b'{"id":"1","of":{"id":"x"}}'
TWO = b'{"id":"2","text":"a } b { \\" c"}'


def is_record(decoded: object) -> bool:
    """Records of these tests have an id of digits, what they nest has another."""
    return isinstance(decoded, dict) and str(decoded.get("id", "")).isdigit()


def saved(line: bytes, offset: int = 0) -> tuple[list[bytes], list[Damage]]:
    """The records of a damaged line, each at its place, and what was lost."""
    found, damage = salvage(line, offset, is_record)
    for entry in found:
        assert line[entry.offset - offset :].startswith(entry.record)
    return [entry.record for entry in found], damage


@pytest.mark.parametrize(
    ("chunk", "offset", "expected"),
    [
        (b"a\nbc\n", 0, [(0, b"a"), (2, b"bc")]),
        (b"a\nbc", 7, [(7, b"a"), (9, b"bc")]),
        (b"a\r\n\r\nbc\r\n", 0, [(0, b"a"), (5, b"bc")]),
        (b"\n  \n\t\na\n", 0, [(6, b"a")]),
        (b"\xef\xbb\xbfa\n", 0, [(3, b"a")]),
        (b"\xef\xbb\xbfa\n", 9, [(9, b"\xef\xbb\xbfa")]),
        (b"\0\0\n", 0, [(0, b"\0\0")]),
        (b"a\xc2\x85b\x0bc\n", 0, [(0, b"a\xc2\x85b\x0bc")]),
        (b"", 0, []),
    ],
    ids=["two", "no last newline", "crlf", "blank", "mark at the beginning", "mark elsewhere", "nul", "one", "nothing"],
)
def test_lines_and_their_offsets(chunk: bytes, offset: int, expected: list[tuple[int, bytes]]) -> None:
    assert list(lines(chunk, offset)) == expected


@given(st.lists(st.binary(max_size=20)), st.integers(0, 10**12))
def test_every_byte_that_is_no_white_space_is_in_a_line_at_its_place(parts: list[bytes], offset: int) -> None:
    chunk = b"\n".join(parts)
    told = list(lines(chunk, offset))
    assert all(chunk[at - offset :].startswith(line) for at, line in told)
    mark = b"\xef\xbb\xbf" if not offset else b""
    assert b"".join(b"".join(line.split()) for _, line in told) == b"".join(chunk.removeprefix(mark).split())


def test_two_records_on_a_line_are_both_found_and_nothing_is_lost() -> None:
    assert salvage(ONE + TWO, 100, is_record) == ([RecoveredRecord(100, ONE), RecoveredRecord(100 + len(ONE), TWO)], [])


def test_a_record_behind_a_torn_one_is_found_and_the_torn_one_is_told_with_its_place() -> None:
    assert saved(ONE[:7] + TWO, 50) == ([TWO], [Damage(50, 7, "torn")])


def test_a_tear_in_the_middle_of_a_text_hides_no_record() -> None:
    assert saved(b'{"id":"1","text":"so fa' + TWO) == ([TWO], [Damage(0, 23, "torn")])


def test_a_record_that_was_written_into_another_one_is_found() -> None:
    assert saved(ONE[:12] + TWO + ONE[12:]) == (
        [TWO],
        [Damage(0, 12, "torn"), Damage(12 + len(TWO), len(ONE) - 12, "torn")],
    )


def test_what_a_torn_record_nests_is_not_taken_for_a_record() -> None:
    nested = b'{"data":[' + ONE + b"," + TWO + b'],"text":"so fa'
    assert saved(nested) == ([], [Damage(0, len(nested), "torn")])


def test_what_a_whole_object_nests_is_not_taken_for_a_record() -> None:
    assert saved(b'{"data":' + ONE + b"}" + TWO) == ([TWO], [Damage(0, len(ONE) + 9, "not a record")])


def test_runs_of_nul_bytes_are_told_apart() -> None:
    assert saved(b"\0" * 300 + ONE + b"\0\0", 10) == (
        [ONE],
        [Damage(10, 300, "nul"), Damage(310 + len(ONE), 2, "nul")],
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"oops", "not json"),
        (b"oops}", "not json"),
        (b"123", "not a record"),
        (b'["id"]', "not a record"),
        (b'{"id":"x"}', "not a record"),
        (b'{"id":"1","a":NaN}', "torn"),
        (b'{"id":"1"', "torn"),
        (b'{"id":"1","n":' + b"9" * 5000 + b"}", "torn"),
        (b'{"id":"1","a":' + b"[" * 9000, "torn"),
    ],
)
def test_damage_has_its_reason(line: bytes, reason: str) -> None:
    assert saved(line) == ([], [Damage(0, len(line), reason)])  # type: ignore[arg-type]


def test_bytes_that_are_no_text_leave_a_record_whole() -> None:
    record = b'{"id":"3","text":"caf\xe9"}'
    assert saved(b"\xff" + record, 5) == ([record], [Damage(5, 1, "not json")])


def test_line_beyond_the_limit_is_reported_and_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut, "MAX_LINE_BYTES", len(ONE) + 5)
    assert saved(ONE[:4] + ONE, 8) == ([ONE], [Damage(8, 4, "torn")])
    assert saved(ONE[:5] + ONE, 8) == ([], [Damage(8, len(ONE) + 5, "too long")])


def test_search_of_a_slow_line_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[int] = []
    decode_at = cut._decode_at

    def count(text: str, start: int) -> tuple[object, int, int]:
        attempts.append(start)
        return decode_at(text, start)

    monkeypatch.setattr(cut, "_decode_at", count)
    line = b'{"a":' * 50_000 + ONE
    assert saved(line) == ([], [Damage(0, len(line), "torn")])
    assert 0 < len(attempts) < 500


_WHOLE = st.builds(
    lambda number, text, inner: json.dumps({"id": str(number), "text": text, "of": inner}).encode(),
    st.integers(0, 9999),
    st.text(max_size=12),
    st.lists(st.fixed_dictionaries({"id": st.just("x"), "b": st.text(max_size=5)}), max_size=2),
)
_TORN = st.builds(lambda record, kept: record[: max(1, int(len(record) * kept) - 1)], _WHOLE, st.floats(0, 0.99))
_PIECES = st.lists(st.tuples(st.just(True), _WHOLE) | st.tuples(st.just(False), _TORN | st.just(b"\0" * 7)), max_size=6)


@given(_PIECES)
@settings(max_examples=300, deadline=None)
def test_whatever_is_glued_together_the_whole_records_come_out_and_every_other_byte_is_told(
    pieces: list[tuple[bool, bytes]],
) -> None:
    found, damage = saved(b"".join(piece for _, piece in pieces))
    assert found == [piece for is_whole, piece in pieces if is_whole]
    assert sum(entry.length for entry in damage) == sum(len(piece) for is_whole, piece in pieces if not is_whole)


@given(st.binary(max_size=200))
def test_any_bytes_are_cut_without_an_error(line: bytes) -> None:
    saved(line)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"a": "caf\xe9"}', '{"a": "caf\ufffd"}'),
        (b'{"a": "\\ud83d!"}', '{"a": "?!"}'),
        (b'{"a": "\\ud83d\\ude00"}', '{"a": "\U0001f600"}'),
        (b'{"a": ', None),
        (b"[" * 90_000, None),
    ],
    ids=["no utf-8", "half a pair", "a pair", "torn", "deep"],
)
def test_broken_characters_are_mended(content: bytes, expected: str | None) -> None:
    assert mend(content) == (None if expected is None else expected.encode())


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (ONE, True),
        (ONE + TWO, True),
        (b" " + ONE + b" \r" + TWO + b" ", True),
        (b'{"text":"caf\xc3"}', True),
        (b"\xef\xbb\xbf" + ONE, True),
        (ONE[:-1], False),
        (ONE + TWO[:-1], False),
        (ONE + b'{"id":"2","of":{"id":"x"}', False),
        (ONE + b"\0\0", False),
        (b"[1]", False),
        (b'"text"', False),
        (ONE + b" 7 }", False),
        (b"", False),
    ],
)
def test_a_last_line_is_whole_only_if_nothing_of_it_can_still_be_on_the_way(line: bytes, expected: bool) -> None:
    assert holds_whole_records(line) is expected
