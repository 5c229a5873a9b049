"""Cline on the command line, and as a library: a JSON document of messages for each session and sub-agent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from ppp_tui.sources.cline_sessions.layout import JOINT, MESSAGES, identity_of, is_named, manifest_of
from ppp_tui.sources.package_source import USUAL, DocumentSource
from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Identity, TableSource, TablesRead


class ClineSessions(DocumentSource):
    """The source ``cline_sessions``."""

    title = "Cline CLI"
    agent_name = "cline"
    home_variables = ("CLINE_SESSION_DATA_DIR", "CLINE_DATA_DIR", "CLINE_DIR")
    usual_place = "`~/.cline/data/sessions`, or `CLINE_SESSION_DATA_DIR`"
    capabilities = USUAL._replace(permission_waits=True)

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folder of sessions, existing or not."""
        own = Path(environment.get("CLINE_DIR") or home / ".cline").expanduser()
        data = Path(environment.get("CLINE_DATA_DIR") or own / "data").expanduser()
        return [Path(environment.get("CLINE_SESSION_DATA_DIR") or data / "sessions").expanduser()]

    def is_named(self, name: str) -> bool:
        """Return whether a name is that of a session, or of a sub-agent."""
        return is_named(name)

    def identify(self, path: Path) -> Identity:
        """Return the session's id, and of a sub-agent that of the session which began it."""
        return identity_of(path)

    def resume_command(self, native_id: str, project: str) -> str | None:
        """Return the command that resumes a session in its folder; None for a sub-agent."""
        return None if JOINT in native_id else resume_in_folder("cline --id", native_id, project)

    def companions(self, path: Path) -> Iterable[Path]:
        """Return the file that describes the session."""
        return (manifest_of(path),)

    def session_of(self, path: Path) -> Path | None:
        """Return the session that a manifest describes, by its name."""
        if path.suffix != ".json" or path.stem != path.parent.name:
            return None
        return path.with_name(path.stem + MESSAGES)

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `session.read_session`; a document is read whole."""
        del limit
        from ppp_tui.sources.cline_sessions.session import read_session  # looking for sessions needs none of it

        return read_session(path, state)


SOURCE: TableSource = ClineSessions()
