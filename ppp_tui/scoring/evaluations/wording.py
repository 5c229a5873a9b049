"""What users and agents say that tells how a session goes, in English. Pure."""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern

PROMPT_CHARS = 300
"""Characters of a prompt in which a judgement is looked for: it stands at the beginning."""


def _any_of(alternatives: tuple[str, ...]) -> re.Pattern[str]:
    return lazy_pattern(rf"\b(?:{'|'.join(alternatives)})", re.IGNORECASE)


_COMPLAINT = _any_of(
    (
        r"(?:does|did|is|are|was|do)(?:n['’]?t| not) (?:work|fix|help|what|right|correct|change)",
        r"(?:that|this|it)(?:['’]s| is) (?:wrong|incorrect|not (?:it|right|what|true|fully))",
        r"still (?:fail|broken|wrong|the same|not|get|see|looks?|differs?)",
        r"(?:fails?|crash(?:es|ed)?|exploded) (?:now|again)",
        r"you (?:broke|forgot|missed|messed|ignored|marked|f[u*]cked|were wrong|are wrong|didn['’]?t)",
        r"why did you",
        r"undo (?:that|this|it|your)",
        r"revert (?:that|the|this|your|it)",
        r"i undid",
        r"try again",
        r"not what i",
        r"wtf|omfg|w\.t\.f|f[u*]ck|are you stupid",
        r"should never happen",
        r"got a crash",
    )
)
_APPROVAL = _any_of(
    (
        r"thanks?\b",
        r"(?:perfect|great|nice|awesome|excellent|lgtm)\b",
        r"looks good",
        r"works (?:now|great|fine|well)",
        r"all good",
        r"well done",
        r"that['’]s it\b",
    )
)
_REMINDER = _any_of(
    (
        r"i (?:already )?(?:said|told you)",
        r"i (?:mean|meant)\b(?! to)",
        r"(?:as|like) i said",
        r"you forgot",
        r"again,",
        r"how many times",
        r"i just (?:said|told)",
        r"remember (?:that|to|what)",
        r"no,? i (?:want|said)",
    )
)
_ADMISSION = _any_of(
    (
        r"good catch",
        r"my (?:mistake|bad|error)",
        r"i was (?:wrong|mistaken|editing|looking at the wrong|framing it wrong)",
        r"i made (?:a|an) (?:mistake|error)",
        r"i apologi[sz]e",
        r"let me correct",
        r"i misread|i misunderstood",
        r"oops",
        r"i['’]m an idiot",
        r"sorry for the",
        r"it['’]s mine\b",
        r"accept that correction",
        r"arithmetic was wrong",
    )
)
_ADMISSION_PARTS = (
    "good catch",
    "my mistake",
    "my bad",
    "my error",
    "i was ",
    "i made a",
    "i apolog",
    "let me correct",
    "i mis",
    "oops",
    "m an idiot",
    "sorry for the",
    "s mine",
    "accept that correction",
    "arithmetic was wrong",
)
"""Every admission has one of these: answers are long, and looking for words takes less than looking for a pattern."""

_REMOVAL_WISH = _any_of(
    (r"remove|delete|drop|clean|undo|revert|discard|restore|rename|move", r"temporary|temp\b", r"rid of")
)


def find_complaint(prompt: str) -> str:
    """Return the words with which a user says that something is wrong; '' if there are none."""
    return _matched(_COMPLAINT, prompt[:PROMPT_CHARS])


def find_approval(prompt: str) -> str:
    """Return the words with which a user says that something is right; '' if there are none."""
    return _matched(_APPROVAL, prompt[:PROMPT_CHARS])


def find_reminder(prompt: str) -> str:
    """Return the words with which a user says something again; '' if there are none."""
    return _matched(_REMINDER, prompt[:PROMPT_CHARS])


def find_admission(response: str) -> str:
    """Return the words with which an agent takes back what it said or did; '' if there are none."""
    folded = response.casefold()
    return _matched(_ADMISSION, response) if any(part in folded for part in _ADMISSION_PARTS) else ""


def asks_to_remove(prompt: str) -> bool:
    """Whether a user wants something taken away."""
    return _REMOVAL_WISH.search(prompt) is not None


def _matched(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return "" if match is None else match[0]
