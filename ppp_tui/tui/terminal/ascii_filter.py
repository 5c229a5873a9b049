"""Replaces drawn characters by ASCII, for terminals whose locale or font has nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SIGNS = {
    "…": "~",
    "–": "-",
    "—": "-",
    "−": "-",
    "≥": ">",
    "≤": "<",
    "·": ".",
    "•": "o",
    "★": "P",
    "▸": ">",
    "▹": "-",
    "✓": "v",
    "◆": "@",
    "◇": "+",
    "●": "*",
    "✕": "x",
    "○": "-",
    "↓": "v",
    "↑": "^",
    "←": "<",
    "→": ">",
    "↵": "<",
    "⏎": "$",
    "≈": "~",
    "×": "x",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "⌫": "<",
    "▶": ">",
    "▾": "v",
    "▴": "^",
    "❚": "|",
    "▼": "v",
    "▲": "^",
    "◀": "<",
    "⟨": "<",
    "⟩": ">",
    "\u00a0": " ",
}
_LEVELS = {"▁": "_", "▂": "_", "▃": "-", "▄": "=", "▅": "=", "▆": "+", "▇": "#", "█": "#", "▓": "#", "▒": "+", "░": "-"}


def can_show_unicode(environ: Mapping[str, str]) -> bool:
    """Return whether the locale names UTF-8, or names no encoding, as today's terminals then use UTF-8."""
    named = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    if not named:
        return True
    return "utf" in named.lower() if "." in named else named not in ("C", "POSIX")


class AsciiSigns(LineFilter):
    """Line filter that replaces every character by ASCII of the same width; unknown letters become ``?``."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002  as Textual calls it
        """Return `segments` in ASCII, as wide as before."""
        if all(text.isascii() for text, _, _ in segments):
            return segments
        return [Segment(ascii_text(text), style, control) for text, style, control in segments]


def ascii_text(text: str) -> str:
    """Return `text` in ASCII, as wide as before."""
    if text.isascii():
        return text
    return "".join(character if character < "\x80" else _sign(character) for character in text)


@lru_cache(maxsize=4096)
def _sign(character: str) -> str:
    code = ord(character)
    replacement = _SIGNS.get(character) or _LEVELS.get(character)
    if replacement:
        return replacement
    if 0x2500 <= code <= 0x257F:
        return _line(character)
    if 0x2580 <= code <= 0x259F:
        return "|" if character in "▌▍▎▏▐▕" else "#"
    if 0x2800 <= code <= 0x28FF:
        return " " if code == 0x2800 else "."
    if 0x2400 <= code <= 0x2426:
        return "?"
    return "?" * cell_len(character)


def _line(character: str) -> str:
    if character in "─━┄┅┈┉╌╍═╴╶╸╺╼╾":
        return "-"
    return "|" if character in "│┃┆┇┊┋╎╏║╵╷╹╻╽╿" else "+"
