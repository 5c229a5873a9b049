"""What each response used, out of the counters that a rollout repeats; `FORMATS.md`, "Codex: usage", has the model.

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
"""Totals, and responses without a record, that are remembered."""

_RESPONSES = 32
"""Responses with a record that are remembered."""


class Awaited(NamedTuple):
    """A response that a count told and whose record may follow."""

    used: Total
    turn_id: str
    key: str
    at: int
    offset: int
    length: int


class Response(NamedTuple):
    """What a response used."""

    used: Total
    position: str
    """The running total behind it: tells it from the others of its turn, in every copy of the thread."""
    is_lower_bound: bool = False


class Counters(msgspec.Struct, array_like=True):
    """Where the counters of a rollout stand."""

    total: Total | None = None
    """The running total of the last count; the sum of last usages where no total is written."""
    last: Total | None = None
    """The last usage of the last count."""
    recent: list[Total] = []
    """Totals before the last one."""
    peak: Total | None = None
    """The total before it fell without beginning at zero: it may come back."""
    excess: Total = NOTHING
    """How far the total moved beyond the last usages that came with it."""
    falls: int = 0
    """How often the total fell."""
    is_inherited: bool = False
    """The next total may hold what another thread spent."""
    is_copied: bool = False
    """The last count stood among copied lines."""
    is_short: bool = False
    """Something could not be told: the next response is a lower bound."""
    ahead: Total = NOTHING
    """What records told and no count has shown."""
    thread: Total | None = None
    """`thread_token_usage` of the last record."""
    turn: Total = NOTHING
    """`turn_token_usage` of the last record, which belongs to the turn `turn_id`."""
    turn_id: str = ""
    responses: list[str] = []
    awaited: list[Awaited] = []


def add_count(
    counters: Counters, total: Total | None, last: Total | None, *, is_quiet: bool, is_recorded: bool
) -> Response | None:
    """What a `token_count` adds; None where it repeats, or tells what a record told before.

    `is_quiet` says that neither the user nor the model did anything since the turn began or since the last count,
    `is_recorded` that the turn has usage records.
    """
    is_first = counters.total is None
    has_ahead = any(counters.ahead)
    stated = last if last and any(last) else None
    if total is None or (stated and not any(total)):
        moved = _add_last(counters, stated, is_quiet=is_quiet)
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
    """What a usage record of this thread adds; the response of the count that told it first, None for a repetition."""
    if response_id:
        response = f"{turn_id}:{response_id}"
        if response in counters.responses:
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
    """Remember a response that a count told: a record that follows tells the same one."""
    counters.awaited.append(awaited)
    del counters.awaited[:-_RECENT]


def tokens(total: Total) -> int:
    """All tokens: input holds what was cached, output holds reasoning."""
    return total[0] + total[3]


def _response(counters: Counters, used: Total, position: Total, *, is_lower_bound: bool = False) -> Response:
    is_lower_bound, counters.is_short = is_lower_bound or counters.is_short, False
    fallen = f"{counters.falls}." if counters.falls else ""
    return Response(used, f"{fallen}{tokens(position)}", is_lower_bound)


def _add_last(counters: Counters, last: Total | None, *, is_quiet: bool) -> tuple[Total, bool] | None:
    """A count without a total: the last usage is all there is, and one that comes again at once repeats."""
    if last is None or (is_quiet and last == counters.last):
        return None
    counters.total = _sum(counters.total or NOTHING, last)
    return last, False


def _move_total(counters: Counters, total: Total, last: Total | None, *, is_quiet: bool) -> tuple[Total, bool] | None:
    """What a running total adds and whether that is a lower bound; None where it did not move."""
    before = counters.total
    if total == before:
        # What the other thread spent is known, then.
        counters.is_inherited = False
        return None
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
        return _begin_anew(counters, total, last)
    grown = _beyond(total, before)
    if counters.peak is not None and _holds(total, counters.peak):
        if last is None or grown != last:
            grown = _beyond(total, counters.peak)
        counters.peak = None
    if last is None or grown == last:
        return grown, False
    if counters.is_copied and _holds(grown, last):
        # The thread that was copied may have told the rest by records, which are not copied.
        return last, False
    # The total is right where it says more: of an interrupted request it is the only trace.
    counters.excess = _sum(counters.excess, _beyond(grown, last))
    return grown, not _holds(grown, last)


def _first_own(
    counters: Counters, before: Total | None, total: Total, last: Total | None, *, is_quiet: bool
) -> tuple[Total, bool] | None:
    """The first total of a thread that goes on from another one: all but the last usage is the other's."""
    if is_quiet:
        # Nothing was asked since: the other thread's total once more, with all that records told.
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
    """A total that fell begins anew, unless the last usage shows that it does not begin at zero."""
    if last is not None and last != total:
        if total in counters.recent:
            return None
        if _holds(counters.excess, last):
            counters.excess = _beyond(counters.excess, last)
            return None
    if last is None or last == total:
        return _begin_anew(counters, total, last)
    counters.falls += 1
    counters.total, counters.peak, counters.is_inherited = total, before, False
    return last, True


def _begin_anew(counters: Counters, total: Total, last: Total | None) -> tuple[Total, bool]:
    """A total that began at zero again: all of it is news, and without a last usage there may have been more."""
    counters.falls += 1
    counters.total, counters.peak, counters.is_inherited = total, None, False
    counters.recent, counters.excess = [], NOTHING
    return total, last is None


def _grown(counters: Counters, thread: Total | None, turn: Total | None, turn_id: str) -> Total | None:
    """What a record without usage of its own used, by the thread's or else the turn's counter; None if unknown."""
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
    """What a total holds beyond a part, nothing where it holds less."""
    return (
        max(0, total[0] - part[0]),
        max(0, total[1] - part[1]),
        max(0, total[2] - part[2]),
        max(0, total[3] - part[3]),
        max(0, total[4] - part[4]),
    )


def _holds(total: Total, part: Total) -> bool:
    """Whether no figure of the part is greater than that of the total."""
    return (
        total[0] >= part[0]
        and total[1] >= part[1]
        and total[2] >= part[2]
        and total[3] >= part[3]
        and total[4] >= part[4]
    )
