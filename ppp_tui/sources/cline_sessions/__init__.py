"""Cline on the command line, and as a library: a JSON document of messages for each session and sub-agent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ppp_tui.sources.cline_sessions.layout import JOINT, MESSAGES, identity_of, is_named, manifest_of
from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Capabilities, Identity, TableSource, TablesRead
from ppp_tui.sources.walk import Skips, walk_files


class ClineSessions:
    """The source ``cline_sessions``."""

    name = "cline_sessions"
    title = "Cline CLI"
    agent_name = "cline"
    version = 1
    provider = ""
    home_variables: tuple[str, ...] = ("CLINE_SESSION_DATA_DIR", "CLINE_DATA_DIR", "CLINE_DIR")
    usual_place = "`~/.cline/data/sessions`, or `CLINE_SESSION_DATA_DIR`"
    capabilities = Capabilities(
        turn_ends=True, exit_codes=True, structured_questions=True, permission_waits=True, usage_per_request=True
    )

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folder of sessions, existing or not."""
        own = Path(environment.get("CLINE_DIR") or home / ".cline").expanduser()
        data = Path(environment.get("CLINE_DATA_DIR") or own / "data").expanduser()
        return [Path(environment.get("CLINE_SESSION_DATA_DIR") or data / "sessions").expanduser()]

    def find(self, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        """Yield every session and sub-agent below a root, or the root itself if it is one."""
        return walk_files(root, is_named, skips)

    def claims(self, path: Path) -> bool:
        """Return whether a path is a session by its name."""
        return is_named(path.name)

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

    def copied_with(self, path: Path) -> Iterable[Path]:
        """Return the files that a copy of a session should have with it."""
        return self.companions(path)

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `session.read_session`; a document is read whole."""
        del limit
        from ppp_tui.sources.cline_sessions.session import read_session  # looking for sessions needs none of it

        return read_session(path, state)


SOURCE: TableSource = ClineSessions()
