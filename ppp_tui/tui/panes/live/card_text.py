"""The rows of a card in Live below its first line: question, options, last words, cost, cache. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from operator import attrgetter
from typing import NamedTuple

from rich.cells import cell_len

from ppp_tui.model.clock import MINUTE_MS
from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.model.question import Effort
from ppp_tui.query.rows import LiveRow, QuestionLine, SessionRow
from ppp_tui.query.sessions.live_details import LastRequest, LiveDetail
from ppp_tui.query.sessions.user_marks import UserMark
from ppp_tui.text.cells import cut, pad
from ppp_tui.text.format import UNKNOWN, clock_time, cost_micros, duration, percent, time_left, tokens
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.dashboard_state import TONES
from ppp_tui.tui.panes.session_cells import spend_text, window_certainty
from ppp_tui.tui.widgets.gauge import NEARLY_FULL
from ppp_tui.tui.widgets.lines import Cell
from ppp_tui.tui.widgets.sparkline import kept_sparkline
from ppp_tui.tui.widgets.text_lines import TextLine, WrappedText
from ppp_tui.tui.widgets.tones import Tone

INDENT = 3
"""Indent of everything below the first line of a card: its title's column."""

ACTIVITY_CELLS = 8
"""Width of the sparkline in a card."""

CALM_CACHE_MS = 10 * MINUTE_MS
"""From so long on, the life of a prompt cache is told to the minute: a clock that ticks in each card unsettles."""

LEAST_WORDS = 14
"""Minimum width of words beside figures."""

_text_of = attrgetter("text")
_HEADING = lazy_pattern(r"(?m)^#{1,6} +")
_EFFORT_TONES: dict[Effort, Tone] = {"low": "effort-low", "medium": "effort-medium", "high": "effort-high"}


class CardFacts(NamedTuple):
    """What a card shows of a session beyond its row."""

    activity: Sequence[int] = ()
    """Tokens of the last hour in equal spans."""
    question: QuestionLine | None = None
    """The question that waits for an answer."""
    detail: LiveDetail = LiveDetail()
    mark: UserMark = UserMark()
    is_unread: bool = False
    """Whether the session asked, finished or failed since the user read it."""
    recache_micros: int | None = None
    """What the next prompt costs once the cache has ended; None where no price is known."""


class CardShape(NamedTuple):
    """Width of a card, and how many rows its parts may have."""

    width: int
    """Cells of a line."""
    text_rows: int
    """Maximum rows of a question, or of the words of a finished session."""
    option_rows: int
    """Maximum rows of options."""
    idle_rows: int = 0
    """Rows of the last words of an idle session, where there is room left."""
    is_ascii: bool = False


def card_rows(row: LiveRow, facts: CardFacts, now_ms: int, shape: CardShape, zone: tzinfo) -> list[tuple[Cell, ...]]:
    """Return the rows of a card below its first line: all of a waiting session, none of an idle one."""
    group = row.state.group
    if group == "idle":
        words = facts.detail.last_words
        return _wrapped([], unmarked(words), shape, shape.idle_rows, "dim") if words and shape.idle_rows else []
    room = max(1, shape.width - INDENT)
    if group not in ("needs you", "finished"):
        figures = figure_cells(row, facts, shape)
        taken = _width(figures)
        words = state_words(row, zone)
        if taken + 1 + min(LEAST_WORDS, cell_len(words)) > room:
            figures, taken = [], 0
        rest = room - taken - (1 if figures else 0)
        text = pad(cut(words, rest), rest + (1 if figures else 0))
        return [_indented([Cell(text, TONES[group]), *figures])]
    rows = _ask_rows(row, facts, shape, zone) if row.state.name == "asks" else _done_rows(row, facts, shape, zone)
    figures = figure_cells(row, facts, shape)
    for is_brief in (False, True):
        cold = cache_cells(row.session, facts, now_ms, is_brief=is_brief)
        if figures and cold and _width(figures) + 2 + _width(cold) <= room:
            figures = [*figures, Cell("  "), *cold]
            break
    return [*rows, _indented(figures)] if figures else rows


def state_words(row: LiveRow, zone: tzinfo) -> str:
    """Return the state of a session in words, with ``~`` before them if it is guessed."""
    state = row.state
    words = f"{state.words} until {clock_time(state.until, zone, seconds=False)}" if state.until else state.words
    return f"~{words}" if state.certainty == "guessed" and state.group != "idle" else words


def _ask_rows(row: LiveRow, facts: CardFacts, shape: CardShape, zone: tzinfo) -> list[tuple[Cell, ...]]:
    question = facts.question
    tone = TONES[row.state.group]
    verb, _, rest = state_words(row, zone).partition(":")
    text = (question.text if question is not None else "") or rest or verb
    lead = [Cell(f"{verb} ", tone)]
    if question is not None:
        lead.append(Cell(f"{question.effort} ", _EFFORT_TONES[question.effort]))
    rows = _wrapped(lead, text, shape, shape.text_rows, tone)
    options = question.options if question is not None else ()
    return [*rows, *_option_rows(options, shape)]


