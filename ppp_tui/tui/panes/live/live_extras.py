"""Reads what cards show beyond rows: questions, last words, sparklines, sub-agents, cache prices."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ppp_tui.model.clock import HOUR_MS, MINUTE_MS
from ppp_tui.model.ids import turn_id
from ppp_tui.model.live import WAITING_GROUPS
from ppp_tui.query.rows import LiveRow, QuestionLine, SessionRow
from ppp_tui.query.sessions.live import LiveStates
from ppp_tui.query.sessions.live_details import LastRequest, LiveDetail, active_children, live_details, price_memo
from ppp_tui.query.sessions.steps import question_lines
from ppp_tui.query.usage.totals import activity
from ppp_tui.tui.panes.live.live_cells import ACTIVITY_BUCKETS, Extras
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.thresholds import thresholds_from

MOST_SESSIONS = 60
"""Maximum of sessions with extras: the first of the list, more than a screen shows."""

CHILDREN_MS = 10 * MINUTE_MS
"""How long a sub-agent is listed after its last activity."""


class _Asked(NamedTuple):
    """Cache key of a question: session, turn and time."""

    trajectory: int
    turn_number: int
    at: int


class ExtrasReader:
    """Reads extras, and keeps those of sessions that have not changed."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._questions: dict[_Asked, QuestionLine] = {}
        self._details: dict[int, tuple[int, LiveDetail]] = {}
        self._recache: dict[tuple[str, LastRequest], int | None] = {}
        self._memo = ""
        """What the prices were looked up in: those that it does not tell are asked for again in another one."""
        self._states = LiveStates(thresholds_from(ports.settings.live), ports.is_alive)

    async def read(self, rows: Sequence[LiveRow]) -> Extras:
        """Read the extras of the first rows. Raises QueryFailedError and DatabaseMissingError."""
        now_ms = self._ports.clock.now_ms()
        fetch = self._ports.database.fetch
        first = [row.session for row in rows[:MOST_SESSIONS]]
        ids = [session.id for session in first]
        active = await fetch(activity(ids, now_ms - HOUR_MS, now_ms, ACTIVITY_BUCKETS))
        questions = await self._read_questions([row for row in rows[:MOST_SESSIONS] if row.state.name == "asks"])
        details = await self._read_details(first)
        parents = [session.id for session in first if session.children]
        children = await fetch(active_children(parents, now_ms - CHILDREN_MS)) if parents else []
        waiting = [row.session for row in rows[:MOST_SESSIONS] if row.state.group in WAITING_GROUPS]
        return Extras(
            activity=active,
            questions=questions,
            details=details,
            recache_micros=await self.recache_micros(waiting, details),
            children=self._by_root(children, set(parents), now_ms),
        )

    async def _read_questions(self, rows: Sequence[LiveRow]) -> dict[int, QuestionLine]:
        open_questions: dict[_Asked, QuestionLine] = {}
        for row in rows:
            facts = row.session.facts
            asked = _Asked(row.session.id, facts.turn_number, facts.question_at)
            question = self._questions.get(asked)
            if question is None:
                turn = turn_id(row.session.id, facts.turn_number)
                question = waiting_question(await self._ports.database.fetch(question_lines(turn)))
            if question is not None:
                open_questions[asked] = question
        self._questions = open_questions
        return {asked.trajectory: question for asked, question in open_questions.items()}

    async def _read_details(self, sessions: Sequence[SessionRow]) -> dict[int, LiveDetail]:
        current = {
            session.id: kept
            for session in sessions
            if (kept := self._details.get(session.id)) is not None and kept[0] == session.revision
        }
        missing = {session.id: session.revision for session in sessions if session.id not in current}
        if missing:
            read = await self._ports.database.fetch(live_details(list(missing)))
            current |= {number: (revision, read.get(number, LiveDetail())) for number, revision in missing.items()}
        self._details = current
        return {number: detail for number, (_, detail) in current.items()}

    async def recache_micros(
        self, sessions: Sequence[SessionRow], details: Mapping[int, LiveDetail]
    ) -> dict[int, int | None]:
        """Return the cost of each session's next prompt without a prompt cache; None where that is unknown."""
        price = self._ports.recache_price
        wanted = {
            session.id: (session.source, request)
            for session in sessions
            if (request := details.get(session.id, LiveDetail()).last_request) is not None
            and request.cache_ms is not None
        }
        if price is None or not wanted:
            return {}
        kept: dict[tuple[str, LastRequest], int | None] = {
            key: micros for key in wanted.values() if (micros := self._recache.get(key)) is not None
        }
        if len(kept) < len(set(wanted.values())):
            # A model that was used for the first time has its price in the newest memo alone, and soon after its use.
            memo = await self._ports.database.fetch(price_memo())
            is_same, self._memo = memo == self._memo, memo
            for key in wanted.values():
                if key not in kept:
                    is_unknown = is_same and key in self._recache
                    # The first price imports modules: not on the event loop.
                    kept[key] = None if is_unknown else await asyncio.to_thread(price, memo, *key)
        self._recache = kept
        return {number: kept[key] for number, key in wanted.items()}

    def _by_root(
        self, children: Sequence[SessionRow], parents: set[int], now_ms: int
    ) -> dict[int, tuple[LiveRow, ...]]:
        """Return sub-agents by the session of the list that they belong to, in order of their start."""
        parent_of = {child.id: child.parent_id for child in children}
        by_root: dict[int, list[LiveRow]] = {}
        for row in sorted(self._states.rows_at(children, now_ms), key=lambda row: row.session.id):
            root = row.session.parent_id
            while root is not None and root not in parents:
                root = parent_of.get(root)
            if root is not None:
                by_root.setdefault(root, []).append(row)
        return {root: tuple(rows) for root, rows in by_root.items()}


def waiting_question(questions: Sequence[QuestionLine]) -> QuestionLine | None:
    """Return the question that waits: the last unanswered one, else the last one; None without any."""
    waiting = [
        question for question in questions if question.answered_at is None and question.answer_status is None
    ] or list(questions)
    return waiting[-1] if waiting else None
