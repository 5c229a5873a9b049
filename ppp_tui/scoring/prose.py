"""What of a Markdown text an agent says in its own words, sentence by sentence.

Code, HTML, quotations, headings and tables are left out; inline code, addresses and quoted strings are blanked in
place. Nothing is moved: every offset is an offset into the text as it came.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

BLANK = "x"
"""Stands, as often as needed, for what is not the agent's own words."""

LONGEST = 64_000
"""Of a longer text only the end is read: what an agent wants to know stands there."""


_LINE_END = re.compile(r"\r\n|\n|\r")
"""What the parser takes for the end of a line, and so must we."""

_UNCLOSED_FENCES = 4
"""How often a text is taken up again behind a fence that was never closed."""


class Block(NamedTuple):
    """A paragraph or a list item's paragraph."""

    start: int
    end: int
    depth: int
    """How many lists it lies in."""
    is_numbered: bool
    """Its innermost list is numbered."""
    heading: str
    """The heading above it, lower case, '' if none."""


class Sentence(NamedTuple):
    """A sentence of a block."""

    start: int
    """Offset of its first own character: markers of lists and emphasis are passed over."""
    end: int
    masked: str
    """As many characters as from `start` to `end`, with what is not the agent's own words blanked."""


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # A line of dashes under a question is a rule drawn after it more often than it is a heading's underline.
    return MarkdownIt("commonmark").enable("table").disable(["inline", "lheading", "reference"])


def blocks_of(text: str, wanted: int = 0) -> list[Block]:
    """The prose of a text, in order; what lies well before the offset `wanted` may be left out."""
    found: list[Block] = []
    heading = ""
    begin: int | None = max(0, len(text) - LONGEST)
    if not begin and wanted:
        begin, heading = _safe_start(text, wanted)
    for _ in range(_UNCLOSED_FENCES):
        if begin is None:
            break
        begin = _collect(text, begin, heading, found)
        heading = found[-1].heading if found else heading
    return found


_LANDMARK = re.compile(
    r"""
    ^(?: [ \t>]*(?P<fence>`{3,}|~{3,})(?P<rest>.*) | \#{1,6}[ \t]+(?P<heading>.*) | (?<=\n\n)(?:[^\W\d_]|\*\*(?=\w)) )
    """,
    re.VERBOSE | re.MULTILINE,
)
_LONG_HTML = re.compile(r"<(?:pre|script|style|textarea|!|\?)", re.IGNORECASE)


def _safe_start(text: str, wanted: int) -> tuple[int, str]:
    """The last place before `wanted` where reading may begin as if nothing came before, and the heading above it.

    That is a heading, or a paragraph at the margin, outside any code: parsing takes most of the time, and most
    questions stand at the end.
    """
    # A lone carriage return ends a line for Markdown, and for nothing else here.
    if _LONG_HTML.search(text, 0, wanted) or "\r" in text:
        return 0, ""
    start, above, heading, fence = 0, "", "", ""
    for match in _LANDMARK.finditer(text, 0, wanted):
        mark = match["fence"]
        if mark:
            if not fence:
                fence = mark
            elif mark.startswith(fence) and not match["rest"].strip():
                fence = ""
        elif not fence:
            start, above = match.start(), heading
            heading = heading if match["heading"] is None else match["heading"].strip().lower()
    return start, above


def _collect(text: str, begin: int, heading: str, found: list[Block]) -> int | None:
    """Append the blocks after `begin`. Returns where to go on if a code fence was opened and never closed.

    Agents nest fences, and the outer one's end then opens another that would hide all that follows.
    """
    lines = [begin, *(match.end() for match in _LINE_END.finditer(text, begin)), len(text)]
    lists: list[bool] = []
    is_heading, hidden = False, 0
    for token in _parser().parse(text[begin:] if begin else text):
        kind = token.type
        if kind in ("bullet_list_open", "ordered_list_open"):
            lists.append(kind == "ordered_list_open")
        elif kind in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif kind in ("blockquote_open", "table_open"):
            hidden += 1
        elif kind in ("blockquote_close", "table_close"):
            hidden -= 1
        elif kind == "heading_open":
            is_heading = True
        elif kind == "inline" and is_heading:
            heading, is_heading = token.content.lower(), False
        elif kind == "inline" and not hidden and token.map is not None:
            start, end = lines[token.map[0]], lines[min(token.map[1], len(lines) - 1)]
            found.append(Block(start, end, len(lists), bool(lists) and lists[-1], heading))
        elif kind == "fence" and token.map is not None and not hidden:
            last = text[lines[max(0, token.map[1] - 1)] : lines[min(token.map[1], len(lines) - 1)]].strip()
            if not text[lines[min(token.map[1], len(lines) - 1)] :].strip() and not last.startswith(token.markup):
                return lines[token.map[0] + 1]
    return None


_CODE = re.compile(r"(`+)(?!`)[\s\S]{1,2000}?(?<!`)\1(?!`)")
_ADDRESS = re.compile(r"\b(?:https?|file|ftp)://[^\s<>\"'`\])}]+|\]\([^)\n]{0,500}\)|<[^<>\s][^<>\n]{0,300}>")
_QUOTED = re.compile(r"(?<![\w\"])\"[^\"\n]{1,400}\"(?!\w)|“[^“”\n]{1,400}”|«[^«»\n]{1,400}»|「[^「」\n]{1,400}」")
_MARKER = re.compile(r"(?m)^[ \t]*(?:(?:[-*+•]|\d{1,9}[.)])[ \t]+)+(?:\[[ xX]\][ \t]+)?")
_EMPHASIS = re.compile(r"\*+|__+|~~")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def _blanked(match: re.Match[str]) -> str:
    return BLANK * len(match.group())


def _spaced(match: re.Match[str]) -> str:
    return " " * len(match.group())


def mask(piece: str) -> str:
    """The piece with as many characters, but with nothing in it that is not prose."""
    if "`" in piece:
        piece = _CODE.sub(_blanked, piece)
    if "://" in piece or "](" in piece or "<" in piece:
        piece = _ADDRESS.sub(_blanked, piece)
    piece = _EMPHASIS.sub(_spaced, _MARKER.sub(_spaced, piece))
    piece = _QUOTED.sub(_blanked, piece)
    return piece if piece.isascii() else _LONE_SURROGATE.sub(BLANK, piece)


def sentences_of(text: str, block: Block) -> list[Sentence]:
    """The sentences of a block."""
    from sentencex import get_sentence_boundaries  # type: ignore[import-untyped]

    masked = mask(text[block.start : block.end])
    found: list[Sentence] = []
    for boundary in get_sentence_boundaries("en", masked):
        start, end = boundary["start_index"], boundary["end_index"]
        while end > start and masked[end - 1].isspace():
            end -= 1
        while start < end and masked[start].isspace():
            start += 1
        if start < end:
            found.append(Sentence(block.start + start, block.start + end, masked[start:end]))
    return found
