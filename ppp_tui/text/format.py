"""How values look: hostile text made plain, text cut to cells, numbers with a fixed shape.

Everything here is pure. `plain` is the one door through which text from agents, files and databases comes to
the screen. What is not known is ``–``, a lower bound carries ``≥``, an estimate ``~``, and a minus sign is ``−``.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Literal

from rich.cells import cell_len, set_cell_size

from ppp_tui.model.clock import DAY_MS
from ppp_tui.text.sanitize import is_suspect, show

Align = Literal["left", "right"]
"""Side of its column on which a text stands."""

Certainty = Literal["exact", "lower bound", "estimate"]
"""How much a figure says: itself, at least itself, or about itself."""

UNKNOWN = "–"
"""A value that nobody knows; it is never shown as 0."""

ELLIPSIS = "…"
"""Ends a text that was cut."""

NEWLINE = "⏎"
"""Stands for a line break where there is room for one line only."""

TAB_CELLS = 4
"""Width of a tab stop where text keeps its lines."""

_PREFIX: dict[Certainty, str] = {"exact": "", "lower bound": "≥", "estimate": "~"}
_SECOND_MS = 1000
_MINUTE_MS = 60_000
_HOUR_MS = 3_600_000

_AGE_UNITS = (
    (_MINUTE_MS, _SECOND_MS, "s"),
    (_HOUR_MS, _MINUTE_MS, "m"),
    (DAY_MS, _HOUR_MS, "h"),
    (1000 * DAY_MS, DAY_MS, "d"),
)
"""Ages below a limit are told in a unit."""


def plain(text: str, *, keep_newlines: bool = False) -> str:
    """`text` with nothing left that a terminal obeys or hides.

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
    """`text` for the clipboard: tabs and line breaks as they are, everything hostile as symbols.

    A terminal into which it is pasted thus receives no escape sequence.
    """
    return "\t".join(plain(part, keep_newlines=True) for part in text.split("\t"))


def cut(text: str, width: int) -> str:
    """The beginning of `text` in at most `width` cells, ending in ``…`` if something is missing.

    A wide character is never halved, and no space stands before the ``…``.
    """
    if width <= 0:
        return ""
    if len(text) <= width and text.isascii():
        return text
    head = text[: 8 * width + 64]
    if cell_len(head) <= width:
        if len(head) == len(text) or cell_len(text) <= width:
            return text
        head = text
    if width == 1:
        return ELLIPSIS
    return set_cell_size(head, width - 1).rstrip(" ") + ELLIPSIS


def pad(text: str, width: int, align: Align = "left") -> str:
    """`text` in exactly `width` cells, cut or filled with spaces."""
    if len(text) > width or not text.isascii():
        text = cut(text, width)
        missing = max(0, width - cell_len(text))
    else:
        missing = width - len(text)
    return " " * missing + text if align == "right" else text + " " * missing


def count(number: int | None) -> str:
    """A whole number with its thousands apart: ``1,234``."""
    return UNKNOWN if number is None else f"{number:,}".replace("-", "−")


def tokens(number: float | None, certainty: Certainty = "exact") -> str:
    """A number of tokens in at most five characters: ``812``, ``33.1k``, ``410k``, ``1.2M``."""
    if number is None:
        return UNKNOWN
    return _PREFIX[certainty] + _scaled(number, 1000, ("", "k", "M", "B", "T"))


def size(n_bytes: int | None) -> str:
    """A number of bytes in powers of 1024: ``640 B``, ``1.2 GB``."""
    if n_bytes is None:
        return UNKNOWN
    return _scaled(n_bytes, 1024, (" B", " kB", " MB", " GB", " TB"))


def _scaled(number: float, step: int, units: tuple[str, ...]) -> str:
    sign, value = ("−", -float(number)) if number < 0 else ("", float(number))
    for unit in units[:-1]:
        text = f"{value:.0f}" if unit == units[0] or value >= 99.95 else f"{value:.1f}"
        if float(text) < step:
            return f"{sign}{text}{unit}"
        value /= step
    return f"{sign}{value:.1f}{units[-1]}" if value < 99.95 else f"{sign}{value:.0f}{units[-1]}"


