"""What of a Markdown text an agent says in its own words, sentence by sentence.

Code, HTML, quotations and tables are left out; inline code, addresses, quoted strings, placeholders of SQL, comments
and lines of logs are blanked in place. Nothing is moved: every offset is an offset into the text as it came.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from ppp_tui.model.patterns import lazy_pattern

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

BLANK = "x"
"""Stands, as often as needed, for what is not the agent's own words."""

MAX_PROSE_CHARS = 64_000
"""Of a longer text only the end is read, where agents ask."""


_LINE_END = lazy_pattern(r"\r\n|\n|\r")
"""What the parser takes for the end of a line, and so must we."""

_UNCLOSED_FENCES = 4
"""How often reading continues after a code fence that was never closed."""


class ProseBlock(NamedTuple):
    """A paragraph, a list item's paragraph, or a heading."""

    start: int
    end: int
    depth: int
    """Number of lists around it."""
    is_numbered: bool
    """Its innermost list is numbered."""
    heading: str
    """The heading above it, lower case, '' if none; a heading's own text."""
    section: str = ""
    """The heading that `heading` stands under, lower case, '' if none."""
    level: int = 0
    """1 to 6 for a heading, 0 for anything else."""


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
    return MarkdownIt("commonmark").enable("table").disable(["inline", "lheading", "reference", "text_join"])


def blocks_of(text: str, wanted: int = 0) -> list[ProseBlock]:
    """Return the prose of a text, in order; what lies well before the offset `wanted` may be left out."""
    blocks: list[ProseBlock] = []
    headings: _Headings = ()
    begin: int | None = max(0, len(text) - MAX_PROSE_CHARS)
    if not begin and wanted:
        begin, headings = _safe_start(text, wanted)
    for _ in range(_UNCLOSED_FENCES):
        if begin is None:
            break
        begin, headings = _collect(text, begin, headings, blocks)
    return blocks


_Headings = tuple[tuple[int, str], ...]
"""The headings that a place stands under, outermost first: level and text in lower case."""


def _under(headings: _Headings, level: int, title: str) -> _Headings:
    """Return the headings that stand above what follows a heading."""
    return (*(above for above in headings if above[0] < level), (level, title.strip().lower()))


_LANDMARK = lazy_pattern(
    r"""
    ^(?: [ \t>]*(?P<fence>`{3,}|~{3,})(?P<rest>.*) | (?P<level>\#{1,6})[ \t]+(?P<heading>.*)
      | (?<=\n\n)(?:[^\W\d_]|\*\*(?=\w)) )
    """,
    re.VERBOSE | re.MULTILINE,
)
_CLOSING_HASHES = lazy_pattern(r"(?:^|[ \t]+)#+[ \t]*$")
_LONG_HTML = lazy_pattern(r"<(?:pre|script|style|textarea|!|\?)", re.IGNORECASE)


def _safe_start(text: str, wanted: int) -> tuple[int, _Headings]:
    """Return the last place before `wanted` where reading may begin afresh, and the headings above it.

    That is a heading, or a paragraph at the margin, outside any code: parsing takes most of the time, and most
    questions stand at the end.
    """
    # A lone carriage return ends a line for Markdown, and for nothing else here.
    if _LONG_HTML.search(text, 0, wanted) or "\r" in text:
        return 0, ()
    start, fence = 0, ""
    above: _Headings = ()
    headings: _Headings = ()
    for match in _LANDMARK.finditer(text, 0, wanted):
        mark = match["fence"]
        if mark:
            if not fence:
                fence = mark
            elif mark.startswith(fence) and not match["rest"].strip():
                fence = ""
        elif not fence:
            start, above = match.start(), headings
            if match["heading"] is not None:
                headings = _under(headings, len(match["level"]), _CLOSING_HASHES.sub("", match["heading"]))
    return start, above


def _names(headings: _Headings) -> tuple[str, str]:
    """Return the innermost heading and the one that it stands under, '' if there is none."""
    return (headings[-1][1] if headings else ""), (headings[-2][1] if len(headings) > 1 else "")


