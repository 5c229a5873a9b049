"""Finished Markdown as lines.

Markdown says how a text is meant, not what the screen does: there is no HTML, no picture and nothing to click. A link
shows its address, so that a link never hides where it leads. `DetailText` shows the lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.cells import cell_len

from ppp_tui.text.cells import pad
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan, text_lines
from ppp_tui.tui.widgets.tones import Tone

PARSED_CHARACTERS = 60_000
"""Length above which a text is shown unparsed, since parsing would block the screen."""

PARSED_BRACKETS = 3000
"""Number of opening brackets above which a text is shown unparsed: parsing time grows with their square."""

DEEPEST = 40
"""Maximum nesting of blocks; deeper text, which the parser would drop, is shown unparsed."""

TABLE_CELLS = 40
"""Maximum width of a table's column."""

RULE = "─" * 24

_BULLET = "• "


def markdown_lines(text: str) -> list[TextLine]:
    """Return `text`, which may be hostile, as lines with tones."""
    if len(text) > PARSED_CHARACTERS or text.count("[") > PARSED_BRACKETS:
        return text_lines(text)
    tokens = _parser().parse(plain(text, keep_newlines=True))
    if any(token.level >= DEEPEST - 1 for token in tokens):
        return text_lines(text)
    document = _Document()
    for token in tokens:
        document.add_token(token)
    return document.finished()


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST}).enable(["table", "strikethrough"])


class _Document:
    """The lines made so far, and the blocks that are open."""

    def __init__(self) -> None:
        self._lines: list[TextLine] = []
        self._prefixes: list[str] = []
        """Prefixes of every line within the open blocks: quotation marks and indents of list items."""
        self._numbers: list[int | None] = []
        """Next number of each open list; None for bullets."""
        self._first: str | None = None
        """Replaces the innermost prefix of the next line: a bullet or a number."""
        self._tone: Tone = "text"
        self._table: list[list[str]] = []

    def add_token(self, token: Token) -> None:
        """Process a token."""
        kind = token.type
        if kind in ("bullet_list_open", "ordered_list_open"):
            self._numbers.append(int(token.attrGet("start") or 1) if kind == "ordered_list_open" else None)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self._numbers.pop()
            self._end_block()
        elif kind == "list_item_open":
            self._open_item()
        elif kind == "blockquote_open":
            self._prefixes.append("│ ")
        elif kind in ("list_item_close", "blockquote_close"):
            self._close()
        elif kind == "heading_open":
            self._tone = "strong"
        elif kind in ("heading_close", "paragraph_close"):
            self._tone = "text"
            if not token.hidden:
                self._end_block()
        elif kind in ("fence", "code_block"):
            self._add_code(token)
        elif kind == "hr":
            self._add(RULE, "dim")
            self._end_block()
        elif kind == "inline":
            self._add_inline(token.children or [])
        else:
            self._add_table_token(kind)

    def finished(self) -> list[TextLine]:
        """Return the lines, without empty ones at the end."""
        while self._lines and not self._lines[-1].text:
            self._lines.pop()
        return self._lines

    def _open_item(self) -> None:
        number = self._numbers[-1]
        mark = _BULLET if number is None else f"{number}. "
        if number is not None:
            self._numbers[-1] = number + 1
        self._first = mark
        self._prefixes.append(" " * len(mark))

    def _close(self) -> None:
        if self._first is not None and self._prefixes and not self._prefixes[-1].strip():
            self._add("")
        self._prefixes.pop()
        if not self._numbers:
            self._end_block()

    def _add(
        self, text: str, tone: Tone = "text", spans: Sequence[TextSpan] = (), *, is_preformatted: bool = False
    ) -> None:
        lead = "".join(self._prefixes)
        own = lead
        if self._first is not None:
            own = lead[: len(lead) - len(self._first)] + self._first
            self._first = None
        moved = tuple(TextSpan(span.start + len(own), span.end + len(own), span.tone) for span in spans)
        marks = (TextSpan(0, len(own), "dim"),) if own.strip() else ()
        self._lines.append(TextLine(own + text, tone, marks + moved, len(lead), is_preformatted))

    def _end_block(self) -> None:
        if self._lines and self._lines[-1].text:
            self._lines.append(TextLine(""))

    def _add_code(self, token: Token) -> None:
        for line in token.content.removesuffix("\n").split("\n"):
            self._add("  " + line, "code", is_preformatted=True)
        self._end_block()

    def _add_inline(self, children: Sequence[Token]) -> None:
        for text, spans in _inline_lines(children):
            if self._table:
                self._table[-1].append(text)
            else:
                self._add(text, self._tone, spans)

    def _add_table_token(self, kind: str) -> None:
        if kind == "tr_open":
            self._table.append([])
        elif kind == "table_close":
            rows, self._table = self._table, []
            self._add_table(rows)

    def _add_table(self, rows: list[list[str]]) -> None:
        columns = max((len(row) for row in rows), default=0)
        widths = [
            min(TABLE_CELLS, max((cell_len(row[place]) for row in rows if place < len(row)), default=0))
            for place in range(columns)
        ]
        for number, row in enumerate(rows):
            cells = (pad(row[place] if place < len(row) else "", widths[place]) for place in range(columns))
            self._add(" │ ".join(cells).rstrip(), "strong" if number == 0 else "text", is_preformatted=True)
            if number == 0:
                self._add("─┼─".join("─" * width for width in widths), "dim", is_preformatted=True)
        self._end_block()


_OPENED: dict[str, Tone] = {"strong_open": "strong", "em_open": "emphasis", "s_open": "dim"}
_CLOSED = frozenset({"strong_close", "em_close", "s_close"})


def _inline_lines(children: Sequence[Token]) -> list[tuple[str, list[TextSpan]]]:
    """Return inline tokens as text with spans, one entry per line; only hard breaks begin a line."""
    lines: list[tuple[str, list[TextSpan]]] = []
    text, spans = "", list[TextSpan]()
    tones: list[Tone] = []
    addresses: list[str] = []
    for token in children:
        piece, tone = _piece(token, addresses)
        if token.type == "hardbreak":
            lines.append((text, spans))
            text, spans = "", []
        elif token.type in _OPENED:
            tones.append(_OPENED[token.type])
        elif token.type in _CLOSED and tones:
            tones.pop()
        if piece:
            shown = tone or (tones[-1] if tones else None)
            if shown:
                spans.append(TextSpan(len(text), len(text) + len(piece), shown))
            text += piece
    lines.append((text, spans))
    return lines


def _piece(token: Token, addresses: list[str]) -> tuple[str, Tone | None]:
    """Return the text and tone that a token adds; `addresses` holds those of open links."""
    match token.type:
        case "code_inline":
            return token.content, "code"
        case "softbreak":
            return " ", None
        case "link_open":
            # An autolink is its own address.
            addresses.append("" if token.info == "auto" else str(token.attrGet("href") or ""))
            return "", None
        case "link_close":
            address = addresses.pop() if addresses else ""
            return (f" ({plain(address)})" if address else ""), "link"
        case "image":
            return f"[{token.content}] ({plain(str(token.attrGet('src') or ''))})", "link"
        case _:
            return token.content, None
