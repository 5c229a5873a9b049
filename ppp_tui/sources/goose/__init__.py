"""Goose: a SQLite database of all sessions, with a ledger of requests; a file for each session before that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from ppp_tui.sources.package_source import BESIDE_DATABASE, WRITE_AHEAD_LOG, PackageSource, data_folder
from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Capabilities, TableSource, TablesRead

DATABASE = "sessions.db"
_LINES = ".jsonl"
_BESIDE = frozenset({f"{DATABASE}{end}" for end in BESIDE_DATABASE})


class Goose(PackageSource):
    """The source ``goose``."""

    title = "Goose"
    version = 2
    rules_from = "the program's source and public examples"
    home_variables = ("GOOSE_PATH_ROOT", "XDG_DATA_HOME")
    usual_place = "`~/.local/share/goose/sessions`, or `GOOSE_PATH_ROOT`"
    capabilities = Capabilities(turn_ends=True, exit_codes=True, usage_per_request=True, context_window=True)
    ignored = _BESIDE

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folder of sessions, existing or not."""
        named = environment.get("GOOSE_PATH_ROOT")
        if named:
            return [Path(named).expanduser() / "data" / "sessions"]
        return [data_folder(environment, home) / "goose" / "sessions"]

    def is_named(self, name: str) -> bool:
        """Return whether a name is that of the database, or of a session's own file."""
        return name == DATABASE or (name.endswith(_LINES) and name != _LINES)

    def resume_command(self, native_id: str, project: str) -> str | None:
        """Return the command that resumes a session in its folder."""
        return resume_in_folder("goose session --resume --session-id", native_id, project)

    def companions(self, path: Path) -> Iterable[Path]:
        """Return a database's write-ahead log, where new rows are before they are in the database."""
        return (path.with_name(path.name + WRITE_AHEAD_LOG),) if path.name == DATABASE else ()

    def session_of(self, path: Path) -> Path | None:
        """Return the database that a log belongs to."""
        return path.with_name(DATABASE) if path.name == DATABASE + WRITE_AHEAD_LOG else None

    def is_database(self, path: Path) -> bool:
        """Return whether a session file is the database."""
        return path.name == DATABASE

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `poll.poll_database` and `session_file.read_session_file`."""
        # The reader is imported late: looking for sessions does not need it.
        if path.name.endswith(_LINES):
            from ppp_tui.sources.goose.session_file import read_session_file

            return read_session_file(path, state, path.with_name(DATABASE))
        from ppp_tui.sources.goose.poll import poll_database

        return poll_database(path, state, limit)


SOURCE: TableSource = Goose()
