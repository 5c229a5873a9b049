"""The table of characters that are shown as symbols instead of being obeyed.

Text from agents, files and databases may carry control, escape, bidirectional, zero-width and tag characters. A
terminal obeys or hides them, so that a reader would not see what is there. Here each of them has a
visible name. Nothing is deleted. Joiners and variation selectors stay inside emoji; letters of every script pass.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ppp_tui.model.patterns import lazy_pattern

_NAMES = {
    0x85: "NEL",
    0xAD: "SHY",
    0x034F: "CGJ",
    0x061C: "ALM",
    0x115F: "FILL",
    0x1160: "FILL",
    0x17B4: "KIV",
    0x17B5: "KIV",
    0x180E: "MVS",
    0x200B: "ZWSP",
    0x200C: "ZWNJ",
    0x200D: "ZWJ",
    0x200E: "LRM",
    0x200F: "RLM",
    0x2028: "LS",
    0x2029: "PS",
    0x202A: "LRE",
    0x202B: "RLE",
    0x202C: "PDF",
    0x202D: "LRO",
    0x202E: "RLO",
    0x2060: "WJ",
    0x2066: "LRI",
    0x2067: "RLI",
    0x2068: "FSI",
    0x2069: "PDI",
    0x3164: "FILL",
    0xFEFF: "BOM",
    0xFFA0: "FILL",
}
"""Names as the Unicode standard abbreviates them; the rest is shown by its number."""

CONTROL = r"\x00-\x1f\x7f-\x9f"
INVISIBLE = (
    r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
)
SURROGATE = r"\ud800-\udfff"
"""Bodies of character classes: what terminals obey, what is invisible, and halves of characters."""

_MARK = r"\u0300-\u034e\u0350-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_PICTURE = (
    r"[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf"
    r"\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f3fa\U0001f400-\U0001faff]"
    r"[\U0001f3fb-\U0001f3ff]?[\ufe0e\ufe0f]?"
)
_EMOJI = rf"[0-9#*]\ufe0f\u20e3|{_PICTURE}(?:\u200d{_PICTURE})*"

MARKS_IN_A_ROW = 4
"""Combining marks that one letter may carry; more of them paint over other lines."""

NEWLINE = "⏎"
"""Stands for a line break where there is room for one line only."""

TAB_CELLS = 4
"""Width of a tab stop where text keeps its lines."""

_SUSPECT_CLASS = f"[{CONTROL}{INVISIBLE}{SURROGATE}{_MARK}]"
_SUSPECT_CLASS_IN_LINES = rf"[\x00-\x09\x0b-\x1f\x7f-\x9f{INVISIBLE}{SURROGATE}{_MARK}]"
_SUSPECT = lazy_pattern(_SUSPECT_CLASS)
_SUSPECT_IN_LINES = lazy_pattern(_SUSPECT_CLASS_IN_LINES)
_KEEP = rf"(?P<keep>{_EMOJI}|(?<![{_MARK}])[{_MARK}]{{1,{MARKS_IN_A_ROW}}})"
_SHOWN = lazy_pattern(f"{_KEEP}|{_SUSPECT_CLASS}")
_SHOWN_IN_LINES = lazy_pattern(f"{_KEEP}|{_SUSPECT_CLASS_IN_LINES}")


def plain(text: str, *, keep_newlines: bool = False) -> str:
    """Return `text` without anything that a terminal obeys or hides.

    Control, escape, bidirectional, zero-width and tag characters become symbols such as ``␛`` and ``⟨RLO⟩``. Without
    `keep_newlines` the result is one line: a line break is ``⏎`` and a tab one space; with it, tabs reach tab stops.
    """
    if (text.isascii() and text.isprintable()) or not is_suspect(text, keep_newlines=keep_newlines):
        return text
    if "\r\n" in text:
        text = text.replace("\r\n", "\n")
    if "\t" in text:
        text = text.expandtabs(TAB_CELLS) if keep_newlines else text.replace("\t", " ")
    if not keep_newlines and "\n" in text:
        text = text.replace("\n", NEWLINE)
    return show(text, keep_newlines=keep_newlines) if is_suspect(text, keep_newlines=keep_newlines) else text


def copyable(text: str) -> str:
    """Return `text` for the clipboard: tabs and line breaks stay, hostile characters become symbols.

    A terminal into which it is pasted thus receives no escape sequence.
    """
    return "\t".join(plain(part, keep_newlines=True) for part in text.split("\t"))


def is_suspect(text: str, *, keep_newlines: bool = False) -> bool:
    """Return whether `text` may hold anything that `show` replaces; False is certain, True is not."""
    if text.isascii():
        if text.isprintable():
            return False
        return not (keep_newlines and text.replace("\n", "").isprintable())
    return (_SUSPECT_IN_LINES if keep_newlines else _SUSPECT).search(text) is not None


def show(text: str, *, keep_newlines: bool = False) -> str:
    """Return `text` with hostile characters as symbols; line feeds stay if `keep_newlines`."""
    return (_SHOWN_IN_LINES if keep_newlines else _SHOWN).sub(_kept_or_shown, text)


def _kept_or_shown(match: re.Match[str]) -> str:
    return match[0] if match.lastgroup == "keep" else symbol(match[0])


@lru_cache(maxsize=1024)
def symbol(character: str) -> str:
    """Return the visible form of one hostile character: ``␛``, ``⟨RLO⟩``, ``⟨VS16⟩``, ``⟨TAG a⟩``, ``⟨U+009B⟩``."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if name := _NAMES.get(code):
        return f"⟨{name}⟩"
    if 0xFE00 <= code <= 0xFE0F:
        return f"⟨VS{code - 0xFE00 + 1}⟩"
    if 0xE0020 <= code <= 0xE007E:
        return f"⟨TAG {chr(code - 0xE0000)}⟩"
    return f"⟨U+{code:04X}⟩"
