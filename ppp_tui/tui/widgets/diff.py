"""Diffs and JSON as lines; tones only repeat what signs and indentation show."""

from __future__ import annotations

import json
import re

from ppp_tui.text.sanitize import plain
from ppp_tui.tui.widgets.text_lines import TextLine, TextSpan, text_lines
from ppp_tui.tui.widgets.tones import Tone

PRETTY_CHARACTERS = 2_000_000
"""Length above which JSON is shown unchanged."""

MAX_KEYED = 100_000
"""Length of a line above which its keys have no tone of their own."""

ONE_LINE = 72
"""Characters of a list or an object that stands on one line."""

_HEADS = ("diff ", "index ", "--- ", "+++ ", "*** ", "new file", "deleted file", "rename ", "similarity ")
_STRING = re.compile(r'("(?:[^"\\]|\\.)*")(:)?')
_INNERMOST = re.compile(rf"([\[{{])\n([^\[\]{{}}]{{1,{4 * ONE_LINE}}})\n *([\]}}])")
"""A list or an object over several lines that holds no other one."""


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
    """Return indented JSON as lines, keys in their own tone; other text unchanged.

    Short lists and objects that hold no others stand on one line.
    """
    try:
        pretty = json.dumps(json.loads(text), indent=2, ensure_ascii=False) if len(text) <= PRETTY_CHARACTERS else text
    except (ValueError, RecursionError):
        return text_lines(text, is_preformatted=True)
    lines: list[TextLine] = []
    for line in _INNERMOST.sub(_on_one_line, plain(pretty, keep_newlines=True)).split("\n"):
        keys = [match.span(1) for match in _STRING.finditer(line) if match[2]] if len(line) < MAX_KEYED else []
        spans = tuple(TextSpan(start, end, "accent") for start, end in keys)
        indent = len(line) - len(line.lstrip(" ")) + 2
        lines.append(TextLine(line, spans=spans, indent=min(indent, 40), is_preformatted=True))
    return lines


def _on_one_line(part: re.Match[str]) -> str:
    # Line breaks inside of strings are escaped, so that these lines are those of the indentation.
    inner = " ".join(line.strip() for line in part[2].split("\n")).strip()
    return f"{part[1]}{inner}{part[3]}" if len(inner) <= ONE_LINE - 2 else part[0]
