"""What agents send by OpenTelemetry, as ``ppp-tui receive`` keeps it: a file for each session, a record on each line.

Where an agent's own file of the session is read too, the trajectory is that file's: see `store.writers.received`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ppp_tui.paths import receiver_folder, sessions_of_receiver
from ppp_tui.sources.source import Capabilities, Identity, LineSource, Parser, Payload
from ppp_tui.sources.walk import Skips, walk_files

SUFFIX = ".jsonl"


class OpenTelemetry:
    """The source ``otel``."""

    name = "otel"
    title = "OpenTelemetry"
    agent_name = "otel"
    version = 1
    rules_from = "documentation and the programs' source"
    provider = ""
    home_variables: tuple[str, ...] = ("XDG_DATA_HOME",)
    usual_place = "`~/.local/share/ppp-tui/received`, by `ppp-tui receive`"
    capabilities = Capabilities(permission_waits=True, retries=True, usage_per_request=True, first_token=True)

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folder that ``ppp-tui receive`` writes to."""
        return [sessions_of_receiver(receiver_folder(environment, home))]

    def find(self, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        """Yield every file below a root, or the root itself if it is one."""
        return walk_files(root, _is_named, skips)

    def claims(self, path: Path) -> bool:
        """Return whether a path is such a file by its name."""
        return _is_named(path.name)

    def identify(self, path: Path) -> Identity:
        """Return the agent's own id of the session, behind the kind of its source in the file's name."""
        return Identity(path.stem.partition("-")[2] or path.stem)

    def resume_command(self, native_id: str, project: str) -> str | None:
        """Return None: the session is known by what was sent alone."""
        del native_id, project
        return None

    # The parser takes a while to import, and looking for files does not need it.

    def parser(self, path: Path, state: bytes = b"") -> Parser:
        """See `parser.OtelParser`."""
        from ppp_tui.sources.otel.parser import OtelParser

        return OtelParser(path, state)

    def load_input(self, record: bytes, key: str) -> Payload:
        """See `payloads.load_input`."""
        from ppp_tui.sources.otel import payloads

        return payloads.load_input(record, key)

    def load_output(self, record: bytes, key: str) -> Payload:
        """See `payloads.load_output`."""
        from ppp_tui.sources.otel import payloads

        return payloads.load_output(record, key)


def _is_named(name: str) -> bool:
    return name.endswith(SUFFIX) and name != SUFFIX


SOURCE: LineSource = OpenTelemetry()
