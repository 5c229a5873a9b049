"""Codex's paginated history: a SQLite database that repeats rollouts, read where a thread has none.

Codex keeps every thread in a rollout, and since 0.146 a projection of the paginated ones in a database. A thread whose
rollout lies there is read from it by the source ``codex`` and left alone here: the rollout alone tells tokens. A copy
of the database tells nothing of rollouts, so that it is not followed on other machines. See the chapter in
``FORMATS.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ppp_tui.sources.codex import discovery
from ppp_tui.sources.package_source import DatabaseSource, named_databases
from ppp_tui.sources.source import Capabilities, TableSource
from ppp_tui.sources.walk import Skips

DATABASE = "thread_history_1.sqlite"
"""Name of the database, whose number rises with its layout."""

_PATTERN = "thread_history_*.sqlite"


class CodexStore(DatabaseSource):
    """The source ``codex_store``."""

    title = "Codex history"
    agent_name = "codex"
    rules_from = "documentation and the program's source"
    provider = "openai"
    home_variables = ("CODEX_HOME", "CODEX_SQLITE_HOME")
    usual_place = "`~/.codex/thread_history_1.sqlite`, for threads without a rollout"
    capabilities = Capabilities(turn_ends=True, exit_codes=True, structured_questions=True)

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the databases beside Codex's sessions, or below ``CODEX_SQLITE_HOME``."""
        base = Path(environment.get("CODEX_HOME") or home / ".codex").expanduser()
        folder = Path(environment.get("CODEX_SQLITE_HOME") or base).expanduser()
        return sorted(folder.glob(_PATTERN), reverse=True)[:1] or [folder / DATABASE]

    def find(self, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        """Yield the database itself, or those in a folder."""
        del skips
        return named_databases(root, _PATTERN)

    def claims(self, path: Path) -> bool:
        """Return whether a path is named like such a database."""
        return path.match(_PATTERN)

    def resume_command(self, native_id: str, project: str) -> str | None:
        """See `codex.discovery.resume_command`."""
        return discovery.resume_command(native_id, project)


SOURCE: TableSource = CodexStore()
