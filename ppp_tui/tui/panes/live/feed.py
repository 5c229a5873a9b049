"""The pane of the followed session: title and state, the feed of its last steps, its context and cost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual import on
from textual.widget import Widget

from ppp_tui.model.ids import turn_id
from ppp_tui.query.pool import Fetch
from ppp_tui.query.quality.context_use import context_turns
from ppp_tui.query.rows import LiveRow, QuestionLine, StepLine, TurnSummary, ViolationLine
from ppp_tui.query.sessions.feed import tail
from ppp_tui.query.sessions.live_details import LiveDetail, changed_files, live_details, waited_for_user
from ppp_tui.query.sessions.steps import latest_steps, question_lines, violation_lines
from ppp_tui.query.sessions.turns import turn_window
from ppp_tui.tui.dashboard_state import TONES
from ppp_tui.tui.day import midnight_ms, week_begin_ms
from ppp_tui.tui.messages import OpenTrajectory
from ppp_tui.tui.panes.live.card_text import state_words
from ppp_tui.tui.panes.live.feed_cells import FEED_COLUMNS, GAP, Feed, FeedEntry, FeedLines, turn_of_line
from ppp_tui.tui.panes.live.feed_details import FeedDetails, SessionDetails
from ppp_tui.tui.panes.live.live_extras import ExtrasReader
from ppp_tui.tui.panes.reading import read_or_report
from ppp_tui.tui.panes.session_cells import project_name, spend_text, tokens_text, window_certainty
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.widgets.gauge import context_gauge
from ppp_tui.tui.widgets.guarded import Guarded, Vertical
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from ppp_tui.tui.widgets.workers import work

if TYPE_CHECKING:
    from ppp_tui.settings.schema import Settings

FEED_STEPS = 200
"""Number of steps that the feed reads; the trajectory's screen shows the rest."""

FEED_TURNS = 60
"""Number of turns that the feed reads."""

TAIL_STEPS = 6
"""Number of steps of a tail: more than usually come between two readings."""

WHOLE_MS = 2_000
"""While the session moves, all of the feed is read at most this often: what is judged later, or ends late, may stand
far up in it."""

WIDE = 84
"""Width from which on there is room for scores beside the gauge and the sums."""

GAUGE_CELLS = 14
"""Cells of the bar of the context where there is room."""

GAUGE_WORDS = 28
"""Cells of the words around it: ``context`` and ``~100% of ~1.0M``."""

LOADING_S = 0.1
"""Seconds of reading after which the pane shows that it reads."""


