"""Records that a session's chain remembers: found by their hashes whatever their number, in few bytes."""

from __future__ import annotations

import random
import tracemalloc
from hashlib import blake2b

import pytest

from ppp_tui.sources.claude_code import chain
from ppp_tui.sources.claude_code.chain import ChainState, RecordChain
from ppp_tui.sources.claude_code.records import Record


def entered(records: RecordChain, uuid: str, parent: str | None = None) -> bool:
    return records.enter(Record(type="user", uuid=uuid, parentUuid=parent))


def packed(*uuids: str, place: int = 0) -> bytes:
    return b"".join(blake2b(uuid.encode(), digest_size=6).digest() + place.to_bytes(2, "big") for uuid in uuids)


def test_record_is_entered_once_also_by_a_later_chain() -> None:
    records = RecordChain(ChainState())
    assert entered(records, "a")
    assert entered(records, "b", "a")
    assert not entered(records, "a")
    later = RecordChain(records.state())
    assert records.state().records == packed("a", "b")
    assert not entered(later, "b", "a")
    assert later.holds("a")
    assert not later.holds("c")


def test_record_that_names_itself_as_its_parent_links_nothing() -> None:
    records = RecordChain(ChainState())
    assert entered(records, "a", "a")
    assert not records.state().is_linked


def test_turn_of_a_record_is_its_parents_turn() -> None:
    records = RecordChain(ChainState())
    entered(records, "one")
    records.begin_turn(None, is_command=False)
    entered(records, "answer", "one")
    entered(records, "two", "answer")
    records.begin_turn("answer", is_command=False)
    entered(records, "late", "one")
    entered(records, "stray", "unknown")
    # Turns doubled: 1, 1, 2, 1 by the parent, and the newest where the parent is unknown.
    expected = [("one", 2), ("answer", 2), ("two", 4), ("late", 2), ("stray", 4)]
    assert records.state().records == b"".join(packed(uuid, place=place) for uuid, place in expected)


def test_any_number_of_records_is_remembered_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "MAX_RECORDS", 200)
    chance = random.Random(7)
    records, order = RecordChain(ChainState()), list[str]()
    for _ in range(2000):
        uuid = f"{chance.randrange(900)}"
        assert entered(records, uuid) == (uuid not in order)
        if uuid not in order:
            order.append(uuid)
        if len(order) > 300:
            del order[:-200]
        if chance.random() < 0.01:
            records = RecordChain(records.state())
    assert records.state().records == packed(*order)
    assert all(map(records.holds, order))


def test_records_whose_hashes_begin_alike_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "_hashed", lambda uuid: b"\xff\xff" + uuid.encode().rjust(4))
    stored = b"".join(b"\xff\xff" + name.rjust(4) + place.to_bytes(2, "big") for name, place in ((b"a", 2), (b"b", 4)))
    records = RecordChain(ChainState(stored))
    assert [records.holds(uuid) for uuid in ("a", "b", "c")] == [True, True, False]
    assert RecordChain(ChainState(packed("a"))).state().records == packed("a")


def test_state_of_more_records_than_the_limit_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "MAX_RECORDS", 2)
    assert RecordChain(ChainState(packed("a", "b", "c", "d", "e"))).state().records == packed("c", "d", "e")


def test_state_that_ends_within_a_record_is_refused() -> None:
    with pytest.raises(ValueError, match="not a state"):
        RecordChain(ChainState(b"1234567"))


def test_record_takes_few_bytes() -> None:
    number = 8000
    tracemalloc.start()
    try:
        records = RecordChain(ChainState())
        for index in range(number):
            entered(records, f"{index:036}", f"{index - 1:036}")
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert records.holds(f"{0:036}")
    assert kept / number < 30
