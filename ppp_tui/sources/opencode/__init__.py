"""OpenCode: a SQLite database in WAL mode, whose rows change in place; sub-agents are sessions with a parent."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ppp_tui.sources.opencode.discovery import OPENCODE, identify
from ppp_tui.sources.source import Capabilities, TableSource, TablesRead
from ppp_tui.sources.trajectory_db.connect import LOG


class OpenCode:
    """The source ``opencode``; a program that descends from it keeps its sessions in the same tables."""

    name = "opencode"
    title = "OpenCode"
    agent_name = "opencode"
    version = 2
    provider = ""
    home_variables: tuple[str, ...] = ("OPENCODE_DB", "XDG_DATA_HOME")
    usual_place = "`~/.local/share/opencode/opencode.db`, or `OPENCODE_DB`"
    capabilities = Capabilities(
        turn_ends=True,
        exit_codes=True,
        structured_questions=True,
        usage_per_request=True,
    )
    roots = staticmethod(OPENCODE.roots)
    find = staticmethod(OPENCODE.find)
    claims = staticmethod(OPENCODE.claims)
    identify = staticmethod(identify)
    resume_command = staticmethod(OPENCODE.resume_command)

    def companions(self, path: Path) -> Iterable[Path]:
        """Return the write-ahead log, where new rows are before they are in the database."""
        return (path.with_name(path.name + LOG),)

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `poll.poll`."""
        # The reader is imported late: looking for databases does not need it.
        from ppp_tui.sources.opencode.poll import poll

        return poll(path, state, limit)


SOURCE: TableSource = OpenCode()
