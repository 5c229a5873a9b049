"""A batch of logged entries by trajectory: its turns with their questions and violations, and all other entries."""

from __future__ import annotations

from typing import Any

from ppp_tui.model.live import LiveFacts
from ppp_tui.store.logged.entries import (
    ArtifactLogged,
    DecisionLogged,
    Entry,
    Finished,
    QuestionEntry,
    QuestionLogged,
    SignalLogged,
    StepLogged,
    TurnLogged,
    UsageLogged,
    ViolationEntry,
    ViolationLogged,
)
from ppp_tui.store.logged.live_facts import fold_live_facts
from ppp_tui.store.logged.rows import efforts, latency_of, question_row, text_of, to_text, violation_row


class TurnBatch:
    """What is new about one turn."""

    def __init__(self, at: int) -> None:
        """Begin a turn whose first entry was logged at this time."""
        self.entry: TurnLogged | None = None
        """The turn itself, as it was logged last."""
        self.questions: list[tuple[QuestionEntry | QuestionLogged, int]] = []
        """With the time of each."""
        self.violations: list[ViolationEntry | ViolationLogged] = []
        self._at = at

    @property
    def has_text(self) -> bool:
        """Whether there is text to search in."""
        return self.entry is not None and bool(self.entry.prompt or self.entry.response)

    def set_entry(self, turn: TurnLogged) -> None:
        """Add the turn's own entry."""
        self.entry = turn
        self.questions += [(question, turn.at) for question in turn.questions]
        self.violations += turn.violations

    def row(self, turn_id: int, trajectory: int, number: int) -> tuple[Any, ...]:
        """Return the row of a new turn, in the order of its columns."""
        low, medium, high = efforts([question for question, _ in self.questions])
        if self.entry is None:
            # Something belongs to a turn that has not been logged yet. Number 0 may never be: what precedes any turn.
            origin, status = ("logged", "open") if number else ("system", "unknown")
            began = to_text(self._at)
            return (
                turn_id,
                trajectory,
                number,
                None,
                None,
                began,
                None,
                origin,
                status,
                low,
                medium,
                high,
                len(self.violations),
                0,
                0,
                None,
                None,
                "",
                "",
            )
        tokens, latency, ended, status, *text = self.changes(self._at)
        began = to_text(max(0, self.entry.at - (latency or 0)))
        return (
            turn_id,
            trajectory,
            number,
            tokens,
            latency,
            began,
            ended,
            "logged",
            status,
            low,
            medium,
            high,
            len(self.violations),
            *text,
        )

    def changes(self, began: int) -> tuple[Any, ...]:
        """Return tokens, latency, end, status, lengths, hashes and text of a turn that began at `began`."""
        turn = self.entry
        if turn is None:
            raise AssertionError("only a turn that was logged changes")
        ended = None if turn.status == "open" else to_text(turn.at)
        latency = latency_of(turn, began)
        return turn.token_count, latency, ended, turn.status, *text_of(turn)

    def question_rows(self, turn_id: int, first: int) -> list[tuple[Any, ...]]:
        """Return the rows of its questions, numbered from `first` on."""
        return [
            question_row(turn_id, number, question, to_text(at))
            for number, (question, at) in enumerate(self.questions, first)
        ]

    def violation_rows(self, turn_id: int, first: int) -> list[tuple[Any, ...]]:
        """Return the rows of its violations, numbered from `first` on."""
        return [violation_row(turn_id, number, violation) for number, violation in enumerate(self.violations, first)]


class TrajectoryBatch:
    """What is new about one trajectory."""

    def __init__(self, live: LiveFacts) -> None:
        """Begin empty, with these facts."""
        self._live = live
        self._last_turn: TurnLogged | None = None
        """Not folded into the facts yet: a later entry of the same turn would replace it."""
        self.simple_turns: dict[int, TurnLogged] = {}
        """Turns without separate entries: nearly all, so they are written the shortest way."""
        self.turns: dict[int, TurnBatch] = {}
        """Turns with separate entries, or with an earlier row."""
        self.order: list[Entry] = []
        """Everything, in the order in which it was logged."""
        self.steps: list[StepLogged] = []
        self.usage: list[UsageLogged] = []
        self.artifacts: list[ArtifactLogged] = []
        self.decisions: list[DecisionLogged] = []
        self.signals: list[SignalLogged] = []
        self.finished: Finished | None = None

    def add(self, entry: Entry) -> None:
        """Add the next entry."""
        self.order.append(entry)
        if type(entry) is TurnLogged:
            number = entry.number
            if number in self.simple_turns or number in self.turns:
                self._turn(entry).set_entry(entry)
            else:
                self.simple_turns[number] = entry
            if self._last_turn is None or self._last_turn.number >= entry.number:
                self._live = self.live
            self._last_turn = entry
            return
        self._live = fold_live_facts(self.live, entry)
        match entry:
            case QuestionLogged():
                self._turn(entry).questions.append((entry, entry.at))
            case ViolationLogged():
                self._turn(entry).violations.append(entry)
            case StepLogged():
                self._turn(entry)
                self.steps.append(entry)
            case UsageLogged():
                self._turn(entry)
                self.usage.append(entry)
            case ArtifactLogged():
                self.artifacts.append(entry)
            case Finished():
                self.finished = entry
            case DecisionLogged():
                self._turn(entry)
                self.decisions.append(entry)
            case SignalLogged():
                self._turn(entry)
                self.signals.append(entry)
            case _:
                pass

    @property
    def live(self) -> LiveFacts:
        """The facts after all entries that were added."""
        if self._last_turn is not None:
            self._live, self._last_turn = fold_live_facts(self._live, self._last_turn), None
        return self._live

    def _turn(self, entry: Entry) -> TurnBatch:
        return self.turns.get(entry.number) or self.promote(entry.number, entry.at)

    def promote(self, number: int, at: int) -> TurnBatch:
        """Return a turn that needs more than its own row, because of other entries or an earlier row of it."""
        plain = self.simple_turns.pop(number, None)
        turn = self.turns[number] = TurnBatch(plain.at if plain else at)
        if plain is not None:
            turn.set_entry(plain)
        return turn

    @property
    def newest(self) -> int:
        """The greatest turn number in the batch, 0 if there is none."""
        return max(max(self.simple_turns, default=0), max(self.turns, default=0))
