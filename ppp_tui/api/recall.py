"""What an agent may ask about earlier sessions of its project: small answers with limits, as dictionaries for JSON.

Every answer is about one project, by default the one that the agent works in, and names it. Texts are cut, and control
characters in them are shown as symbols. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from ppp_tui.model.clock import DAY_MS, Clock, to_iso
from ppp_tui.model.project import Labels
from ppp_tui.query.connect import open_reader
from ppp_tui.query.errors import Connection
from ppp_tui.query.projects import project_labels
from ppp_tui.query.quality.failed_commands import failed_commands
from ppp_tui.query.quality.file_use import hot_files_within
from ppp_tui.query.quality.question_lists import ListFilter, questions
from ppp_tui.query.query import answer
from ppp_tui.query.rows import HIT_END, HIT_START, SessionRow
from ppp_tui.query.scope import Scope
from ppp_tui.query.sessions.filters import Filter, parse
from ppp_tui.query.sessions.search import search
from ppp_tui.query.sessions.session_lists import Sort, session_page, sessions_named
from ppp_tui.text.sanitize import plain

MAX_LIMIT = 50
"""Rows of an answer, however many are asked for."""

MAX_TEXT_CHARS = 600
"""Characters of each text in an answer."""

MAX_DAYS = 3650

Answer = Mapping[str, Any]


class UnknownSessionError(Exception):
    """There is no session of that name; the message names it."""


class Recall:
    """Answers questions from a database; each call opens a connection of its own, so a replaced file is noticed."""

    def __init__(self, database: Path, folder: str, clock: Clock) -> None:
        """Read a database for an agent that works in `folder`, whose project is the default of all calls."""
        self._database = database
        self._folder = folder
        self._clock = clock

    def past_work(self, words: str, project: str = "", limit: int = 10) -> Answer:
        """Return turns of earlier sessions that hold words. Raises what `READ_ERRORS` names."""
        with closing(open_reader(self._database)) as connection:
            repository, where = self._project(connection, project)
            kept = self._filter(repository)
            hits = answer(connection, search(words, _limit(limit), kept))
        return {
            **where,
            "turns": [
                {
                    "session": hit.trajectory_id,
                    "turn": hit.turn_number,
                    "at": to_iso(hit.at),
                    "agent": plain(hit.agent_name),
                    "title": _cut(hit.title),
                    "text": _cut(hit.snippet.replace(HIT_START, "[").replace(HIT_END, "]")),
                }
                for hit in hits
            ],
        }

    def failed(self, project: str = "", days: int = 30, limit: int = 10) -> Answer:
        """Return commands that failed, and the turn and changed files by which the same command then succeeded."""
        with closing(open_reader(self._database)) as connection:
            repository, where = self._project(connection, project)
            commands = answer(connection, failed_commands(repository, self._since(days), _limit(limit)))
        return {
            **where,
            "commands": [
                {
                    "session": command.session,
                    "turn": command.turn,
                    "at": to_iso(command.at) if command.at else None,
                    "command": _cut(command.command),
                    "exit_code": command.exit_code,
                    "output": _cut(command.output),
                    "succeeded_in_turn": command.fixed_in_turn,
                    "files_changed_before": [_cut(path) for path in command.changed_files],
                }
                for command in commands
            ],
        }

    def hot_files(self, project: str = "", days: int = 30, limit: int = 10) -> Answer:
        """Return the files that agents read and edited most."""
        now_ms = self._clock.now_ms()
        with closing(open_reader(self._database)) as connection:
            repository, where = self._project(connection, project)
            scope = Scope(self._since(days), now_ms, repository)
            files = answer(connection, hot_files_within(scope, limit=_limit(limit)))
        return {
            **where,
            "files": [
                {
                    "path": _cut(file.path),
                    "reads": file.reads,
                    "edits": file.edits,
                    "tokens_of_one_reading": file.tokens or None,
                    "last_used_at": to_iso(file.last_at),
                }
                for file in files
            ],
        }

    def session_figures(self, session: str = "") -> Answer:
        """Return what a session cost and how full its context is; unless one is named, the project's newest session.

        Raises UnknownSessionError.
        """
        with closing(open_reader(self._database)) as connection:
            if session:
                rows = answer(connection, sessions_named(session))
                where: Answer = {}
            else:
                repository, where = self._project(connection, "")
                rows = answer(connection, session_page(self._filter(repository), Sort("last"), 0, 1))
        if not rows:
            raise UnknownSessionError(
                f"There is no session {plain(session)}." if session else "This project has no session yet."
            )
        return {**where, **_figures(rows[0])}

    def answered_questions(self, project: str = "", limit: int = 20) -> Answer:
        """Return what agents asked the user, and what the user answered; questions without an answer are left out."""
        with closing(open_reader(self._database)) as connection:
            repository, where = self._project(connection, project)
            asked = answer(connection, questions(ListFilter(project=repository, is_answered=True, limit=_limit(limit))))
        return {
            **where,
            "questions": [
                {
                    "session": question.session,
                    "turn": question.turn,
                    "at": to_iso(question.at),
                    "question": _cut(question.question),
                    "options": [_cut(option) for option in question.options],
                    "answer": _cut(question.answer or ""),
                }
                for question in asked
            ],
        }

    def sessions(self, project: str = "", limit: int = 10) -> Answer:
        """Return the newest sessions with their figures, newest first."""
        with closing(open_reader(self._database)) as connection:
            repository, where = self._project(connection, project)
            rows = answer(connection, session_page(self._filter(repository), Sort("last"), 0, _limit(limit)))
        return {**where, "sessions": [_figures(row) for row in rows]}

    def _since(self, days: int) -> int:
        return self._clock.now_ms() - max(1, min(days, MAX_DAYS)) * DAY_MS

    def _filter(self, repository: str) -> Filter:
        quoted = repository.replace('"', "")
        return parse(f'project="{quoted}"', self._clock.now_ms())

    def _project(self, connection: Connection, named: str) -> tuple[str, Answer]:
        """Return the repository of a named folder, else of the agent's own, and the part of an answer that names it."""
        repository = repository_of_folder(named or self._folder, answer(connection, project_labels()))
        return repository, {"project": plain(repository)}