def cost_micros(micros: int | None, certainty: Certainty = "exact") -> str:
    """Millionths of a dollar as dollars: ``$0.42``, ``≥$18.42``, ``$1,234``; ``<$0.01`` for less than a cent."""
    if micros is None:
        return UNKNOWN
    prefix = _PREFIX[certainty]
    sign, value = ("−", -micros) if micros < 0 else ("", micros)
    if 0 < value < 5_000:
        return f"{sign}<$0.01" if certainty == "exact" else f"{prefix}{sign}$0.00"
    dollars = value / 1_000_000
    return f"{prefix}{sign}${dollars:,.2f}" if dollars < 999.995 else f"{prefix}{sign}${dollars:,.0f}"


def percent(ratio: float | None, certainty: Certainty = "exact", *, decimals: int = 0) -> str:
    """A ratio as a percentage: 0.34 is ``34%``. Never rounded up to 100 nor down to 0 from something else."""
    if ratio is None:
        return UNKNOWN
    value = ratio * 100
    text = f"{value:.{decimals}f}"
    step = 10**-decimals
    if float(text) >= 100 > value:
        text = f"{100 - step:.{decimals}f}"
    elif float(text) == 0 and value > 0:
        return f"<{step:.{decimals}f}%"
    return f"{_PREFIX[certainty]}{text}%".replace("-", "−")


def signed(value: float | None, decimals: int = 2) -> str:
    """A score or a difference with its sign: ``+0.05``, ``−0.50``, ``0.00``."""
    if value is None:
        return UNKNOWN
    text = f"{value:+.{decimals}f}".replace("-", "−")
    return text[1:] if float(text[1:]) == 0 else text


def age(ms: int | None) -> str:
    """How long ago, in its largest unit: ``4s``, ``12m``, ``3h``, ``2d``, ``3y``. The future is ``0s``."""
    if ms is None:
        return UNKNOWN
    past = max(0, ms)
    for limit, unit_ms, unit in _AGE_UNITS:
        if past < limit:
            return f"{past // unit_ms}{unit}"
    return f"{past // (365 * DAY_MS)}y"


def age_holds_ms(ms: int) -> int:
    """Milliseconds until `age` reads differently."""
    if ms < 0:
        return _SECOND_MS - ms
    unit_ms = next((unit_ms for limit, unit_ms, _ in _AGE_UNITS if ms < limit), 365 * DAY_MS)
    return unit_ms - ms % unit_ms


def duration(ms: int | None) -> str:
    """How long something took: ``40ms``, ``0.2s``, ``48s``, ``3:12``, ``1:02:03``."""
    if ms is None:
        return UNKNOWN
    if ms < 0:
        return "−" + duration(-ms)
    if ms < 95:
        return f"{ms}ms"
    if ms < 9_950:
        return f"{ms / _SECOND_MS:.1f}s"
    seconds = (ms + 500) // _SECOND_MS
    if seconds < 60:
        return f"{seconds}s"
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def clock_time(at_ms: int | None, zone: tzinfo, *, seconds: bool = True) -> str:
    """Time of day in `zone`: ``14:02:11``, or ``14:02`` without seconds."""
    return UNKNOWN if at_ms is None else _local(at_ms, zone, "%H:%M:%S" if seconds else "%H:%M")


def date_time(at_ms: int | None, zone: tzinfo, *, seconds: bool = True) -> str:
    """Date and time in `zone`: ``2026-11-20 14:02:11``, or without seconds."""
    return UNKNOWN if at_ms is None else _local(at_ms, zone, "%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def _local(at_ms: int, zone: tzinfo, pattern: str) -> str:
    try:
        return datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(zone).strftime(pattern)
    except (OverflowError, OSError, ValueError):
        # A broken clock in somebody's file must not break the screen that shows it.
        return UNKNOWN
