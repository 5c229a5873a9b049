"""Follows the chain of a session's records: which were read before, and which turns a new prompt takes back.

Every record names its parent. A rewind, or an edited prompt, makes a second child of an older record, and the turns of
the first child are taken back. A resumed or branched session repeats records, each with its old `uuid`. Six bytes of a
hash and two of a turn are kept per record: two of 10,000 records share those six bytes once in five million sessions.
"""

from __future__ import annotations

from array import array
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
            raise ValueError("not a state of a chain of records")
        self._records = _Records(state.records)
        self._turns = state.turns
        self._boundary_turn = state.boundary_turn
        self._is_linked = state.is_linked
        self._last_uuid = ""
        self._place = 0
        """Of the record that was entered last."""

    def state(self) -> ChainState:
        """Return the state for a later chain."""
        return ChainState(self._records.packed(), self._turns, self._boundary_turn, self._is_linked)

    def holds(self, uuid: str) -> bool:
        """Return whether the record was read before, as far back as records are remembered."""
        return self._records.find(_hashed(uuid)) is not None

    def enter(self, record: Record) -> bool:
        """Add a record that has an id; False if it was added before."""
        records, uuid, parent, subtype = self._records, record.uuid or "", record.parentUuid, record.subtype
        hashed = blake2b(uuid.encode("utf-8", "surrogatepass"), digest_size=_ID_BYTES).digest()
        if not records.add(hashed):
            return False
        place = None
        if parent and parent != uuid and subtype != "compact_boundary":
            place = self._place if parent == self._last_uuid else records.find(_hashed(parent))
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
        self._place, self._last_uuid = place, uuid
        records.place_last(place)
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
        self._records.place_last(self._place)
        # A command of the user (`/exit`, `! ls`) may hang anywhere; the next prompt shows where the chain goes on.
        return Departure() if is_command else self._depart(number)

    def _parent_turn(self, parent_uuid: str | None, newest: int) -> int:
        if not parent_uuid:
            return 0 if self._is_linked and self._boundary_turn < 0 else newest
        place = self._records.find(_hashed(parent_uuid))
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


def _hashed(uuid: str) -> bytes:
    return blake2b(uuid.encode("utf-8", "surrogatepass"), digest_size=_ID_BYTES).digest()


class _Records:
    """The newest records in the order of the file, each with its place: a turn's number, doubled, plus its trail bit.

    They are found by a hash table of their numbers: with its slots a record takes 12 bytes, in a dict it took 130.
    """

    def __init__(self, packed: bytes) -> None:
        self._packed = bytearray(packed[-(MAX_RECORDS + MAX_RECORDS // 2) * _ENTRY_BYTES :])
        self._make_table()

    def packed(self) -> bytes:
        """Return the records as a state keeps them."""
        return bytes(self._packed)

    def find(self, hashed: bytes) -> int | None:
        """Return a record's place, None for one that is not remembered."""
        table, packed, mask = self._table, self._packed, self._mask
        slot = (hashed[0] << 8 | hashed[1]) & mask
        while number := table[slot]:
            end = number * _ENTRY_BYTES
            if packed.startswith(hashed, end - _ENTRY_BYTES):
                return packed[end - 2] << 8 | packed[end - 1]
            slot = (slot + 1) & mask
        return None

    def add(self, hashed: bytes) -> bool:
        """Add a record without a place; False if it is there. The oldest ones are dropped when there are too many."""
        table, packed, mask = self._table, self._packed, self._mask
        slot = (hashed[0] << 8 | hashed[1]) & mask
        while number := table[slot]:
            if packed.startswith(hashed, (number - 1) * _ENTRY_BYTES):
                return False
            slot = (slot + 1) & mask
        packed += hashed + b"\0\0"
        table[slot] = count = len(packed) // _ENTRY_BYTES
        if count > MAX_RECORDS + MAX_RECORDS // 2:
            del packed[: (count - MAX_RECORDS) * _ENTRY_BYTES]
            self._make_table()
        elif 2 * count > mask:
            self._make_table()
        return True

    def place_last(self, place: int) -> None:
        """Give the newest record its place, or another one."""
        self._packed[-2:] = place.to_bytes(2, "big")

    def _make_table(self) -> None:
        packed = self._packed
        count = len(packed) // _ENTRY_BYTES
        # From an eighth to half of the slots are taken.
        slots = 1 << max(6, (4 * count).bit_length())
        self._mask = mask = slots - 1
        self._table = table = array("H", bytes(2 * slots))
        for number, high, low in zip(range(1, count + 1), packed[::_ENTRY_BYTES], packed[1::_ENTRY_BYTES], strict=True):
            slot = (high << 8 | low) & mask
            while table[slot]:
                slot = (slot + 1) & mask
            table[slot] = number
