"""Conversations of OpenHands (SDK and CLI): a folder each, with its state in one file and every event in one more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from ppp_tui.sources.package_source import PackageSource
from ppp_tui.sources.source import Capabilities, Identity, TableSource, TablesRead

STATE = "base_state.json"
"""Stands for a conversation: it is rewritten whenever the model answered or the state changed."""

EVENTS = "events"
"""Folder of the events beside it."""


class OpenHands(PackageSource):
    """The source ``openhands``."""

    title = "OpenHands"
    rules_from = "documentation and public examples"
    home_variables = ("OPENHANDS_CONVERSATIONS_DIR",)
    usual_place = "`~/.openhands/conversations`, or `OPENHANDS_CONVERSATIONS_DIR`"
    capabilities = Capabilities(turn_ends=True, exit_codes=True, usage_per_request=True)
    ignored = frozenset({EVENTS})

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folder of conversations, existing or not."""
        named = environment.get("OPENHANDS_CONVERSATIONS_DIR")
        return [Path(named).expanduser() if named else home / ".openhands" / "conversations"]

    def is_named(self, name: str) -> bool:
        """Return whether a name is that of the state of a conversation."""
        return name == STATE

    def identify(self, path: Path) -> Identity:
        """Return the conversation's id: the name of its folder."""
        return Identity(path.parent.name)

    def resume_command(self, native_id: str, project: str) -> str | None:
        """Return the command that resumes a conversation in its folder."""
        from ppp_tui.sources.resume import resume_in_folder

        return resume_in_folder("openhands --resume", native_id, project)

    def companions(self, path: Path) -> Iterable[Path]:
        """Return the folder of events, whose time moves with each new one."""
        return (path.parent / EVENTS,)

    def session_of(self, path: Path) -> Path | None:
        """Return the state of the conversation that an event belongs to."""
        return path.parent.parent / STATE if path.parent.name == EVENTS and path.suffix == ".json" else None

    def copied_with(self, path: Path) -> Iterable[Path]:
        """Return nothing: the events, which a copy of a conversation should have with it, are found in their folder."""
        del path
        return ()

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `conversation.read_conversation`."""
        from ppp_tui.sources.openhands.conversation import read_conversation  # looking needs none of it

        return read_conversation(path, state, limit)


SOURCE: TableSource = OpenHands()
