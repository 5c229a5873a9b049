"""Checks of the text of one ask or answer against preferences. Thresholds are arbitrary, and therefore named."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.model.preference import Preference, PreferenceName
from ppp_tui.scoring.questions.language import language_of
from ppp_tui.scoring.questions.prose import mask
from ppp_tui.text.format import counted

MAX_CONCISE_WORDS = 20
"""Most words of a concise question."""

MIN_DETAILED_WORDS = 20
"""Least words of a detailed question, context included."""

MIN_LANGUAGES = 5
"""Languages that `lang_multi` requires in one message."""

MAX_CHECKED_CHARS = 64_000
"""Characters of a text beyond which it is not judged."""


class Ask(NamedTuple):
    """The questions that were put to the user at once."""

    text: str
    """The questions as they were put."""
    message: str
    """The message around them; for a question put through a tool the same as `text`."""
    questions: int
    options: tuple[str, ...]
    """Answers that a tool call offers in addition to the text."""
    has_tried: bool
    """Whether the agent did something before it asked."""


class Finding(NamedTuple):
    """The result of a check of one text."""

    is_kept: bool | None
    """None where it cannot decide."""
    actual: str = ""
    """What was found instead, in a few words."""


KEPT = Finding(True)
UNJUDGED = Finding(None)

_CODE = lazy_pattern(r"```[\s\S]*?(?:```|$)|`[^`\n]+`")
_FENCE = lazy_pattern(r"^\s*(?:```|~~~)\w*\s*\n([\s\S]*?)\n\s*(?:```|~~~)\s*$")
_COMMA = lazy_pattern("[,，、،]")
_WORD = lazy_pattern(r"[^\W_]+(?:['’-][^\W_]+)*")
_CONTEXT = lazy_pattern(
    r"\b(?:because|since|so that|given|currently|when|while|if|as|after|before|otherwise|which means)\b", re.IGNORECASE
)
_LISTED = lazy_pattern(r"(?m)^\s*(?:[-*+•]|\(?[A-Da-d1-9][.):])\s+\S")
_LETTERED = lazy_pattern(r"\b[A-D][).:]\s*\S.*\b[B-D][).:]\s*\S", re.DOTALL)
_ALTERNATIVE = lazy_pattern(r"\w\W*\b(?:or|oder|oppure|ou|vs\.?)\b(?!\s+(?:not|so)\b)", re.IGNORECASE)
_WHETHER = lazy_pattern(r"\b(?:whether|or)\s+(?:not|no)\b", re.IGNORECASE)
_COMPOUND = lazy_pattern(
    r"(?:,\s*|\s)and\s+(?:also\s+)?(?:what|which|how|where|when|who|why|should|shall|do|does|is|are|can|could|would)\b",
    re.IGNORECASE,
)
_BLOCKER = lazy_pattern(
    r"\b(?:error|errors|fail\w*|cannot|can['’]t|could\s?n['’]t|unable|missing|block\w*|ambiguous|unclear|conflict\w*|"
    r"denied|not\s+found|no\s+access|stuck|does\s?n['’]t\s+(?:exist|work|say)|nowhere|contradict\w*)\b",
    re.IGNORECASE,
)
_QUOTED_LINE = lazy_pattern(r"(?m)^(?:>|    |\t)\s*\S")
_PLACE = lazy_pattern(r"\b(?:https?://\S+|[\w./-]+\.\w{1,5}(?::\d+)?\b|[\w-]+/[\w./-]+)")


def _prose(text: str) -> str:
    return _CODE.sub(" ", text)


def _sentences(text: str) -> list[str]:
    from sentencex import get_sentence_boundaries

    # Masked, an address has no full stop that could end a sentence; a line's end always ends one.
    lines = [line.strip() for line in mask(text).splitlines() if line.strip()]
    sentences = [
        line[boundary["start_index"] : boundary["end_index"]]
        for line in lines
        for boundary in get_sentence_boundaries("en", line)
    ]
    return [sentence for sentence in sentences if any(map(str.isalnum, sentence))]


def _concise(ask: Ask) -> Finding:
    sentences, words = len(_sentences(ask.text)), len(_WORD.findall(ask.text))
    is_kept = sentences == 1 and words <= MAX_CONCISE_WORDS
    return KEPT if is_kept else Finding(False, f"{counted(sentences, 'sentence')}, {counted(words, 'word')}")


def _detailed(ask: Ask) -> Finding:
    asked_text = ask.text if len(ask.text) > len(ask.message) else ask.message
    words = len(_WORD.findall(asked_text))
    if words < MIN_DETAILED_WORDS:
        return Finding(False, counted(words, "word"))
    is_kept = len(_sentences(asked_text)) > 1 or bool(_CONTEXT.search(asked_text))
    return KEPT if is_kept else Finding(False, "no context")


def _selection(ask: Ask) -> Finding:
    text = _prose(ask.text)
    has_choices = (
        len(ask.options) > 1
        or len(_LISTED.findall(ask.text)) > 1
        or bool(_LETTERED.search(text))
        or bool(_ALTERNATIVE.search(_WHETHER.sub(" ", text)))
    )
    return KEPT if has_choices else Finding(False, "no answers to choose from")


def _single(ask: Ask) -> Finding:
    if ask.questions > 1:
        return Finding(False, counted(ask.questions, "question"))
    return Finding(False, "two questions in one") if _COMPOUND.search(_prose(ask.text)) else KEPT


def _tried(ask: Ask) -> Finding:
    if not ask.has_tried:
        return Finding(False, "nothing was tried")
    # Words show at best that a blocker is named; without such words only a judge of meaning could decide.
    return KEPT if _BLOCKER.search(ask.message) or _BLOCKER.search(ask.text) else UNJUDGED


def _italian(ask: Ask) -> Finding:
    language = language_of(mask(_prose(ask.text)))
    if not language:
        return UNJUDGED
    return KEPT if language == "it" else Finding(False, f"language {language}")


def _many_languages(ask: Ask) -> Finding:
    sentence_languages = [language_of(sentence) for sentence in _sentences(_prose(ask.message))]
    languages = sorted(set(sentence_languages) - {""})
    if len(languages) >= MIN_LANGUAGES:
        return KEPT
    # Each sentence whose language is unknown may hold one more.
    if len(languages) + sentence_languages.count("") >= MIN_LANGUAGES:
        return UNJUDGED
    return Finding(False, f"languages {', '.join(languages)}" if languages else "no language told apart")


def _capital(ask: Ask) -> Finding:
    text = _prose(ask.text)
    finding = _in_capitals(text)
    language = language_of(mask(text))
    if finding.is_kept and language not in ("", "en"):
        return Finding(False, f"language {language}")
    return finding


def _in_capitals(text: str) -> Finding:
    letters = [letter for letter in _prose(text) if letter.isalpha()]
    if not letters:
        return UNJUDGED
    small = sum(letter.islower() and letter.upper() != letter for letter in letters)
    return Finding(False, counted(small, "small letter")) if small else KEPT


def _without_commas(text: str) -> Finding:
    commas = len(_COMMA.findall(_prose(text)))
    return Finding(False, counted(commas, "comma")) if commas else KEPT


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key stands twice")
    return made


def _as_json(text: str) -> Finding:
    """Check that a text is one JSON object or array, with nothing around it but a fence."""
    fenced = _FENCE.match(text)
    try:
        value = json.loads(fenced[1] if fenced else text, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        return Finding(False, "no valid JSON")
    return KEPT if isinstance(value, dict | list) else Finding(False, "a bare JSON value")


def _snippet(ask: Ask) -> Finding:
    fenced = sum(
        sum(1 for line in block.splitlines()[1:] if line.strip() and not line.strip().startswith("```"))
        for block in re.findall(r"```[\s\S]*?(?:```|$)", ask.message)
    )
    lines = fenced + len(_QUOTED_LINE.findall(_CODE.sub("", ask.message)))
    if lines < 3:
        return Finding(False, f"{counted(lines, 'line')} of code or text")
    return KEPT if _PLACE.search(ask.message) else Finding(False, "no file or address")


def _count_sentences(text: str, wanted: int) -> Finding:
    count = len(_sentences(_prose(text)))
    return KEPT if count == wanted else Finding(False, counted(count, "sentence"))


_ASK_CHECKS: Mapping[PreferenceName, Callable[[Ask], Finding]] = {
    "concise_question": _concise,
    "detail_question": _detailed,
    "do_selection": _selection,
    "one_question": _single,
    "first_try": _tried,
    "lang_ita": _italian,
    "lang_multi": _many_languages,
    "capital": _capital,
    "commas": lambda ask: _without_commas(ask.text),
    "json": lambda ask: _as_json(ask.message),
    "snippet": _snippet,
    "length": lambda ask: _count_sentences(ask.message, 3),
}
_NEEDS_NO_TEXT = frozenset({"one_question", "first_try", "do_selection"})


def check_ask(name: PreferenceName, ask: Ask) -> Finding:
    """Return whether an ask keeps a preference; without its text, as far as counts show that. Never raises."""
    if len(ask.message) > MAX_CHECKED_CHARS or len(ask.text) > MAX_CHECKED_CHARS:
        return UNJUDGED
    if not ask.text:
        finding = _ASK_CHECKS[name](ask) if name in _NEEDS_NO_TEXT else UNJUDGED
        is_certain = finding.is_kept is False if name != "do_selection" else finding.is_kept is True
        return finding if is_certain else UNJUDGED
    return _ASK_CHECKS[name](ask)


def check_answer(preference: Preference, text: str) -> Finding:
    """Return whether a whole answer keeps a preference. Never raises."""
    if not text.strip() or len(text) > MAX_CHECKED_CHARS:
        return UNJUDGED
    if preference.name == "require_json":
        return _as_json(text)
    if preference.name == "no_commas":
        return _without_commas(text)
    if preference.name == "all_caps":
        return _in_capitals(text)
    return _count_sentences(text, preference.number)