def _option_rows(options: Sequence[str], shape: CardShape) -> list[tuple[Cell, ...]]:
    """Return options with their numbers, side by side where they fit, else one per row up to the card's limit."""
    if not options or shape.option_rows < 1:
        return []
    room = max(1, shape.width - INDENT)
    texts = [f"{number} {_flat(option)}" for number, option in enumerate(options, 1)]
    if cell_len("   ".join(texts)) <= room:
        return [_indented([Cell("   ".join(texts))])]
    if shape.option_rows == 1 or len(texts) > 2 * shape.option_rows:
        return [_indented([Cell(cut("   ".join(texts), room))])]
    shown = texts[: shape.option_rows]
    if len(texts) > len(shown):
        shown[-1] = cut(f"{shown[-1]}   {'   '.join(texts[len(shown) :])}", room)
    return [_indented([Cell(cut(text, room))]) for text in shown]


def _done_rows(row: LiveRow, facts: CardFacts, shape: CardShape, zone: tzinfo) -> list[tuple[Cell, ...]]:
    tone = TONES[row.state.group]
    if row.state.name != "finished":
        return _wrapped([], state_words(row, zone), shape, shape.text_rows, tone)
    words = unmarked(facts.detail.last_words)
    lead = [Cell(state_words(row, zone) + (": " if words else ""), tone)]
    return _wrapped(lead, words, shape, shape.text_rows, "text")


def _wrapped(lead: Sequence[Cell], text: str, shape: CardShape, most_rows: int, tone: Tone) -> list[tuple[Cell, ...]]:
    """Return `text` after `lead` in at most so many rows, the last one cut with ``…``."""
    room, taken = max(1, shape.width - INDENT), _width(lead)
    flat = _flat(text)
    if taken + 8 > room:
        return [_indented([Cell(cut("".join(cell.text for cell in lead) + flat, room), tone)])]
    wrapped = WrappedText([TextLine("\u2007" * taken + flat)], room)
    wrapped.advance(most_rows + 1)
    texts = [wrapped.lines[0].text[part.start : part.end] for part in wrapped.rows]
    if len(texts) > most_rows:
        texts = [*texts[: most_rows - 1], cut(f"{texts[most_rows - 1]} {texts[most_rows]}", room)]
    first, *further = texts or [""]
    return [_indented([*lead, Cell(first[taken:], tone)]), *(_indented([Cell(part, tone)]) for part in further)]


def figure_cells(row: LiveRow, facts: CardFacts, shape: CardShape) -> list[Cell]:
    """Return cost, share of the context and activity, as many as fit, in this order."""
    session = row.session
    spark = " " * ACTIVITY_CELLS
    if any(facts.activity):
        spark = kept_sparkline(tuple(facts.activity), ACTIVITY_CELLS, is_ascii=shape.is_ascii)
    context, is_full = context_share(session)
    cells = [
        Cell(f"{spend_text(session.tree):>8}"),
        Cell(f"  {context:>5}", "notice" if is_full else "dim"),
        Cell(f"  {spark}", "accent", is_clock=True),
    ]
    while cells and _width(cells) > shape.width - INDENT:
        cells.pop()
    return cells


def context_share(session: SessionRow) -> tuple[str, bool]:
    """Return the used share of the context, ``91%!`` where it is nearly full, and whether it is nearly full."""
    if session.context_tokens is None:
        return UNKNOWN, False
    if not session.context_window:
        return tokens(session.context_tokens), False
    ratio = session.context_tokens / session.context_window
    is_full = ratio >= NEARLY_FULL
    return percent(ratio, window_certainty(session)) + ("↑" if is_full else ""), is_full


def cache_cells(session: SessionRow, facts: CardFacts, now_ms: int, *, is_brief: bool = False) -> list[Cell]:
    """Return how long the prompt cache still lives and what a prompt costs after it: ``cache 3:12 then $0.41``.

    With `is_brief` the cost is left out.
    """
    left_ms = cache_left_ms(facts.detail.last_request, now_ms)
    if left_ms is None:
        return [Cell(f"cache {UNKNOWN}", "dim")] if session.tree.requests else []
    cost = cost_micros(facts.recache_micros, "estimate")
    if left_ms <= 0:
        return [Cell("cold" if is_brief else f"cold, next {cost}", "stale", is_clock=True)]
    left = f"cache {cache_left_text(left_ms)}"
    return [Cell(left if is_brief else f"{left} then {cost}", "dim", is_clock=True)]


def cache_left_text(left_ms: int) -> str:
    """Return how long the prompt cache still lives: to the minute while that is long."""
    return time_left(left_ms) if left_ms >= CALM_CACHE_MS else duration(left_ms // 1000 * 1000)


def cache_text_holds_ms(left_ms: int) -> int:
    """Return for how many milliseconds `cache_left_text` stays as it is."""
    return left_ms % MINUTE_MS + 1 if left_ms >= CALM_CACHE_MS else 1_000


def cache_left_ms(request: LastRequest | None, now_ms: int) -> int | None:
    """Return for how long the prompt cache still lives, 0 where it has ended, None where that is unknown."""
    if request is None or request.cache_ms is None or not request.at:
        return None
    if request.at > now_ms + MINUTE_MS:
        # Its clock is ahead of this machine's.
        return None
    return max(0, request.at + request.cache_ms - now_ms)


def _indented(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    return (Cell(" " * INDENT), *cells)


def unmarked(text: str) -> str:
    """Return Markdown without the signs that mark words and headings."""
    return _HEADING.sub("", text.replace("**", "").replace("`", ""))


def _flat(text: str) -> str:
    return plain(" ".join(text.split()))


def _width(cells: Iterable[Cell]) -> int:
    return sum(map(cell_len, map(_text_of, cells)))
