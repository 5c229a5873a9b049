"""Logs of Inspect: a ZIP file for each evaluation, with one JSON document for each sample that is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ppp_tui.sources.source import Capabilities, Identity, TableSource, TablesRead
from ppp_tui.sources.walk import Skips, walk_files

SUFFIX = ".eval"


class InspectEval:
    """The source ``inspect_eval``."""

    name = "inspect_eval"
    title = "Inspect"
    agent_name = "inspect"
    version = 1
    rules_from = "documentation and the program's source"
    provider = ""
    home_variables: tuple[str, ...] = ("INSPECT_LOG_DIR",)
    usual_place = "below `INSPECT_LOG_DIR`, or where you say"
    capabilities = Capabilities(turn_ends=True, usage_per_request=True)

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folder of logs, where it is named: by default Inspect writes into the folder it runs in."""
        named = environment.get("INSPECT_LOG_DIR", "").strip()
        return [] if not named or "://" in named else [home / Path(named).expanduser()]

    def find(self, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        """Yield every log below a root, or the root itself if it is one."""
        return walk_files(root, _is_named, skips)

    def claims(self, path: Path) -> bool:
        """Return whether a path is a log by its name."""
        return _is_named(path.name)

    def identify(self, path: Path) -> Identity:
        """Return the file's name, which stands for all samples."""
        return Identity(path.stem)

    def resume_command(self, native_id: str, project: str) -> str | None:
        """Return None: a sample cannot be resumed."""
        del native_id, project
        return None

    def companions(self, path: Path) -> Iterable[Path]:
        """Return nothing: a log has no companions."""
        del path
        return ()

    def copied_with(self, path: Path) -> Iterable[Path]:
        """Return the files that a copy of a session should have with it."""
        return self.companions(path)

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `log.read_log`; `limit` is met by the size of samples."""
        del limit
        from ppp_tui.sources.inspect_eval.log import read_log  # looking for logs needs none of it

        return read_log(path, state)


def _is_named(name: str) -> bool:
    return name.endswith(SUFFIX) and name != SUFFIX


SOURCE: TableSource = InspectEval()
