"""Sessions as lines of the table of all sessions, and cells of them that other tables show, too. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from ppp_tui.model.clock import DAY_MS
from ppp_tui.model.project import NO_LABELS, Labels
from ppp_tui.query.quality.rows import SessionTests
from ppp_tui.query.rows import LiveRow, SessionRow, Spend, TurnSummary
from ppp_tui.text.format import UNKNOWN, Certainty, cost_micros, count, percent, tokens
from ppp_tui.tui.dashboard_state import ASCII_GLYPHS, GLYPHS, TONES
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.lines import Cell, Line, StyledPieces

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

LAST_CELLS = 12
"""Width of a date with its time, or with its year if it is long ago."""

SAME_YEAR_MS = 300 * DAY_MS
"""Age up to which a date is written without its year."""

SESSION_COLUMNS = (
    Column("sign", "", width=1, priority=200),
    Column("last", "last", width=LAST_CELLS, priority=130),
    Column("agent", "agent", width=8, priority=190),
    Column("project", "project", width=16, priority=160),
    Column("title", "title", weight=4, min_width=20, priority=180),
    Column("model", "model", width=18, priority=40),
    Column("turns", "turns", width=5, align="right", priority=120),
    Column("questions", "? l·m·h", width=8, align="right", priority=90),
    Column("errors", "✕", width=4, align="right", priority=100),
    Column("violations", "!", width=3, align="right", priority=65),
    Column("tests", "tests", width=9, align="right", priority=70),
    Column("tokens", "tokens", width=7, align="right", priority=110),
    Column("cache", "cache", width=5, align="right", priority=60),
    Column("context", "context", width=7, align="right", priority=50),
    Column("cost", "cost", width=8, align="right", priority=150),
)

HOST_AT = 3
"""Where the column of machines stands."""

HOST_COLUMNS = (
    *SESSION_COLUMNS[:HOST_AT],
    Column("host", "host", width=10, priority=170),
    *SESSION_COLUMNS[HOST_AT:],
)
"""Columns where some sessions are of other machines."""

TEAM_COLUMNS = (
    *SESSION_COLUMNS[:HOST_AT],
    Column("person", "person", width=10, priority=175),
    Column("host", "machine", width=10, priority=95),
    *SESSION_COLUMNS[HOST_AT:],
)
"""Columns of a store that a team shares."""


def last_seen(at_ms: int, now_ms: int, zone: tzinfo) -> str:
    """Return when a session gave its last sign of life: ``24 Jul 18:37``, or ``24 Jul 2025`` where that is long ago."""
    if not at_ms:
        return UNKNOWN
    try:
        at = datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(zone)
    except (OverflowError, OSError, ValueError):
        # A broken clock in a session file must not break the list.
        return UNKNOWN
    day = f"{at.day:>2} {MONTHS[at.month - 1]}"
    return f"{day} {at:%H:%M}" if abs(now_ms - at_ms) < SAME_YEAR_MS else f"{day} {at.year}"


def titled(title: str, *, is_shared: bool = False) -> Cell:
    """Return a session's title, or why there is none; `is_shared` says that it lies in a store that a team shares."""
    return Cell(title) if title else Cell("(not shared)" if is_shared else "(no title)", "dim")


def session_line(
    session: SessionRow,
    row: LiveRow | None,
    zone: tzinfo,
    now_ms: int,
    *,
    marks: str = "",
    columns: Sequence[Column] = SESSION_COLUMNS,
    is_ascii: bool = False,
) -> Line:
    """Return a session as a table line; `row` is its live state if it has one, `marks` the user's signs.

    `columns` are those of the table: `SESSION_COLUMNS`, `HOST_COLUMNS` or `TEAM_COLUMNS`.
    """
    glyphs = ASCII_GLYPHS if is_ascii else GLYPHS
    sign = Cell("") if row is None else Cell(glyphs[row.state.group], TONES[row.state.group])
    efforts, errors = session.efforts, session.failed_steps + session.retries
    title = titled(session.title, is_shared=bool(session.person))
    if session.is_only_copy:
        title = Cell(f"{title.text}{COPY}", "dim")
    return Line(
        session.id,
        (
            sign,
            Cell(last_seen(session.last_at, now_ms, zone), "dim"),
            session.agent_name,
            *((Cell(session.person or UNKNOWN),) if columns is TEAM_COLUMNS else ()),
            *((Cell(session.host, "dim"),) if columns is not SESSION_COLUMNS else ()),
            project_name(session),
            StyledPieces((Cell(marks, "accent"), title)) if marks else title,
            Cell(session.model, "dim"),
            count(session.turns),
            f"{efforts.low}·{efforts.medium}·{efforts.high}" if efforts.total else Cell(UNKNOWN, "dim"),
            Cell(count(errors), "notice") if errors else Cell(UNKNOWN, "dim"),
            Cell(count(session.violations), "notice") if session.violations else Cell(UNKNOWN, "dim"),
            tests_text(session.tests),
            tokens_text(session.tree),
            percent(session.tree.tokens.cache_hit_rate),
            Cell(context_text(session), "dim"),
            spend_text(session.tree),
        ),
        revision=session.revision,
    )


def tests_text(tests: SessionTests) -> Cell:
    """Return the number of test runs and the share that passed: ``4 97.5%``; ``4 red`` if a run failed uncounted."""
    if not tests.test_runs:
        return Cell(UNKNOWN, "dim")
    if tests.pass_rate is None:
        return Cell(f"{count(tests.test_runs)} {'red' if tests.red_test_runs else UNKNOWN}", "dim")
    share = percent(tests.pass_rate / 100, decimals=0 if tests.pass_rate.is_integer() else 1)
    return Cell(f"{count(tests.test_runs)} {share}", "notice" if tests.tests_failed else "good")


COPY = " (copy)"
"""Follows the title of a session without turns of its own."""


def folder(path: str, labels: Labels = NO_LABELS) -> str:
    """Return the name of a folder or a repository in lists; without labels, the last part of its path."""
    return labels.of(path) or UNKNOWN


def project_name(session: SessionRow) -> str:
    """Return the name of a session's folder in lists: its repository with worktree and sub-folder."""
    return session.project_label or folder(session.project)


def tokens_text(spend: Spend) -> str:
    """Return all tokens: ``~`` marks those that a program stated as one number, ``–`` stands for unknown ones."""
    return tokens(spend.all_tokens, "estimate" if spend.stated_tokens else "exact")


def spend_text(spend: Spend) -> str:
    """Return a cost with its certainty, or that no request has a price."""
    if not spend.requests:
        return UNKNOWN
    if spend.unpriced_requests >= spend.requests:
        return "unpriced"
    certainty: Certainty = "lower bound" if spend.is_lower_bound else "exact"
    return cost_micros(spend.cost_micros, certainty)


def window_certainty(counted: SessionRow | TurnSummary) -> Certainty:
    """Return how certain a context window is, and so every share of it."""
    return "estimate" if counted.is_window_inferred else "exact"


def context_text(session: SessionRow) -> str:
    """Return used context in percent of the window, or in tokens where the window is unknown."""
    if session.context_tokens is None:
        return UNKNOWN
    if session.context_window:
        return percent(session.context_tokens / session.context_window, window_certainty(session))
    return tokens(session.context_tokens)
