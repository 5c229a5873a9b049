"""Diffs and JSON as lines; tones only repeat what signs and indentation show."""

from __future__ import annotations

import json
import re

from ppp_tui.text.sanitize import plain
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan, text_lines
from ppp_tui.tui.widgets.tones import Tone

PRETTY_CHARACTERS = 2_000_000
"""Length above which JSON is shown unchanged."""

_HEADS = ("diff ", "index ", "--- ", "+++ ", "*** ", "new file", "deleted file", "rename ", "similarity ")
_KEY = re.compile(r'^\s*("(?:[^"\\]|\\.)*")\s*:')


def diff_tone(line: str) -> Tone:
    """Return the tone of a line of a unified diff, by its first characters."""
    if line.startswith(_HEADS):
        return "heading"
    if line.startswith("@@"):
        return "hunk"
    if line.startswith("+"):
        return "added"
    if line.startswith("-"):
        return "removed"
    return "text"


def diff_lines(text: str) -> list[TextLine]:
    """Return the lines of a unified diff, each in the tone of its kind; continuation rows are indented."""
    return [
        TextLine(line, diff_tone(line), indent=1, is_preformatted=True)
        for line in plain(text, keep_newlines=True).split("\n")
    ]


def _signed(text: str, sign: str, tone: Tone) -> list[TextLine]:
    lines = plain(text, keep_newlines=True).removesuffix("\n").split("\n") if text else []
    return [TextLine(sign + line, tone, indent=len(sign), is_preformatted=True) for line in lines]


def json_lines(text: str) -> list[TextLine]:
    """Return indented JSON as lines, keys in their own tone; other text unchanged."""
    try:
        pretty = json.dumps(json.loads(text), indent=2, ensure_ascii=False) if len(text) <= PRETTY_CHARACTERS else text
    except (ValueError, RecursionError):
        return text_lines(text, is_preformatted=True)
    lines: list[TextLine] = []
    for line in plain(pretty, keep_newlines=True).split("\n"):
        key = _KEY.match(line) if len(line) < 100_000 else None
        spans = (TextSpan(*key.span(1), "accent"),) if key else ()
        indent = len(line) - len(line.lstrip(" ")) + 2
        lines.append(TextLine(line, spans=spans, indent=min(indent, 40), is_preformatted=True))
    return lines
