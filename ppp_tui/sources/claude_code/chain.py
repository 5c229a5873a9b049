"""Follows the chain of a session's records: which were read before, and which turns a new prompt takes back.

Every record names its parent. A rewind, or an edited prompt, makes a second child of an older record, and the turns of
the first child are taken back. A resumed or branched session repeats records, each with its old `uuid`. Six bytes of a
hash and two of a turn are kept per record: two of 10,000 records share those six bytes once in five million sessions.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

import msgspec

from ppp_tui.model.ids import hash64
from ppp_tui.sources.claude_code.records import Record

MAX_RECORDS = 8192
"""Minimum of records remembered; the oldest are dropped when there are half as many more. A record is eight bytes."""

MAX_TURNS = 256
"""Maximum of turns that can be taken back: the newest."""

MAX_TURN_NUMBER = 0x7FFF
"""Highest number of a turn in a file that can be taken back."""

_ID_BYTES = 6
_ENTRY_BYTES = 8
_IN_CHAIN = frozenset({"assistant", "user"})


class ChainTurn(msgspec.Struct, array_like=True):
    """A turn as far as it may be taken back."""

    number: int
    """Number in the order of the file, from 1."""
    key: int
    """`hash64` of its prompt's record id."""
    parent: int
    """Number of the turn that it goes on from, 0 for none."""
    is_command: bool
    is_answered: bool = False
    is_taken_back: bool = False


class ChainState(msgspec.Struct, array_like=True):
    """The state of a chain between two readings of a file."""

    records: bytes = b""
    """Eight bytes per record in the order of the file: six of its id's hash; its turn's number, doubled, plus its trail
    bit."""
    turns: list[ChainTurn] = []
    boundary_turn: int = -1
    """The newest turn at the last compaction; turns before it cannot be taken back. -1 for never."""
    is_linked: bool = False
    """Whether a record named an earlier one as its parent, so that the file tells their order."""


class Departure(NamedTuple):
    """The effect of a new prompt on earlier turns, by the `hash64` of their keys."""

    taken_back: tuple[int, ...] = ()
    restored: tuple[int, ...] = ()
    """Turns that were taken back before and belong to the conversation again."""


class RecordChain:
    """The chain of one file, over its main trajectory and all inline ones."""

    def __init__(self, state: ChainState) -> None:
        """Continue from a state. Raises ValueError for a state that holds no whole records."""
        if len(state.records) % _ENTRY_BYTES:
            raise ValueError("no state of a chain of records")
        self._packed = bytearray(state.records)
        self._turns = state.turns
        self._boundary_turn = state.boundary_turn
        self._is_linked = state.is_linked
        self._places = _unpack(state.records)
        self._last_uuid, self._last_hashed = "", b""
        self._place = 0

    def state(self) -> ChainState:
        """Return the state for a later chain."""
        return ChainState(bytes(self._packed), self._turns, self._boundary_turn, self._is_linked)

    def holds(self, uuid: str) -> bool:
        """Return whether the record was read before, as far back as records are remembered."""
        return _hashed(uuid) in self._places

    def enter(self, record: Record) -> bool:
        """Add a record that has an id; False if it was added before."""
        places, uuid, parent, subtype = self._places, record.uuid or "", record.parentUuid, record.subtype
        hashed = blake2b(uuid.encode("utf-8", "surrogatepass"), digest_size=_ID_BYTES).digest()
        if hashed in places:
            return False
        place = None
        if parent and subtype != "compact_boundary":
            place = places.get(self._last_hashed if parent == self._last_uuid else _hashed(parent))
        if place is None:
            # A root, or a parent that this file does not hold: it goes on with the newest turn.
            place = self._newest() << 1
        else:
            self._is_linked = True
        if subtype == "api_error" or (place & 1 and record.type not in _IN_CHAIN):
            # The records of a failed request branch off beside the answer: a prompt after them is no rewind.
            place |= 1
        else:
            place &= ~1
        if subtype == "compact_boundary":
            self._boundary_turn = self._newest()
        self._place = places[hashed] = place
        self._packed += hashed + place.to_bytes(2, "big")
        if len(places) > MAX_RECORDS + MAX_RECORDS // 2:
            self._forget()
        self._last_uuid, self._last_hashed = uuid, hashed
        return True

    def answer(self) -> None:
        """Note that a model worked on the turn of the record that was entered last."""
        number = self._place >> 1
        for turn in reversed(self._turns):
            if turn.number == number:
                turn.is_answered = True
                return

    def begin_turn(self, parent_uuid: str | None, *, is_command: bool) -> Departure:
        """Begin a turn with the last record. Return the turns that it takes back, and those that it restores."""
        newest = self._newest()
        if newest >= MAX_TURN_NUMBER:
            return Departure()
        parent = self._parent_turn(parent_uuid, newest)
        number = newest + 1
        self._turns.append(ChainTurn(number, hash64(self._last_uuid), parent, is_command))
        del self._turns[:-MAX_TURNS]
        self._place = number << 1
        self._places[self._last_hashed] = self._place
        self._packed[-2:] = self._place.to_bytes(2, "big")
        # A command of the user (`/exit`, `! ls`) may hang anywhere; the next prompt shows where the chain goes on.
        return Departure() if is_command else self._depart(number)

    def _parent_turn(self, parent_uuid: str | None, newest: int) -> int:
        if not parent_uuid:
            return 0 if self._is_linked and self._boundary_turn < 0 else newest
        place = self._places.get(_hashed(parent_uuid))
        if place is None or place & 1 or place >> 1 < self._boundary_turn:
            return newest
        return place >> 1

    def _depart(self, number: int) -> Departure:
        by_number = {turn.number: turn for turn in self._turns}
        live: set[int] = set()
        while number in by_number:
            live.add(number)
            number = by_number[number].parent
        taken_back, restored = [], []
        for turn in self._turns:
            if turn.number in live:
                if turn.is_taken_back:
                    restored.append(turn.key)
                    turn.is_taken_back = False
                continue
            before = by_number.get(turn.parent)
            is_idle = turn.is_command and not turn.is_answered
            # Turns whose beginning is no longer remembered stay as they are.
            is_known = turn.parent in by_number or turn.parent == 0
            if turn.is_taken_back or not is_known or (is_idle and not (before and before.is_taken_back)):
                continue
            turn.is_taken_back = True
            taken_back.append(turn.key)
        return Departure(tuple(taken_back), tuple(restored))

    def _newest(self) -> int:
        return self._turns[-1].number if self._turns else 0

    def _forget(self) -> None:
        del self._packed[: len(self._packed) - MAX_RECORDS * _ENTRY_BYTES]
        self._places = _unpack(bytes(self._packed))


def _hashed(uuid: str) -> bytes:
    return blake2b(uuid.encode("utf-8", "surrogatepass"), digest_size=_ID_BYTES).digest()


def _unpack(packed: bytes) -> dict[bytes, int]:
    return {
        packed[at : at + _ID_BYTES]: int.from_bytes(packed[at + _ID_BYTES : at + _ENTRY_BYTES], "big")
        for at in range(0, len(packed), _ENTRY_BYTES)
    }
