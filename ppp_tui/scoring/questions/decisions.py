"""Decisions that are left to the user without being put as a sentence: a title, and the options listed below it.

Agents write "Decision 1: storage" over a list of options, or list what they need under "Decisions needed from you". A
title counts if it asks, or stands under a heading that asks, and if nothing below it says that the choice was made.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.scoring.questions.prose import ProseBlock, mask
from ppp_tui.scoring.questions.vocabulary import word_pattern

MAX_DECISION_CHARS = 1_000
"""Characters that a decision has at most, its options included."""

_MAX_TITLE_CHARS = 300
_MAX_OPTIONS = 12
_MAX_BLOCKS = 40
"""Blocks below a title that are looked at."""


_DECISION_LINE = lazy_pattern(
    r"\bi need to know\b|(?m:^\W*(?:[a-z]+ ){0,2}questions?\W*:\W*$)"
    r"|\b(?:decisions?|choices?)\b.{0,40}\b(?:need|for you|from you|require|pending|open|to make)"
    r"|\bquestions?\b.{0,20}\b(?:for you|need|i have)"
    r"|\b(?:open|pending|outstanding|remaining|unresolved) (?:\w+ )?(?:decision|question|choice)s?\b"
    r"|\bneed.{0,25} (?:decision|choice)s?\b|\byour (?:decision|choice)s?\b"
    r"|\bneeds? your input\b|\byour input\b.{0,20}:"
    r"|(?m:^[#*\-\d.) ]{0,12}(?:decision|question|choice)s?[ *]{0,3}(?:\#?\d|[:—(]))",
    re.IGNORECASE,
)
_MAX_LOOKS = 8


def first_decision(text: str) -> int:
    """Return the index of the first line that may announce decisions, -1 if there is none. Fast for most texts."""
    if "\n" not in text and "ecision" not in text:
        return -1
    first = -1
    for word in ("ecision", "uestion", "hoice", "your input", "need to know"):
        place = -1
        for _ in range(_MAX_LOOKS):
            place = text.find(word, place + 1)
            if place < 0 or 0 <= first <= place:
                break
            start = text.rfind("\n", 0, place) + 1
            end = text.find("\n", place)
            if _DECISION_LINE.search(text, start, end if end >= 0 else len(text)):
                first = start
                break
    return first


_ASKING_SECTION = word_pattern(
    r"""
    \b(?:decisions?|choices?|input|answers?|questions?)\b .{0,20}
      \b(?: need(?:ed|s)? | required | for\ you | from\ you | pending | to\ make | i\ need | we\ need ) \b
    | \bneed\b.{0,20}\b(?:decisions?|input|answers?|confirmation|clarification)\b
    | \bneed(?:s|ed)?\ your\b | \bneed\b.{0,40}\ from\ you\b | \byour\ (?:call|decision|input|choice)s?\b
    | \b(?:open|pending|outstanding|unresolved|remaining)\ (?:decision|question|choice)s?\b
    | \bfor\ you\ to\ (?:decide|choose|confirm|answer)\b | \bi\ need\ to\ know\b
    | ^\W*(?:(?:a|my|some|few|quick|two|three|four|first)\ ){0,2}questions?\W*:\W*$
    """
)
"""A heading, or a line that announces a list, under which every item is one decision."""

_ASKING_TITLE = word_pattern(
    r"""
    \b(?: decisions? | decide | choose | pick | select | which | open\ question | question | choice
      | your\ call )\b | \?
    """
)
_SETTLED_TITLE = word_pattern(
    r"""
    \b(?: decided | resolved | settled | answered | chosen | made | making | taken | recorded | none | final
      | summary )\b
    | \bdecisions?\ (?:log|history|record)s?\b | \bno\ open\b | \b(?:i|we)(?:['’]ve|['’]m
      |['’]re)\b(?!\ (?:blocked|waiting|unsure|stuck|missing|asking)) | ✅ | ~~
    """
)
_LABEL = word_pattern(
    r"""
    ^[\W_]{0,8} (?: (?:option|choice|alternative|approach|variant|path|plan)\ *\#?(?:[A-H]|[1-9])\b
        | \(?[A-H]\)?[*_]{0,3}\ ?[.):—–-][*_]{0,3}\s | \([A-H1-9]\) )
    """
)
"""An item that is labelled as one of several options."""

_ALTERNATIVES = word_pattern(
    r"\bor\b | \bvs\b | \bversus\b | \boptions?\b | \b(?:recommend|suggest|propos|default|lean)\w* | \bconfirm\b"
)
_RECOMMENDED = word_pattern(
    r"\b(?:recommended|recommendation|i\ recommend|i['’]d\ recommend|i\ lean|i['’]d\ lean|default)\b"
)

_MADE = word_pattern(
    r"""
    \b(?:i|we)(?:['’]ve|['’]ll|\ have|\ will)?\ (?: went | chose | picked | decided | selected | implemented | opted )\b
    | \b(?:i['’]m|i['’]ll|i\ am|i\ will|we['’]re|we['’]ll)\ (?:going\ with|going\ to|go\ with|use|using|implement\w*)\b
    | ^\W*(?: decision | decided | chosen | outcome | resolution | answer )\W*:
    | \b(?:was|is|been)\ (?:chosen|decided|selected|settled)\b
    """
)
_UNLESS = word_pattern(r"\b(?:unless|if\ you|until\ you|once\ you|let\ me\ know|otherwise)\b")


class Decision(NamedTuple):
    """A title with its options."""

    start: int
    end: int
    options: tuple[str, ...]
    after: int
    """Index of the first block that is not part of it."""


def is_asking_section(line: str) -> bool:
    """Return whether every item under a heading, or below a line that announces a list, is a decision for the user."""
    return _ASKING_SECTION.search(line) is not None and not _SETTLED_TITLE.search(line)


def find_decision(text: str, blocks: Sequence[ProseBlock], index: int, *, asked_under: str) -> Decision | None:
    """Return the decision whose title is the block at `index`, None if there is none.

    `asked_under` is the heading or line under which the block is one of the decisions for the user, '' if it is not.
    """
    is_asked = bool(asked_under)
    block = blocks[index]
    title = text[block.start : block.end]
    is_announcing = title.rstrip(" \t\r\n*_").endswith((":", "："))
    if not is_asked and not is_announcing and not _is_title(title, block) and "ecision" not in title:
        return None
    if len(title) > _MAX_TITLE_CHARS * (3 if is_asked else 1) or not (is_asked or _ASKING_TITLE.search(title)):
        return None
    if any(map(_SETTLED_TITLE.search, (mask(title), block.heading, block.section))):
        return None
    options, after = _options_below(text, blocks, index)
    if not options and not is_asked:
        return Decision(block.start, block.end, (), after) if _PUT_AT_ONCE.search(title) else None
    if not _is_open(text, blocks, after) or _is_asked_below(text, blocks, after):
        return None
    if not _leaves_choice(title, options, asked_under, is_title=_is_title(title, block)):
        return None
    end = block.end
    for part in blocks[index + 1 : after]:
        if part.end - block.start > MAX_DECISION_CHARS:
            break
        end = part.end
    offered = tuple(text[part.start : part.end].strip() for part in options)
    return Decision(block.start, end, offered, after)


def _is_title(title: str, block: ProseBlock) -> bool:
    stripped = title.strip(" \t\r\n-+>#0123456789.)")
    return bool(block.level) or (stripped.startswith(("**", "__")) and stripped.find(stripped[:2], 2) > 0)


def _leaves_choice(title: str, options: Sequence[ProseBlock], asked_under: str, *, is_title: bool) -> bool:
    if len(options) > 1:
        return bool(asked_under) or is_title or title.rstrip(" \t\r\n*_").endswith((":", "："))
    return bool(asked_under) and (is_title or bool(_ALTERNATIVES.search(title) or _NEEDED.search(asked_under)))


def _options_below(text: str, blocks: Sequence[ProseBlock], index: int) -> tuple[list[ProseBlock], int]:
    """Return the labelled options below a title, or its list if an item is recommended, and the index after them."""
    block = blocks[index]
    labelled: list[ProseBlock] = []
    listed: list[ProseBlock] = []
    after, recommends = index + 1, False
    for place in range(index + 1, min(len(blocks), index + _MAX_BLOCKS)):
        part = blocks[place]
        if part.level and (not block.level or part.level <= block.level) and not block.depth:
            break
        if part.depth < block.depth or (part.depth == block.depth and block.depth):
            break
        piece = text[part.start : part.end]
        if labels := sum(_LABEL.search(line) is not None for line in piece.splitlines()):
            labelled += [part] * labels
            after = place + 1
        elif part.level:
            break
        elif part.depth > block.depth:
            listed.append(part)
            recommends = recommends or bool(_RECOMMENDED.search(piece))
            after = place + 1
        elif labelled and _RECOMMENDED.search(piece):
            after = place + 1
        elif not block.level and not labelled and listed:
            break
    if len(labelled) > 1:
        return labelled[:_MAX_OPTIONS], after
    if (recommends and len(listed) > 1) or _is_wanted(text[block.start : block.end]):
        return listed[:_MAX_OPTIONS], after
    return [], index + 1


_WANTED = word_pattern(
    r"""
    \bdecisions?\ (?:is\ )?(?:needed|required|pending|for\ you)\b | \bneeds?\ your\ (?:decision|call)\b
    | ^\W*(?:choose|pick|select)\b | \b(?:pick|choose)\ one\b
    | \b(?: which\ (?:one|way|option|approach|route|path|direction) | should | shall | do\ (?:we|you)\ (?:want
      |prefer) | would\ you )\b
      [^?.!]* \? \W* $
    | ^[\W\d]* \*\* [\W\d]* which\b (?![^?]*\b(?:changed|failed|was|were|did)\b) [^?.!]* \? \W* $
    """
)
"""A title under which any list offers the answers."""

_PUT_AT_ONCE = word_pattern(r"\bdecisions?\ (?:needed|required)\b [^.?!]{0,60} [:—–] .* \bor\b")
"""The options stand in the title itself."""

_NEEDED = word_pattern(
    r"""
    \bneed(?:ed)?\b.{0,40}\ from\ you\b | \bfor\ you\ to\ (?:decide|choose|confirm|answer)\b | \bi\ need\ to\ know\b
    | ^\W*(?:(?:a|my|some|few|quick|two|three|four|first)\ ){0,2}questions?\W*:\W*$
    """
)
"""A heading under which every item is wanted from the user, whether or not options are named."""


def _is_wanted(title: str) -> bool:
    return bool(_WANTED.search(title))


_CHOOSING = word_pattern(
    r"\b(?:which|prefer\w*|option|choose|pick|want|like)\b [^?]* \?\W*$ | ^\W*[A-H]\W*(?:,|or)\ .*\?\W*$"
)


def _is_asked_below(text: str, blocks: Sequence[ProseBlock], after: int) -> bool:
    """Return whether the paragraph after the options asks for the choice in so many words."""
    if after >= len(blocks) or blocks[after].depth or blocks[after].level:
        return False
    return bool(_CHOOSING.search(text[blocks[after].start : blocks[after].end]))


def _is_open(text: str, blocks: Sequence[ProseBlock], after: int) -> bool:
    """Return whether nothing below the options says which of them was taken."""
    for block in blocks[after : after + 2]:
        if block.level:
            break
        piece = text[block.start : block.end]
        if _MADE.search(piece) and not _UNLESS.search(piece):
            return False
    return True
