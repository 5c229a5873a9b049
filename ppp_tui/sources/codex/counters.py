"""Usage of each response, from the counters that a rollout repeats; model: `FORMATS.md`, "Codex: usage".

Three counters run beside each other, each with its own baseline: the thread's running total in `token_count` events,
the thread's and the turn's in usage records. A response is told by a record, by a count, or by both in either order.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

Total = tuple[int, int, int, int, int]
"""Input, cached, written, output and reasoning tokens; input holds what was cached and written, output reasoning."""

NOTHING: Total = (0, 0, 0, 0, 0)

_RECENT = 8
"""Maximum of totals, and of responses without a record, that are remembered."""

_RESPONSES = 32
"""Maximum of responses with a record that are remembered."""


class Awaited(NamedTuple):
    """A response from a count whose record may follow."""

    used: Total
    turn_id: str
    key: str
    at: int
    offset: int
    length: int


class Response(NamedTuple):
    """Usage of one response."""

    used: Total
    position: str
    """The running total after the response, which identifies it within its turn in every copy of the thread."""
    is_lower_bound: bool = False


class Counters(msgspec.Struct, array_like=True):
    """State of a rollout's counters."""

    total: Total | None = None
    """The running total of the last count; the sum of last usages where no total is written."""
    last: Total | None = None
    """The last usage of the last count."""
    recent: list[Total] = []
    """Totals before the last one."""
    peak: Total | None = None
    """The total before it fell without beginning at zero: it may come back."""
    excess: Total = NOTHING
    """By how much the total moved more than the last usages that came with it."""
    falls: int = 0
    """Number of times that the total fell."""
    is_inherited: bool = False
    """Whether the next total may include what another thread used."""
    is_copied: bool = False
    """Whether the last count stood among copied lines."""
    is_short: bool = False
    """Whether some usage is unknown, so that the next response is a lower bound."""
    ahead: Total = NOTHING
    """Usage that records stated and no count has shown yet."""
    thread: Total | None = None
    """`thread_token_usage` of the last record."""
    turn: Total = NOTHING
    """`turn_token_usage` of the last record, which belongs to the turn `turn_id`."""
    turn_id: str = ""
    responses: list[str] = []
    awaited: list[Awaited] = []
    other: Total | None = None
    """The total of another counter before this one began: it may come back."""


def add_count(
    counters: Counters,
    total: Total | None,
    last: Total | None,
    *,
    is_quiet: bool,
    is_answered: bool,
    is_recorded: bool,
) -> Response | None:
    """Return the response that a `token_count` adds; None for a repetition, or if a record stated it before.

    `is_quiet` says that neither the user nor the model did anything since the turn began or since the last count,
    `is_answered` that the model did something since the last count, `is_recorded` that the turn has usage records.
    """
    is_first = counters.total is None
    has_ahead = any(counters.ahead)
    stated = last if last and any(last) else None
    if total is None or (stated and not any(total)):
        moved = _add_last(counters, stated, is_answered=is_answered)
    else:
        moved = _move_total(counters, total, stated, is_quiet=is_quiet)
    counters.last = last or counters.last
    if moved is None:
        return None
    used, is_lower_bound = moved
    if has_ahead:
        used, counters.ahead = _beyond(used, counters.ahead), _beyond(counters.ahead, used)
    # Beside records, growth that the last usage does not confirm is no response: totals are rewritten, too.
    is_doubtful = is_recorded or (is_first and has_ahead)
    if not any(used) or (is_doubtful and used != stated):
        return None
    return _response(counters, used, counters.total or NOTHING, is_lower_bound=is_lower_bound)


def add_record(
    counters: Counters, usage: Total | None, thread: Total | None, turn: Total | None, turn_id: str, response_id: str
) -> Response | Awaited | None:
    """Return the response that a usage record adds, or the count's response that it repeats; None for a repetition."""
    if response_id:
        response = f"{turn_id}:{response_id}"
        # Relays give every response the same id; then only the thread's counter distinguishes them.
        is_new = None not in (usage, thread, counters.thread) and thread == _sum(
            counters.thread or NOTHING, usage or NOTHING
        )
        if response in counters.responses and not is_new:
            return None
        counters.responses = [*counters.responses[1 - _RESPONSES :], response]
    elif thread is not None and thread == counters.thread:
        return None
    used = usage or _grown(counters, thread, turn, turn_id)
    counters.thread = thread or counters.thread
    counters.turn, counters.turn_id = turn or NOTHING, turn_id
    if used is None:
        counters.is_short = True
        return None
    for index, awaited in enumerate(counters.awaited):
        if awaited.used == used and awaited.turn_id in ("", turn_id):
            counters.awaited = counters.awaited[:index] + counters.awaited[index + 1 :]
            return awaited
    counters.ahead = _sum(counters.ahead, used)
    if counters.total is None and thread is not None:
        return _response(counters, used, thread)
    return _response(counters, used, _sum(counters.total or NOTHING, counters.ahead))


def await_record(counters: Counters, awaited: Awaited) -> None:
    """Remember a response from a count, which a later record will repeat."""
    counters.awaited.append(awaited)
    del counters.awaited[:-_RECENT]


def tokens(total: Total) -> int:
    """Return all tokens; input includes cached ones, output includes reasoning."""
    return total[0] + total[3]


