"""From a random true history of responses, every legal way of writing it down tells the same sums."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ppp_tui.model.event import Event
from ppp_tui.sources.codex import SOURCE
from tests.sources.codex_lines import NAME, Line, agent_item, content, context, event, meta, old_started
from tests.sources.codex_usage_lines import count, merged, record, sums, used

Usage = tuple[int, int, int]
"""Input, output and cached input of a response."""


def identity(millisecond: int, number: int) -> str:
    """A UUID of version 7 that was made in this millisecond."""
    return f"01a1f8d0-{millisecond:04x}-7000-8000-{number:012x}"


@dataclass
class Counter:
    """A running total."""

    total: Usage = (0, 0, 0)

    def add(self, usage: Usage) -> None:
        """Count a response."""
        self.total = (self.total[0] + usage[0], self.total[1] + usage[1], self.total[2] + usage[2])


@dataclass
class Rollout:
    """A writer of one thread's file."""

    thread: str
    lines: list[Line]
    choose: Callable[[st.SearchStrategy[Any]], Any]
    total: Counter = field(default_factory=Counter)
    thread_total: Counter = field(default_factory=Counter)
    last: Usage | None = None
    turn: str = ""
    has_records: bool = False
    is_unshown: bool = False
    is_shown: bool = False
    """Whether a count of this thread's own responses was written."""
    is_total_written: bool = True
    responses: int = 0

    def begin_turn(self, key: str, *, has_records: bool) -> None:
        """Begin a turn; the last counts may be sent again before anybody said anything."""
        self.turn, self.has_records = key, has_records
        self.lines += [old_started(key=key), context(turn_id=key)]
        if self.is_unshown or self.choose(st.booleans()):
            self.show()
        self.lines.append(event("user_message", message="Go on"))
        if self.is_shown and self.choose(st.booleans()):
            self.show()

    def respond(self, usage: Usage, *, begins_anew: bool, is_last: bool) -> None:
        """Write a response: its record, its count, or both in either order, and perhaps its count again."""
        if begins_anew and not self.has_records and not self.is_unshown and self.is_total_written:
            self.total = Counter()
        self.lines.append(agent_item("Hm."))
        self.total.add(usage)
        self.last = usage
        self.is_unshown = True
        if not self.has_records:
            self.show()
        else:
            self.thread_total.add(usage)
            self.responses += 1
            told = record(
                used(*usage),
                f"resp_{self.thread}_{self.responses}",
                used(*self.thread_total.total),
                turn_id=self.turn,
                thread_id=self.thread,
            )
            if self.choose(st.booleans()):
                self.show()
                self.lines.append(told)
            else:
                self.lines.append(told)
                if not is_last or self.choose(st.booleans()):
                    self.show()
        for _ in range(self.choose(st.integers(0, 2))):
            self.show()
        self.is_shown = not self.is_unshown

    def show(self) -> None:
        """Write the counts as they stand."""
        if self.last is not None:
            total = used(*self.total.total) if self.is_total_written else None
            self.lines.append(count(total, used(*self.last)))
            self.is_unshown = False


usages = st.permutations([(2**bit, bit + 1, bit % 2) for bit in range(30)])
"""No response uses what others add up to: a counter that began anew could not be told from one that stands still."""


def begin_child(parent: Rollout, number: int, kind: str) -> Rollout:
    """A thread that begins from another one, as the versions so far wrote them."""
    thread = identity(0x5000 + number, number)
    head = meta(id=thread, forked_from_id=parent.thread)
    if kind == "page":
        head = meta(id=thread, history_base={"thread_id": parent.thread, "end_ordinal_exclusive": len(parent.lines)})
    child = Rollout(thread, [head], parent.choose, is_total_written=parent.is_total_written)
    if kind in ("copy", "copy and restart"):
        # Records are not copied, counts are.
        child.lines += [entry for entry in parent.lines if entry["type"] != "token_usage_record"]
    if kind in ("copy", "inherit", "page"):
        child.total = Counter(parent.total.total)
        child.last, child.is_unshown = parent.last, parent.is_unshown and kind == "copy"
    return child


@given(st.data(), usages)
@settings(max_examples=100, deadline=None, derandomize=True, phases=[Phase.generate])
def test_sums_come_out_however_responses_are_written_down(data: st.DataObject, pool: list[Usage]) -> None:
    choose = data.draw
    true: list[Usage] = []
    parent = Rollout(identity(0x4000, 0), [meta(id=identity(0x4000, 0))], choose)
    parent.is_total_written = choose(st.integers(0, 5)) > 0
    records_from = choose(st.integers(0, 4))
    turns = iter(range(1, 100))

    def work(rollout: Rollout, millisecond: int) -> None:
        for number in range(choose(st.integers(1, 3))):
            key = identity(millisecond + number, next(turns))
            rollout.begin_turn(key, has_records=len(true) >= records_from)
            responses = choose(st.integers(1, 3))
            for response in range(responses):
                usage = pool[len(true)]
                true.append(usage)
                rollout.respond(usage, begins_anew=choose(st.integers(0, 4)) == 0, is_last=response == responses - 1)

    work(parent, 0x4001)
    rollouts = [parent]
    for number in range(1, choose(st.integers(1, 3))):
        kinds = ["copy", "copy and restart", "inherit", "fresh", "page"] if parent.is_total_written else ["fresh"]
        child = begin_child(parent, number, choose(st.sampled_from(kinds)))
        work(child, 0x6000 + 0x100 * number)
        rollouts.append(child)

    found = merged(entry for rollout in rollouts for entry in read_in_parts(rollout, choose))
    assert sorted(sums(found)) == sorted((given, output) for given, output, _ in true)
    assert sum(one.cache_read_tokens for one in found) == sum(cached for _, _, cached in true)
    assert {one.model for one in found} == {"gpt-5.5"}
    assert not any(one.is_lower_bound for one in found)


def read_in_parts(rollout: Rollout, choose: Callable[[st.SearchStrategy[Any]], Any]) -> list[Event]:
    """The events of a file that is read as it grows, each time by another parser."""
    cuts = sorted(choose(st.lists(st.integers(0, len(rollout.lines)), max_size=4)))
    events: list[Event] = []
    state, offset = b"", 0
    for begin, end in zip([0, *cuts], [*cuts, len(rollout.lines)], strict=True):
        parser = SOURCE.parser(NAME, state)
        part = content(*rollout.lines[begin:end])
        events += parser.feed(part, offset).events
        state, offset = parser.state(), offset + len(part)
    return events
