"""What filled a session's context, turn by turn, and what a project's next session should have in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ppp_tui.model.activity import ContextRow
from ppp_tui.model.ids import number_of, turn_id
from ppp_tui.query.projects import is_in_repository
from ppp_tui.query.quality.rows import HotFile
from ppp_tui.query.query import Query
from ppp_tui.scoring.advice import BUDGET_TOKENS, FileUse, suggest_files, topic_words
from ppp_tui.scoring.advice import Suggestion as Suggestion

NEWEST_ACCESSES = 300
"""Accesses by whose turns it is told what a project is about at present."""

NEWEST_PROMPTS = 8
"""Prompts that tell it."""

_CONTEXT = (
    "id, used_tokens, peak_tokens, window_tokens, system_tokens, file_tokens, tool_tokens, conversation_tokens, "
    "compactions, overflows, is_window_inferred"
)


def context_turns(trajectory_id: int, after: int = -1, limit: int = 1000) -> Query[list[ContextRow]]:
    """Query what filled the context at the end of each turn with a number beyond `after`, in order."""
    return Query(
        f"SELECT {_CONTEXT} FROM context_use WHERE id BETWEEN :low AND :high ORDER BY id LIMIT :limit",
        _read_turns,
        {**_span(trajectory_id, after + 1), "limit": limit},
    )


def newest_prompts(project: str) -> Query[list[str]]:
    """Query the beginnings of the prompts in whose turns a project's files were used last, the newest first."""
    return Query(
        "SELECT substr(p.prompt, 1, 1000) FROM (SELECT DISTINCT id >> 20 AS turn FROM (SELECT id, at "
        f"FROM file_accesses WHERE {is_in_repository('project')} AND is_copy = 0 "
        f"ORDER BY at DESC LIMIT {NEWEST_ACCESSES})) AS n "
        "JOIN trajectory_turns AS p ON p.id = n.turn WHERE p.prompt <> '' ORDER BY p.timestamp DESC "
        f"LIMIT {NEWEST_PROMPTS}",
        lambda rows: [row[0] for row in rows],
        {"project": project},
    )


def suggestions(
    files: Sequence[HotFile], prompts: Iterable[str], now_ms: int, budget_tokens: int = BUDGET_TOKENS
) -> list[Suggestion]:
    """Return what to keep in the context and what to drop, with reasons, from `hot_files` and `newest_prompts`."""
    uses = [FileUse(file.path, file.reads, file.edits, file.tokens, file.last_at) for file in files]
    return suggest_files(uses, topic_words(prompts), now_ms, budget_tokens)


def _span(trajectory_id: int, first: int) -> dict[str, object]:
    return {"low": turn_id(trajectory_id, 0) + first, "high": turn_id(trajectory_id + 1, 0) - 1}


def _read_turns(rows: list[tuple[Any, ...]]) -> list[ContextRow]:
    return [ContextRow(number_of(row[0]), *row[1:])._replace(is_window_inferred=bool(row[-1])) for row in rows]
