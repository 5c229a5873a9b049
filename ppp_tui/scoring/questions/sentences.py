"""The sentences of a block, ended at their question marks, and what comes after each of them."""

from __future__ import annotations

from typing import NamedTuple

from ppp_tui.scoring.questions import vocabulary as words
from ppp_tui.scoring.questions.prose import Sentence


class After(NamedTuple):
    """What comes after a sentence in its block, remarks in brackets aside."""

    next_statement: str
    """The next sentence if it is not a question: perhaps the answer."""
    is_all_asked: bool
    """Nothing but questions."""
    is_all_announced: bool
    """Nothing but lines that announce a list."""
    goes_on: bool
    """The agent goes on by itself in one of the sentences."""
    is_going_on: bool
    """The agent goes on by itself in the sentence."""


def split_at_marks(sentences: list[Sentence]) -> list[Sentence]:
    """Return sentences that each end at their question mark, or where another one begins without a space."""
    split: list[Sentence] = []
    for sentence in sentences:
        begin = 0
        for match in words.SENTENCE_END.finditer(sentence.masked):
            split.append(_part(sentence, begin, match.end()))
            begin = match.end()
        if any(letter.isalnum() for letter in sentence.masked[begin:]):
            split.append(_part(sentence, begin, len(sentence.masked)))
    return split


def _part(sentence: Sentence, begin: int, end: int) -> Sentence:
    body = sentence.masked[begin:end].lstrip(" \t\r\n)]}\"'’”»」』_~")
    return Sentence(sentence.start + end - len(body), sentence.start + end, body)


def what_follows(sentences: list[Sentence]) -> list[After]:
    """Return what comes after each sentence."""
    after = After(next_statement="", is_all_asked=True, is_all_announced=True, goes_on=False, is_going_on=False)
    following: list[After] = []
    for sentence in reversed(sentences):
        is_going_on = words.INVESTIGATES.match(sentence.masked) is not None
        following.append(after._replace(is_going_on=is_going_on))
        if not sentence.masked.startswith(("(", "[")):
            is_marked = words.MARK.search(sentence.masked) is not None
            announces = sentence.masked.rstrip(" _~").endswith((":", "：")) and after.is_all_announced
            after = After(
                next_statement="" if is_marked else sentence.masked,
                is_all_asked=is_marked and after.is_all_asked,
                is_all_announced=announces,
                goes_on=after.goes_on or is_going_on,
                is_going_on=False,
            )
    following.reverse()
    return following
