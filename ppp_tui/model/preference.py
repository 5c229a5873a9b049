"""What a user can prefer of agents that ask: the twenty preferences of the paper, and four on whole answers.

The names are those of the paper (arXiv 2511.02208, tables 4 and 5) and of the trajectory documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal, NamedTuple, get_args

PreferenceName = Literal[
    "no_preference",
    "concise_question",
    "detail_question",
    "answer_more",
    "only_begin",
    "no_ask",
    "do_selection",
    "professional",
    "amateur",
    "ask_many",
    "one_question",
    "first_try",
    "lang_ita",
    "lang_multi",
    "capital",
    "commas",
    "json",
    "joke",
    "snippet",
    "length",
    "require_json",
    "no_commas",
    "all_caps",
    "exact_sentence_count",
]
"""All preferences, in the order in which their rows are numbered: a new one comes last."""

NAMES: tuple[PreferenceName, ...] = get_args(PreferenceName)

Verdict = Literal["kept", "violated", "not_applicable", "unjudged"]
"""Whether a trajectory kept a preference: `not_applicable` without an occasion, `unjudged` if no rule can decide."""

SENTENCES = 3
"""Sentences that `exact_sentence_count` asks for unless a number follows it, as in ``exact_sentence_count:2``."""

_NOT_ABOUT_ASKS = frozenset({"no_preference", "answer_more", "no_ask", "professional"})
_ON_ANSWERS = frozenset({"require_json", "no_commas", "all_caps", "exact_sentence_count"})
_ABOUT_ASKS = tuple(name for name in NAMES if name not in _NOT_ABOUT_ASKS | _ON_ANSWERS)
"""Preferences on the questions of an agent that asks."""

_CONFLICTS: Mapping[frozenset[str], str] = {
    frozenset({"no_ask", "answer_more"}): "one allows no question, the other wants three",
    frozenset({"answer_more", "ask_many"}): "one wants three questions, the other allows one",
    frozenset({"only_begin", "first_try"}): "one allows questions at the start only, the other only after an attempt",
    frozenset({"concise_question", "detail_question"}): "a short question cannot be a detailed one",
    frozenset({"concise_question", "length"}): "one wants a single sentence, the other three",
    frozenset({"concise_question", "snippet"}): "a single short sentence has no room for three lines of code",
    frozenset({"capital", "lang_ita"}): "one wants English, the other Italian",
    frozenset({"capital", "lang_multi"}): "one wants English, the other five languages",
    frozenset({"commas", "json"}): "JSON of more than one member has commas",
    frozenset({"capital", "json"}): "JSON writes true, false, null and its escapes in small letters",
    frozenset({"require_json", "no_commas"}): "JSON of more than one member has commas",
    frozenset({"require_json", "all_caps"}): "JSON writes true, false, null and its escapes in small letters",
    **{frozenset({"no_ask", name}): "no question is left for it to be about" for name in _ABOUT_ASKS},
}


class Preference(NamedTuple):
    """A preference with its number."""

    name: PreferenceName
    number: int = 0
    """Sentences, for `exact_sentence_count`; else 0."""


def parse_preference(text: str) -> Preference:
    """Parse a preference: a name, or a name, a colon and a number. Raises ValueError for anything else."""
    name, colon, number = text.partition(":")
    matched_name = next((entry for entry in NAMES if entry == name), None)
    if matched_name is None:
        raise ValueError(f"there is no preference {name}")
    if matched_name != "exact_sentence_count":
        if colon:
            raise ValueError(f"{name} takes no number")
        return Preference(matched_name)
    if colon and not (number.isascii() and number.isdigit() and 0 < int(number[:6]) <= 1000):
        raise ValueError(f"{name} takes a number from 1 to 1000")
    return Preference(matched_name, int(number) if colon else SENTENCES)


def find_conflict(preferences: Iterable[str]) -> tuple[str, str, str] | None:
    """Return two preferences that contradict each other, and why; None if there are none."""
    for first, second in combinations(dict.fromkeys(preferences), 2):
        names = frozenset({first.partition(":")[0], second.partition(":")[0]})
        if len(names) == 1:
            return first, second, "an answer cannot have two numbers of sentences"
        if names in _CONFLICTS:
            return first, second, _CONFLICTS[names]
    return None


@dataclass(frozen=True, slots=True)
class Preferences:
    """The preferences of the user; each is written as `parse_preference` reads it."""

    user: tuple[str, ...] = ()
    """For every agent everywhere."""
    project: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By folder: for all agents that work in it or below."""
    agent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By name of the agent."""

    def __bool__(self) -> bool:
        return bool(self.user or self.project or self.agent)

    def of(self, agent: str, project: str) -> tuple[str, ...]:
        """Return the preferences that hold for an agent in a project, each once, in the order of `NAMES`."""
        holding = set(self.user) | set(self.agent.get(agent, ()))
        for folder, names in self.project.items():
            root = folder.rstrip("/\\")
            if project in (folder, root) or project.startswith((f"{root}/", f"{root}\\")):
                holding |= set(names)
        return tuple(sorted(holding, key=lambda text: (NAMES.index(parse_preference(text).name), text)))