def repository_of_folder(folder: str, labels: Labels) -> str:
    """Return the repository of a folder, or of the nearest folder above it that belongs to one; else the folder."""
    path = Path(folder)
    for candidate in (path, *path.parents):
        if labels.holds(str(candidate)):
            return labels.repository(str(candidate))
    return folder


def _figures(row: SessionRow) -> dict[str, Any]:
    tree = row.tree
    filled = row.context_tokens / row.context_window if row.context_tokens and row.context_window else None
    return {
        "session": row.id,
        "agent": plain(row.agent_name),
        "title": _cut(row.title),
        "model": plain(row.model),
        "started_at": to_iso(row.started_at) if row.started_at else None,
        "last_at": to_iso(row.last_at) if row.last_at else None,
        "turns": row.turns,
        "tokens": tree.all_tokens,
        "cost_usd": None if tree.known_cost_micros is None else tree.known_cost_micros / 1_000_000,
        "cost_is_lower_bound": tree.is_lower_bound,
        "context_tokens": row.context_tokens,
        "context_window": row.context_window,
        "context_filled": None if filled is None else round(filled, 3),
        "context_window_is_inferred": row.is_window_inferred,
        "failed_steps": row.failed_steps,
        "tests_passed": row.tests.tests_passed,
        "tests_failed": row.tests.tests_failed,
    }


def _limit(limit: int) -> int:
    return max(1, min(limit, MAX_LIMIT))


def _cut(text: str | None) -> str:
    """Return text without control characters, cut to `MAX_TEXT_CHARS`; '' for None."""
    kept = plain(text or "", keep_newlines=True)
    return kept if len(kept) <= MAX_TEXT_CHARS else f"{kept[: MAX_TEXT_CHARS - 1]}…"