_STRUCTURE = lazy_pattern(r"^[ ]{0,3}(?:[-+>#|~<:\t]|[ ]|\*(?!\*\w)|_(?!_\w)|`{3}|\d{1,9}[.)])|[\r\0]", re.MULTILINE)
"""A line that may be more than a line of a paragraph: without one, nothing need be parsed."""
_PARAGRAPH = lazy_pattern(r"(?:^(?![ \t]*$)[^\n]*(?:\n|\Z))+", re.MULTILINE)


def _collect(text: str, begin: int, headings: _Headings, blocks: list[ProseBlock]) -> tuple[int | None, _Headings]:
    """Append the blocks after `begin`. Return where to continue if a code fence was never closed.

    Agents nest fences, and the outer one's end then opens another that would hide all that follows.
    """
    tail = text[begin:] if begin else text
    if _STRUCTURE.search(tail) is None:
        heading, section = _names(headings)
        blocks += [
            ProseBlock(
                begin + match.start(), begin + match.end(), 0, is_numbered=False, heading=heading, section=section
            )
            for match in _PARAGRAPH.finditer(tail)
        ]
        return None, headings
    if "\r" in tail:
        lines = [begin, *(match.end() for match in _LINE_END.finditer(text, begin)), len(text)]
    else:
        lines = list(accumulate((len(line) + 1 for line in tail.split("\n")), initial=begin))
        lines[-1] = len(text)
    lists: list[bool] = []
    level, hidden = 0, 0
    for token in _parser().parse(tail):
        kind = token.type
        if kind in ("bullet_list_open", "ordered_list_open"):
            lists.append(kind == "ordered_list_open")
        elif kind in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif kind in ("blockquote_open", "table_open"):
            hidden += 1
        elif kind in ("blockquote_close", "table_close"):
            hidden -= 1
        elif kind == "heading_open" and not hidden:
            level = int(token.tag[1:])
        elif kind == "inline" and not hidden and token.map is not None:
            if level and not lists:
                headings = _under(headings, level, token.content)
            start, end = lines[token.map[0]], lines[min(token.map[1], len(lines) - 1)]
            heading, section = _names(headings)
            blocks.append(
                ProseBlock(
                    start=start,
                    end=end,
                    depth=len(lists),
                    is_numbered=bool(lists) and lists[-1],
                    heading=heading,
                    section=section,
                    level=level,
                )
            )
            level = 0
        elif kind == "fence" and token.map is not None and not hidden:
            last = text[lines[max(0, token.map[1] - 1)] : lines[min(token.map[1], len(lines) - 1)]].strip()
            if not text[lines[min(token.map[1], len(lines) - 1)] :].strip() and not last.startswith(token.markup):
                return lines[token.map[0] + 1], headings
    return None, headings


