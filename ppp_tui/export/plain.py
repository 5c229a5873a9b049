"""Text of agents and people, made fit for a document: what a reader would not see, or what acts, is shown as a symbol.

Line ends and tabs stay. Control characters become their control pictures (``␛``), what is invisible or turns the
direction of text becomes its number (``⟨U+202E⟩``). Joiners inside an emoji stay, and so do the letters of all scripts.
"""

from __future__ import annotations

import re
import unicodedata

_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_JOINER = "\u200d"
_SPACES = re.compile("[ \n\t]+")


def shown(text: str) -> str:
    """The text with every acting or invisible character as a symbol."""
    if text.isascii() and text.isprintable():
        return text
    return _ACTING.sub(_symbol, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """The same in one line, with single spaces."""
    return _SPACES.sub(" ", shown(text)).strip(" ")


def fenced(text: str) -> str:
    """Markdown: the text in a fence that it cannot close."""
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{shown(text)}\n{fence}\n"


def inline(text: str) -> str:
    """Markdown: the text as code within a line, so that nothing of it is markup; '' stays empty."""
    line = one_line(text)
    if not line:
        return ""
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    ticks = "`" * (longest + 1)
    return f"{ticks} {line} {ticks}" if longest else f"`{line}`"


def _symbol(match: re.Match[str]) -> str:
    character = match[0]
    if character == _JOINER and _joins_pictures(match):
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"


def _joins_pictures(match: re.Match[str]) -> bool:
    """Whether a joiner stands between two pictures, as in a family of several people."""
    before, after = match.string[: match.start()][-2:].rstrip("\ufe0f"), match.string[match.end() : match.end() + 1]
    return all(part and unicodedata.category(part[-1]) in ("So", "Sk") for part in (before, after))