def _response(counters: Counters, used: Total, position: Total, *, is_lower_bound: bool = False) -> Response:
    is_lower_bound, counters.is_short = is_lower_bound or counters.is_short, False
    fallen = f"{counters.falls}." if counters.falls else ""
    return Response(used, f"{fallen}{tokens(position)}", is_lower_bound)


def _add_last(counters: Counters, last: Total | None, *, is_answered: bool) -> tuple[Total, bool] | None:
    """Return the usage of a count without a total; None if it repeats the last one."""
    if last is None or (not is_answered and last == counters.last):
        return None
    counters.total = _sum(counters.total or NOTHING, last)
    return last, False


def _move_total(counters: Counters, total: Total, last: Total | None, *, is_quiet: bool) -> tuple[Total, bool] | None:
    """Return how far a running total moved, and whether that is a lower bound; None if it did not move."""
    before = counters.total
    if total == before:
        # Then the other thread's usage is known.
        counters.is_inherited = False
        return None
    if before is not None and last is not None and _is_other(counters, before, total, last):
        is_sent_again = total == counters.other
        counters.total, counters.other = total, before
        return None if is_sent_again else (last, False)
    if before is not None and not _holds(total, before):
        return _fall(counters, before, total, last)
    counters.total = total
    if before is not None:
        counters.recent.append(before)
        del counters.recent[:-_RECENT]
    if counters.is_inherited:
        counters.is_inherited = False
        return _first_own(counters, before, total, last, is_quiet=is_quiet)
    if before is None:
        return total, False
    if last == total and any(before):
        return _begin_anew(counters, before, total, last)
    grown = _beyond(total, before)
    if counters.peak is not None and _holds(total, counters.peak):
        if last is None or grown != last:
            grown = _beyond(total, counters.peak)
        counters.peak = None
    if last is None or grown == last:
        return grown, False
    if counters.is_copied and _holds(grown, last):
        # The copied thread may have stated the rest in records, which are not copied.
        return last, False
    # A larger total is right: it is the only trace of an interrupted request.
    counters.excess = _sum(counters.excess, _beyond(grown, last))
    return grown, not _holds(grown, last)


def _first_own(
    counters: Counters, before: Total | None, total: Total, last: Total | None, *, is_quiet: bool
) -> tuple[Total, bool] | None:
    """Return the usage in the first total of a thread that continues another one: only the last usage is its own."""
    if is_quiet:
        # No request since: this repeats the other thread's total, including usage from records.
        counters.ahead = NOTHING
        return None
    grown = _beyond(total, before or NOTHING)
    if last is not None and (last == total or _holds(grown, last)):
        return last, False
    if before is not None and last is None:
        return grown, False
    counters.is_short = True
    return None


def _fall(counters: Counters, before: Total, total: Total, last: Total | None) -> tuple[Total, bool] | None:
    """Return the usage after a total fell: it began at zero again, unless the last usage contradicts that."""
    if last is not None and last != total:
        if total in counters.recent:
            return None
        if _holds(counters.excess, last):
            counters.excess = _beyond(counters.excess, last)
            return None
    if last is None or last == total:
        return _begin_anew(counters, before, total, last)
    counters.falls += 1
    counters.total, counters.peak, counters.is_inherited = total, before, False
    return last, True


def _is_other(counters: Counters, before: Total, total: Total, last: Total) -> bool:
    """Return whether a total is that of the counter before this one: a thread's and a review's may take turns."""
    if counters.other is None or _sum(before, last) == total:
        return False
    return total == counters.other or (last != total and total == _sum(counters.other, last))


def _begin_anew(counters: Counters, before: Total | None, total: Total, last: Total | None) -> tuple[Total, bool]:
    """Return the usage of a total that began at zero again; a lower bound without a last usage."""
    counters.falls += 1
    counters.total, counters.peak, counters.other, counters.is_inherited = total, None, before, False
    counters.recent, counters.excess = [], NOTHING
    return total, last is None


def _grown(counters: Counters, thread: Total | None, turn: Total | None, turn_id: str) -> Total | None:
    """Return the usage of a record that states none, by the thread's or else the turn's counter; None if unknown."""
    if thread is not None and counters.thread is not None and _holds(thread, counters.thread):
        return _beyond(thread, counters.thread)
    if turn is not None:
        before = counters.turn if turn_id == counters.turn_id else NOTHING
        return _beyond(turn, before) if _holds(turn, before) else turn
    return None if counters.is_inherited or counters.thread is not None else thread


def _sum(first: Total, second: Total) -> Total:
    return (
        first[0] + second[0],
        first[1] + second[1],
        first[2] + second[2],
        first[3] + second[3],
        first[4] + second[4],
    )


def _beyond(total: Total, part: Total) -> Total:
    """Return the part of a total beyond another one, zero where it is smaller."""
    return (
        max(0, total[0] - part[0]),
        max(0, total[1] - part[1]),
        max(0, total[2] - part[2]),
        max(0, total[3] - part[3]),
        max(0, total[4] - part[4]),
    )


def _holds(total: Total, part: Total) -> bool:
    """Return whether no figure of `part` exceeds that of `total`."""
    return (
        total[0] >= part[0]
        and total[1] >= part[1]
        and total[2] >= part[2]
        and total[3] >= part[3]
        and total[4] >= part[4]
    )