_CODE = lazy_pattern(r"(`+)(?!`)[\s\S]{1,2000}?(?<!`)\1(?!`)")
_ADDRESS = lazy_pattern(r"\b(?:https?|file|ftp)://[^\s<>\"'`\])}]+|\]\([^)\n]{0,500}\)|<[^<>\s][^<>\n]{0,300}>")
_QUOTED = lazy_pattern(r"(?<![\w\"])\"[^\"\n]{1,400}\"(?!\w)")
_QUOTED_WIDE = lazy_pattern(
    r"[“„][^“”„\n]{1,400}[“”]|«[^«»\n]{1,400}»|「[^「」\n]{1,400}」|『[^『』\n]{1,400}』|(?<!\w)‘[^‘’\n]{1,400}[?!]’"
)
_QUOTED_SINGLE = lazy_pattern(r"(?<!\w)'(?=\S)[^'\n]{1,400}[?!]'(?!\w)")
_PLACEHOLDER = lazy_pattern(
    r"""
    (?: [=<>(,+] | \b(?:AND|OR|LIKE|ILIKE|IN|IS|NOT|LIMIT|OFFSET|VALUES|BETWEEN|THEN|ELSE|SET|WHERE|BY) ) [ ]? \?
    (?=[\s,;)]|$)
    """,
    re.VERBOSE,
)
"""A parameter of an SQL statement that stands in a sentence."""
_TERNARY = lazy_pattern(r"(?<=[\w)\]] )\?(?= [^A-Z?.!\n][^?.!\n]{0,40} : )|\([^()\s]*\|[^()\s]*\)\?")
"""A choice between two values in code, or an optional group of a pattern."""
_BARE_MARK = lazy_pattern(r"[ =<>(,+)]\?")
"""A mark that does not follow a word, as none does in an English sentence."""
_MAY_LOG = lazy_pattern(r"\d\d:\d\d|[A-Z]{4}[:\] ]|[$%] ")
_LOG_LINE = lazy_pattern(
    r"""
    ^[ \t]*(?: \[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d | \[?\d\d:\d\d:\d\d\b | (?:TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR
      |FATAL)\b[:\] ]
      | [$%][ ]\w ) [^\n]*
    """,
    re.VERBOSE | re.MULTILINE,
)
_COMMENT = lazy_pattern(
    r"""
    ^[ \t]* (?: //[^\n]* | /\*[\s\S]{0,2000}?(?:\*/|\Z) ) | (?P<behind> (?<=[;{}]) [ \t]{1,80} (?: // | /\* ) [^\n]* )
    """,
    re.VERBOSE | re.MULTILINE,
)
"""A comment that is a line of its own, or may stand behind a statement on its line; ``#`` begins headings, too."""
_STATEMENT = lazy_pattern(r"[={(\[]|\breturn\b")
_MARKER = lazy_pattern(r"(?m)^[ \t]*(?:(?:[-*+•]|\d{1,9}[.)])[ \t]+)+(?:\[[ xX]\][ \t]+)?")
_EMPHASIS = lazy_pattern(r"\*+|__+|~~")
_LONE_SURROGATE = lazy_pattern("[\ud800-\udfff]")


def _blanked(match: re.Match[str]) -> str:
    return BLANK * len(match.group())


def _spaced(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _without_comment(match: re.Match[str]) -> str:
    """Return spaces in the lines of a comment; what stands behind words, and no statement, is as it was."""
    comment, start = match.group(), match.start()
    if match["behind"] and not _STATEMENT.search(match.string, match.string.rfind("\n", 0, start) + 1, start):
        return comment
    return "".join(sign if sign == "\n" else " " for sign in comment)


def mask(piece: str) -> str:
    """Return the piece with as many characters, but with nothing in it that is not prose."""
    if "`" in piece:
        piece = _CODE.sub(_blanked, piece)
    if "://" in piece or "](" in piece or "<" in piece:
        piece = _ADDRESS.sub(_blanked, piece)
    if "?" in piece and ("//" in piece or "/*" in piece):
        piece = _COMMENT.sub(_without_comment, piece)
    piece = _EMPHASIS.sub(_spaced, _MARKER.sub(_spaced, piece))
    if "?" in piece:
        piece = _without_code(piece)
    if '"' in piece:
        piece = _QUOTED.sub(_blanked, piece)
    if piece.isascii():
        return piece
    return _LONE_SURROGATE.sub(BLANK, _QUOTED_WIDE.sub(_blanked, piece))


def _without_code(piece: str) -> str:
    """Return the piece without the question marks of statements, patterns and logs that stand in a sentence."""
    if "?'" in piece:
        piece = _QUOTED_SINGLE.sub(_blanked, piece)
    if _MAY_LOG.search(piece):
        piece = _LOG_LINE.sub(_blanked, piece)
    if _BARE_MARK.search(piece):
        piece = _TERNARY.sub(_blanked, _PLACEHOLDER.sub(_blanked, piece))
    return piece


def sentences_of(text: str, block: ProseBlock) -> list[Sentence]:
    """Return the sentences of a block."""
    from sentencex import get_sentence_boundaries

    masked = mask(text[block.start : block.end])
    sentences: list[Sentence] = []
    for boundary in get_sentence_boundaries("en", masked):
        start, end = boundary["start_index"], boundary["end_index"]
        while end > start and masked[end - 1].isspace():
            end -= 1
        while start < end and masked[start].isspace():
            start += 1
        if start < end:
            sentences.append(Sentence(block.start + start, block.start + end, masked[start:end]))
    return sentences
