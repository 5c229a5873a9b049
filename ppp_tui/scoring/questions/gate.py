"""Whether and where a text may ask anything: a cheap look before any text is parsed, as most texts ask nothing."""

from __future__ import annotations

from ppp_tui.scoring.questions import request_words
from ppp_tui.scoring.questions import vocabulary as words
from ppp_tui.scoring.questions.decisions import first_decision

_WIDE_TRIGGERS = (
    "？",
    "؟",
    "ください",
    "下さい",
    "ですか",
    "ますか",
    "ませんか",
    "しょうか",
    "请",
    "請",
    "告诉我",
    "告訴我",
    "주세요",
    "주십시오",
)
_PHRASES_ABROAD = ("-moi", "veuillez ", "merci de ", "bitte ", "sag mir ", "gib mir ", "dime ", "por favor")
"""Looked for where no English article stands."""
_PHRASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("let me know", ()),
    ("tell me", ()),
    ("please ", ()),
    ("reply ", ()),
    ("pick ", ()),
    ("choose", ()),
    ("decide between", ()),
    ("confirm ", ()),
    ("approve ", ()),
    ("want me", ()),
    ("give me ", ()),
    ("answer ", (" and i",)),
    (", please", ()),
    ("to decide", ()),
    (
        " and i",
        (
            "attach ",
            "send ",
            "paste ",
            "share ",
            "upload ",
            "post ",
            "provide ",
            "drop ",
            "grant ",
            "download ",
            "fill in ",
            "point me",
        ),
    ),
    ("type ", ('type "', "type `", "type *", "type “")),
    ("enter ", ('enter "', "enter `", "enter *", "enter “")),
    ("respond with ", ()),
    ("shall ", ()),
    (
        "say ",
        (
            "the word",
            "say go",
            "say yes",
            "say ok",
            "say which",
            "say what",
            "say whether",
            "say proceed",
            "say commit",
            "say *",
            "say `",
            "say “",
            'say "',
            " and i",
        ),
    ),
    ("should ", ("should i", "should we")),
    ("need ", ("need you", "need a ", "need an ", "need the ", "need your", "need to know")),
    (
        "you",
        (
            "from you",
            "can you",
            "could you",
            "would you",
            "you like",
            "you want",
            "you prefer",
            "you rather",
            "until you",
            "as soon as you",
            "once you",
            "your approval",
            "your go",
            "your word",
            "your signal",
            "your mark",
            "when you",
            "whenever you",
            "up to you",
            "your ok",
            "your confirmation",
            "your decision",
            "your answer",
            "your reply",
            "your response",
            "your call",
            "your input",
            "your choice",
            "your feedback",
        ),
    ),
)
"""Phrases of requests; where others stand beside one, it only says whether it is worth while to look for them."""

_ALL_PHRASES = (*_PHRASES, ("", _PHRASES_ABROAD))


_BEFORE_PHRASE = 80
_AFTER_PHRASE = 240
"""Characters beside a phrase in which the rest of its request stands."""


def may_ask(text: str) -> bool:
    """Return whether a text has a mark or phrase that every question needs: fast, and false for most texts."""
    return "?" in text or _first_phrase(text, len(text)) >= 0


def first_trigger(text: str) -> int:
    """Return the earliest index of a possible mark, request or announced decision; -1 if nothing is asked."""
    place = text.find("?")
    if place >= 0:
        mark = words.MARK.search(text, place)
        place = mark.start() if mark else len(text) - 1
    for other in (_first_phrase(text, place if place >= 0 else len(text)), first_decision(text)):
        if 0 <= other < place or place < 0:
            place = other
    return place


def _first_phrase(text: str, end: int) -> int:
    """Return the index of the first request phrase or unusual mark before `end`; -1 if there is none."""
    # Loops, because a generator costs more than the search that it is for.
    first = -1
    if not text.isascii():
        for phrase in _WIDE_TRIGGERS:
            place = text.find(phrase, 0, end)
            if place >= 0:
                first = end = place
    before = text if end == len(text) else text[:end]
    lowered = before.lower()
    for phrase, longer in _PHRASES if " the " in lowered else _ALL_PHRASES:
        if phrase in lowered:
            for each in longer or (phrase,):
                if each in lowered:
                    place = 0 if len(lowered) != len(before) else _first_request(text, lowered, each)
                    if place >= 0 and (place < first or first < 0):
                        first = place
    return first


def _first_request(text: str, lowered: str, phrase: str) -> int:
    """Return the index of the first line that holds a phrase and may be a request, -1 if there is none."""
    place = lowered.find(phrase)
    while place >= 0:
        line, line_end = text.rfind("\n", 0, place) + 1, text.find("\n", place)
        line_end = line_end if line_end >= 0 else len(text)
        begin, end = max(line, place - _BEFORE_PHRASE), min(line_end, place + _AFTER_PHRASE)
        if request_words.MARKLESS.search(text, begin, end) or (
            request_words.may_request_abroad(text[begin:end]) and request_words.REQUEST_ABROAD.search(text, begin, end)
        ):
            return line
        place = lowered.find(phrase, place + len(phrase))
    return -1
