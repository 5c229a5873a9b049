"""Crush: a SQLite database per project, ``.crush/crush.db``, whose rows change in place while an answer streams."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ppp_tui.sources.crush import discovery
from ppp_tui.sources.source import Capabilities, TableSource, TablesRead
from ppp_tui.sources.trajectory_db.connect import LOG


class Crush:
    """The source ``crush``."""

    name = "crush"
    title = "Crush"
    agent_name = "crush"
    version = 1
    rules_from = "the program's source and public examples of rows"
    provider = ""
    home_variables: tuple[str, ...] = ("CRUSH_GLOBAL_DATA", "XDG_DATA_HOME")
    usual_place = "`.crush/crush.db` of each project in `~/.local/share/crush/projects.json`"
    capabilities = Capabilities(
        turn_ends=True,
        exit_codes=True,
        structured_questions=False,
        permission_waits=False,
        retries=False,
        usage_per_request=False,
        context_window=False,
        first_token=False,
        rate_limits=False,
    )
    roots = staticmethod(discovery.roots)
    find = staticmethod(discovery.find)
    claims = staticmethod(discovery.claims)
    identify = staticmethod(discovery.identify)
    resume_command = staticmethod(discovery.resume_command)

    def companions(self, path: Path) -> Iterable[Path]:
        """Return the write-ahead log, where new rows are before they are in the database."""
        return (path.with_name(path.name + LOG),)

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `poll.poll`."""
        # The reader is imported late: looking for databases does not need it.
        from ppp_tui.sources.crush.poll import poll

        return poll(path, state, limit)


SOURCE: TableSource = Crush()
