"""What each preference expects, what breaking it costs, and how a trajectory as a whole fared.

Rules of the paper's twenty apply to what is asked, never to answers or code; the documents' four apply to whole
answers. An ask is one call of an asking tool, or all questions in one answer's prose. Three kinds of rule exist: those
on how often and when is asked, those on the text, and those that no rule can judge, whose verdict stays `unjudged`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from ppp_tui.model.preference import Preference, PreferenceName, Verdict
from ppp_tui.model.question import Severity
from ppp_tui.text.format import counted

VERSION = 1
"""Raised whenever the same text would get another verdict, or a verdict another reward."""

METHOD = f"preferences-{VERSION}"
"""The method of verdicts and judged violations."""

Kind = Literal["none", "asking", "ask", "answer", "judge"]
"""What a rule looks at: nothing, how often and when is asked, an ask's text, an answer's text, or what only a judge of
meaning can see."""


class Rule(NamedTuple):
    """A preference's rule."""

    kind: Kind
    expected: str
    """What the user wants, in a few words."""
    weight: float = 0.0
    """What each violation takes off the reward, as in the paper."""

    @property
    def severity(self) -> Severity:
        """How badly a violation counts, by its weight in the paper."""
        return "critical" if self.weight >= 1 else "major" if self.weight >= 0.5 else "minor"


RULES: Mapping[PreferenceName, Rule] = {
    "no_preference": Rule("none", "nothing particular"),
    "concise_question": Rule("ask", "one short sentence", 0.1),
    "detail_question": Rule("ask", "a detailed question with its context", 0.1),
    "answer_more": Rule("asking", "at least three asks", 1),
    "only_begin": Rule("asking", "asks in the first turn only", 1),
    "no_ask": Rule("asking", "no questions", 1),
    "do_selection": Rule("ask", "answers to choose from", 0.5),
    "professional": Rule("none", "technical questions are welcome"),
    "amateur": Rule("judge", "a simple question", 0.1),
    "ask_many": Rule("asking", "everything in one ask", 1),
    "one_question": Rule("ask", "one question at a time", 0.5),
    "first_try": Rule("ask", "an attempt and a real blocker before the question", 0.1),
    "lang_ita": Rule("ask", "a question in Italian", 0.5),
    "lang_multi": Rule("ask", "at least five languages", 0.5),
    "capital": Rule("ask", "English in capital letters", 0.5),
    "commas": Rule("ask", "no commas", 0.5),
    "json": Rule("ask", "a question wrapped in JSON", 0.5),
    "joke": Rule("judge", "a joke in the question", 0.5),
    "snippet": Rule("ask", "three lines of code or text with their file or address", 0.5),
    "length": Rule("ask", "exactly three sentences", 0.5),
    "require_json": Rule("answer", "valid JSON", 0.5),
    "no_commas": Rule("answer", "no commas", 0.5),
    "all_caps": Rule("answer", "capital letters", 0.5),
    "exact_sentence_count": Rule("answer", "exactly {number} sentences", 0.5),
}
"""By name."""

MIN_ASKS = 3
"""Asks that `answer_more` requires."""


def expectation_of(preference: Preference) -> str:
    """Return what a preference expects, its number filled in."""
    return RULES[preference.name].expected.format(number=preference.number)


class AskPlace(NamedTuple):
    """The position of an ask in its trajectory."""

    turn_number: int
    ordinal: int
    """Index of the ask within its turn, from 0."""


class Asking(NamedTuple):
    """All asks of a trajectory, and its first and last turn."""

    places: tuple[AskPlace, ...]
    """In order."""
    first_turn: int
    last_turn: int
    is_open: bool
    """Whether its newest turn is open."""


class Breach(NamedTuple):
    """An unwanted ask, or the turn by which more asks were wanted."""

    place: AskPlace
    actual: str


def breaches(name: PreferenceName, asking: Asking) -> list[Breach]:
    """Return the breaches of a preference on how often and when is asked."""
    places = asking.places
    if name == "no_ask":
        return [Breach(place, "asked") for place in places]
    if name == "ask_many":
        return [Breach(place, f"ask {number}") for number, place in enumerate(places[1:], 2)]
    if name == "only_begin":
        later = [place for place in places if place.turn_number > asking.first_turn]
        return [Breach(place, f"asked in turn {place.turn_number}") for place in later]
    if name == "answer_more" and len(places) < MIN_ASKS and not asking.is_open:
        return [Breach(AskPlace(asking.last_turn, 0), f"{counted(len(places), 'ask')}")]
    return []


class RuleTally(NamedTuple):
    """How often a rule on text was kept, violated or could not be judged."""

    kept: int = 0
    violated: int = 0
    unjudged: int = 0


class TrajectoryVerdict(NamedTuple):
    """How a trajectory fared with one preference."""

    verdict: Verdict
    reward: float
    """Not positive: a bonus is not this rule's to give."""
    detail: str


def trajectory_verdict(name: PreferenceName, asking: Asking, tally: RuleTally) -> TrajectoryVerdict:
    """Return the verdict on a trajectory; `tally` counts for rules on text, `asking` for the others."""
    rule = RULES[name]
    if rule.kind == "none":
        return TrajectoryVerdict("not_applicable", 0.0, "")
    if rule.kind == "judge":
        return TrajectoryVerdict("unjudged" if asking.places else "not_applicable", 0.0, "")
    return _on_asking(name, asking) if rule.kind == "asking" else _on_text(rule, tally)


def _on_asking(name: PreferenceName, asking: Asking) -> TrajectoryVerdict:
    count = len(asking.places)
    detail = counted(count, "ask")
    if name == "answer_more":
        if asking.is_open and count < MIN_ASKS:
            return TrajectoryVerdict("unjudged", 0.0, f"{detail} so far")
        return TrajectoryVerdict("violated", float(count - MIN_ASKS), detail) if count < MIN_ASKS else _kept(detail)
    if not count and name != "no_ask":
        return TrajectoryVerdict("not_applicable", 0.0, "")
    return TrajectoryVerdict("violated", -RULES[name].weight, detail) if breaches(name, asking) else _kept(detail)


def _on_text(rule: Rule, tally: RuleTally) -> TrajectoryVerdict:
    answer_kind = "answer" if rule.kind == "answer" else "ask"
    total = sum(tally)
    if tally.violated:
        return TrajectoryVerdict(
            "violated", -rule.weight * tally.violated, f"{tally.violated} of {counted(total, answer_kind)} violated"
        )
    if tally.unjudged:
        return TrajectoryVerdict("unjudged", 0.0, f"{tally.unjudged} of {counted(total, answer_kind)} not judged")
    return _kept(counted(total, answer_kind)) if total else TrajectoryVerdict("not_applicable", 0.0, "")


def _kept(detail: str) -> TrajectoryVerdict:
    return TrajectoryVerdict("kept", 0.0, detail)


def preferences_of_kind(kind: Kind, preferences: Iterable[Preference]) -> Sequence[Preference]:
    """Return the preferences whose rule is of that kind."""
    return [preference for preference in preferences if RULES[preference.name].kind == kind]