class FeedPane(Vertical, Guarded):
    """Pane with the feed of one session."""

    def __init__(self, ports: Ports, *, id: str, classes: str) -> None:
        super().__init__(id=id, classes=classes)
        self._ports = ports
        self._row: LiveRow | None = None
        self._entries: list[FeedEntry] = []
        self._drawn: tuple[int, bool] = (0, False)
        self._is_read = False
        self._lines = FeedLines(ports.zone)
        self._is_whole_due = False
        self._whole_at = 0
        self._head: tuple[object, ...] = ()
        """What the lines above and below the feed were drawn from."""
        self._scores: list[StripPart] = []
        self._feed = Feed()
        self._details = SessionDetails()
        self._reader = ExtrasReader(ports)

    def compose(self) -> Iterator[Widget]:
        """Yield a title line, the feed, and the lines below it."""
        yield TopStrip(id="feed-title")
        yield LineTable(FEED_COLUMNS, gap=GAP, id="feed", has_header=False, follows=True)
        yield FeedDetails(is_ascii=self._ports.is_ascii, id="feed-details", classes="rule-top")
        yield TopStrip(id="feed-state", classes="rule-top")
        yield TopStrip(id="feed-sums")

    def on_resize(self) -> None:
        """Draw the lines around the feed for the new width, and read what stands below it where that has room now."""
        self._show_head()
        details = self.query_one(FeedDetails)
        details.show(self._row, self._details, self._ports.clock.now_ms())
        if self._is_read and self._details == SessionDetails() and details.display:
            self.read()

    @property
    def followed(self) -> int | None:
        """Id of the session that is shown, None for none."""
        return self._row.session.id if self._row is not None else None

    def follow(self, row: LiveRow | None, now_ms: int) -> None:
        """Show a session, or what is new in it; None shows nothing."""
        before, is_other = self._row, (row.session.id if row is not None else None) != self.followed
        self._row = row
        if is_other:
            self._entries, self._feed, self._is_read = [], Feed(), False
            self._lines.is_running = False
            self._scores = []
            self._details = SessionDetails()
            self.set_timer(LOADING_S, self._show_loading)
            if row is None:
                table = self.query_one("#feed", LineTable)
                table.set_empty_text("")
                table.show_lines([], is_other_list=True)
            else:
                self.read()
        elif self._is_read and row is not None and before is not None and row.session != before.session:
            # What changed in the database is read and drawn next.
            return
        self._show_head()
        self.query_one(FeedDetails).show(row, self._details, now_ms)
        if self._is_whole_due and not 0 <= now_ms - self._whole_at < WHOLE_MS:
            self.read()
        elif self._lines.is_running:
            self.draw(now_ms)

    def follow_tail(self) -> None:
        """Move to the newest step and follow the tail again."""
        self.query_one("#feed", LineTable).follow()

    def moved(self) -> None:
        """Read the newest steps at once, and schedule a reading of the whole feed; called when the session changed."""
        self._is_whole_due = True
        if self._is_read and 0 <= self._ports.clock.now_ms() - self._whole_at < WHOLE_MS:
            self.read(is_tail=True)
        else:
            self.read()

    @work(exclusive=True, group="feed")
    @read_or_report
    async def read(self, *, is_tail: bool = False) -> None:
        """Read the feed again; with `is_tail` only the steps since the last reading."""
        trajectory = self.followed
        if trajectory is None:
            return
        fetch, before = self._ports.database.fetch, self._feed
        feed = await read_tail(fetch, trajectory, before) if is_tail else None
        if feed is None:
            now_ms = self._ports.clock.now_ms()
            feed = await read_feed(fetch, trajectory, before)
            self._scores = await read_scores(fetch, trajectory, self._ports.settings)
            self._details = await self._read_details(trajectory)
            self._is_whole_due, self._whole_at = False, now_ms
        if trajectory != self.followed or not self.is_attached:
            return
        is_other = not self._is_read
        self._entries, self._feed, self._is_read = self._lines.entries(feed), feed, True
        self._show_head()
        self.query_one(FeedDetails).show(self._row, self._details, self._ports.clock.now_ms())
        self.query_one("#feed", LineTable).set_empty_text("nothing yet")
        self.draw(self._ports.clock.now_ms(), is_other_list=is_other)

    async def _read_details(self, trajectory: int) -> SessionDetails:
        row = self._row
        if row is None or not self.query_one(FeedDetails).display:
            return SessionDetails()
        ports, fetch = self._ports, self._ports.database.fetch
        now_ms = ports.clock.now_ms()
        today_ms = midnight_ms(now_ms, ports.zone)
        contexts = await fetch(context_turns(trajectory, max(-1, row.session.last_turn_number - 3)))
        waits = await fetch(waited_for_user([trajectory], today_ms, week_begin_ms(now_ms, ports.zone)))
        details = await fetch(live_details([trajectory]))
        recache = await self._reader.recache_micros([row.session], details)
        return SessionDetails(
            files=await fetch(changed_files(trajectory)),
            context=contexts[-1] if contexts else None,
            waited=waits.get(trajectory),
            detail=details.get(trajectory, LiveDetail()),
            recache_micros=recache.get(trajectory),
        )

    def draw(self, now_ms: int, *, is_other_list: bool = False) -> None:
        """Draw the feed at its current width."""
        table = self.query_one("#feed", LineTable)
        if table.body_width and (self._is_read or is_other_list):
            lines = self._lines.lines(self._entries, now_ms, table.body_width)
            table.show_lines(lines, is_other_list=is_other_list)

    @on(LineTable.Refitted, "#feed")
    def _wrap_again(self) -> None:
        """Wrap texts to the new width."""
        self.draw(self._ports.clock.now_ms())

    def _show_loading(self) -> None:
        if not self._is_read and self._row is not None:
            table = self.query_one("#feed", LineTable)
            table.set_empty_text("reading…")
            table.show_lines([], is_other_list=True)

    def _show_head(self) -> None:
        is_following = self.query_one("#feed", LineTable).is_following
        made_of = (self._row, is_following, self.size.width, tuple(self._scores))
        if made_of == self._head:
            return
        self._head = made_of
        title, state, sums = (self.query_one(f"#feed-{name}", TopStrip) for name in ("title", "state", "sums"))
        row = self._row
        if row is None:
            for strip in (title, state, sums):
                strip.set_parts([])
            return
        session, is_ascii = row.session, self._ports.is_ascii
        name = f" {session.agent_name} · {project_name(session)} · {session.title or session.native_id}"
        title.set_parts(
            [StripPart(name, "heading")],
            [StripPart("following ", "accent") if is_following else StripPart("G follows again ", "dim", "follow")],
        )
        does = state_words(row, self._ports.zone)
        why = StripPart(f"{row.state.reason} ", "dim") if row.state.certainty == "guessed" else None
        state.set_parts([StripPart(f" {does}", TONES[row.state.group]), *([why] if why is not None else [])])
        spent = [StripPart(f"{tokens_text(session.tree)} tokens"), StripPart(f"{spend_text(session.tree)} ")]
        if self.size.width >= WIDE:
            spent = [*self._scores, *spent]
        taken = sum([len(part.text) + 2 for part in spent])
        # The share is what counts: the bar gives way to it.
        cells = max(0, min(GAUGE_CELLS, self.size.width - taken - GAUGE_WORDS))
        gauge = context_gauge(
            session.context_tokens, session.context_window, cells, window_certainty(session), is_ascii=is_ascii
        )
        used = [StripPart("".join(cell.text for cell in gauge.cells).strip(), gauge.cells[0].tone)]
        sums.set_parts([StripPart(" context", "dim"), *used], spent)

    @on(LineTable.FollowChanged, "#feed")
    def _follow_changed(self, event: LineTable.FollowChanged) -> None:
        event.stop()
        self._show_head()

    @on(LineTable.Highlighted, "#feed")
    def _highlighted(self, event: LineTable.Highlighted) -> None:
        event.stop()

    @on(TopStrip.Clicked, "#feed-title")
    def _title_clicked(self, event: TopStrip.Clicked) -> None:
        event.stop()
        self.follow_tail()

    @on(LineTable.Selected, "#feed")
    def _selected(self, event: LineTable.Selected) -> None:
        event.stop()
        if self.followed is not None:
            self.post_message(OpenTrajectory(self.followed, turn_of_line(self._entries, event.key)))


