"""Plain lines: JSON that any program appends to a file, without our library. `PLAIN.md` describes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ppp_tui.paths import plain_sessions
from ppp_tui.sources.source import Capabilities, Identity, LineSource, Parser, Payload
from ppp_tui.sources.walk import Skips, walk_files

SUFFIX = ".jsonl"


class Plain:
    """The source ``plain``."""

    name = "plain"
    title = "Plain JSON lines"
    agent_name = "plain"
    version = 1
    provider = ""
    home_variables: tuple[str, ...] = ("XDG_DATA_HOME",)
    usual_place = "`~/.local/share/ppp-tui/sessions`, or where you say"
    capabilities = Capabilities(
        turn_ends=True,
        exit_codes=True,
        structured_questions=True,
        retries=True,
        usage_per_request=True,
        context_window=True,
    )

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folder that programs append to."""
        return [plain_sessions(environment, home)]

    def find(self, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        """Yield every file below a root, or the root itself if it is one."""
        return walk_files(root, _is_named, skips)

    def claims(self, path: Path) -> bool:
        """Return whether a path is such a file by its name."""
        return _is_named(path.name)

    def identify(self, path: Path) -> Identity:
        """Return the file's name without its end."""
        return Identity(path.stem)

    def resume_command(self, native_id: str, project: str) -> str | None:
        """Return None: the format says nothing of how its program goes on."""
        del native_id, project
        return None

    # The parser takes a while to import, and looking for files does not need it.

    def parser(self, path: Path, state: bytes = b"") -> Parser:
        """See `parser.PlainParser`."""
        from ppp_tui.sources.plain.parser import PlainParser

        return PlainParser(path, state)

    def load_input(self, record: bytes, key: str) -> Payload:
        """See `payloads.load_input`."""
        from ppp_tui.sources.plain import payloads

        return payloads.load_input(record, key)

    def load_output(self, record: bytes, key: str) -> Payload:
        """See `payloads.load_output`."""
        from ppp_tui.sources.plain import payloads

        return payloads.load_output(record, key)


def _is_named(name: str) -> bool:
    return name.endswith(SUFFIX) and name != SUFFIX


SOURCE: LineSource = Plain()
