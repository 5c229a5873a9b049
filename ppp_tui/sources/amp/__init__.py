"""Amp: a JSON document for each thread, rewritten at every change. Many threads are kept by its server only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ppp_tui.sources.resume import resume_in_folder
from ppp_tui.sources.source import Capabilities, Identity, TableSource, TablesRead
from ppp_tui.sources.walk import Skips, walk_files

_BEGIN, _END = "T-", ".json"


class Amp:
    """The source ``amp``."""

    name = "amp"
    title = "Amp"
    agent_name = "amp"
    version = 1
    rules_from = "public examples and other readers"
    provider = ""
    home_variables: tuple[str, ...] = ("XDG_DATA_HOME",)
    usual_place = "`~/.local/share/amp/threads`, where threads are kept on this machine"
    capabilities = Capabilities(
        turn_ends=True,
        exit_codes=True,
        structured_questions=False,
        permission_waits=True,
        retries=False,
        usage_per_request=True,
        context_window=True,
        first_token=False,
        rate_limits=False,
    )

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folder of threads, existing or not."""
        data = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share").expanduser()
        return [data / "amp" / "threads"]

    def find(self, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        """Yield every thread below a root, or the root itself if it is one."""
        return walk_files(root, _is_named, skips)

    def claims(self, path: Path) -> bool:
        """Return whether a path is a thread by its name."""
        return _is_named(path.name)

    def identify(self, path: Path) -> Identity:
        """Return the thread's id: the name of its file."""
        return Identity(path.stem)

    def resume_command(self, native_id: str, project: str) -> str | None:
        """Return the command that goes on with a thread in its folder."""
        return resume_in_folder("amp threads continue", native_id, project)

    def companions(self, path: Path) -> Iterable[Path]:
        """Return nothing: a thread has no companions."""
        del path
        return ()

    def copied_with(self, path: Path) -> Iterable[Path]:
        """Return the files that a copy of a session should have with it."""
        return self.companions(path)

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `thread.read_thread`; a document is read whole."""
        del limit
        from ppp_tui.sources.amp.thread import read_thread  # looking for threads needs none of it

        return read_thread(path, state)


def _is_named(name: str) -> bool:
    return name.startswith(_BEGIN) and name.endswith(_END) and len(name) > len(_BEGIN + _END)


SOURCE: TableSource = Amp()