async def read_scores(fetch: Fetch, trajectory: int, settings: Settings) -> list[StripPart]:
    """Return a session's scores in a few words. Raises sqlite3.Error."""
    # Whatever scores takes longer to import than the sessions of this day take to be read and drawn.
    from ppp_tui.query.scores.compare import run_figures
    from ppp_tui.query.scores.score_settings import score_settings
    from ppp_tui.tui.panes.score_text import score_parts

    scoring = score_settings(settings)
    rows = await fetch(run_figures([trajectory], scoring.technical))
    return score_parts(rows[0] if rows else None, scoring)


async def read_tail(fetch: Fetch, trajectory: int, before: Feed) -> Feed | None:
    """Read the steps since `before`; None if there may be more of them, or changes further up, than a tail covers.

    Raises sqlite3.Error.
    """
    if not before.steps or not before.turns:
        return None
    new = await fetch(tail(trajectory, before.turns[-1].number, TAIL_STEPS))
    first_id = new.steps[0].id if new.steps else 0
    kept = [step for step in before.steps if step.id < first_id]
    is_joined = len(kept) < len(before.steps) and bool(new.turns) and new.turns[0].id == before.turns[-1].id
    if not is_joined or len(new.turns) > TAIL_STEPS or "running" in [step.status for step in kept]:
        return None
    questions, violations = dict(before.questions), dict(before.violations)
    for turn in new.turns:
        turn_key = turn_id(trajectory, turn.number)
        if turn.efforts.total:
            questions[turn.id] = tuple(await fetch(question_lines(turn_key)))
        if turn.violations:
            violations[turn.id] = tuple(await fetch(violation_lines(turn_key)))
    steps = (*kept, *new.steps)
    is_cut = before.is_cut or len(steps) > FEED_STEPS
    turns = (*before.turns[:-1], *new.turns)
    return Feed(steps[-FEED_STEPS:], turns[-FEED_TURNS - 4 :], questions, violations, is_cut=is_cut)


async def read_feed(fetch: Fetch, trajectory: int, before: Feed) -> Feed:
    """Read the last steps of a session with their turns, questions and violations.

    What belongs to turns long over is taken from what was read `before`. Raises sqlite3.Error.
    """
    steps: list[StepLine] = await fetch(latest_steps(trajectory, FEED_STEPS))
    last = steps[-1].turn_number if steps else 0
    first = max(steps[0].turn_number if steps else 0, last - FEED_TURNS + 1)
    turns: list[TurnSummary] = await fetch(turn_window(trajectory, first, FEED_TURNS + 4))
    newest = turns[-1].number if turns else 0
    questions: dict[int, tuple[QuestionLine, ...]] = {}
    violations: dict[int, tuple[ViolationLine, ...]] = {}
    for turn in turns:
        turn_key = turn_id(trajectory, turn.number)
        is_over = turn.number < newest
        if asked := turn.efforts.total:
            asked_before = before.questions.get(turn.id, ()) if is_over else ()
            is_complete = len(asked_before) == asked
            questions[turn.id] = asked_before if is_complete else tuple(await fetch(question_lines(turn_key)))
        if broken := turn.violations:
            broken_before = before.violations.get(turn.id, ()) if is_over else ()
            is_complete = len(broken_before) == broken
            violations[turn.id] = broken_before if is_complete else tuple(await fetch(violation_lines(turn_key)))
    # Making entries of hundreds of steps takes milliseconds that keys should not wait for.
    await asyncio.sleep(0)
    shown = tuple(step for step in steps if step.turn_number >= first)
    is_cut = len(steps) == FEED_STEPS or len(shown) < len(steps)
    return Feed(shown, tuple(turns), questions, violations, is_cut=is_cut)
