"""Cline as an extension of editors: a folder for each task, with the messages of its panel as one JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ppp_tui.sources.cline import discovery
from ppp_tui.sources.package_source import USUAL, DocumentSource
from ppp_tui.sources.source import Identity, TableSource, TablesRead
from ppp_tui.sources.walk import Skips


class Cline(DocumentSource):
    """The source ``cline``; extensions that descend from it keep their tasks in the same form."""

    title = "Cline"
    extension = "saoudrizwan.claude-dev"
    """The extension's name, and that of its folder in the editor's."""
    home_variables: tuple[str, ...] = ("XDG_CONFIG_HOME", "CLINE_DIR")
    usual_place = "tasks of the extension in VS Code and its kin, `~/.cline/data/tasks`, or `CLINE_DIR`"
    capabilities = USUAL._replace(permission_waits=True, retries=True)

    def roots(self, environment: Mapping[str, str], home: Path) -> list[Path]:
        """Return the folders of tasks in the editors that are there, and that of Cline's own program."""
        own = Path(environment.get("CLINE_DIR") or home / ".cline").expanduser() / "data" / "tasks"
        return [*discovery.storage_folders(environment, home, self.extension), *([own] if own.is_dir() else [])]

    def find(self, root: Path, skips: Skips | None = None) -> Iterator[Path]:
        """Yield every task below a root, or the root itself if it is one."""
        return discovery.find(root, skips)

    def claims(self, path: Path) -> bool:
        """Return whether a path is a task by its name."""
        return discovery.is_session(path.name)

    def identify(self, path: Path) -> Identity:
        """Return the task's id: the name of its folder."""
        return Identity(path.parent.name)

    def companions(self, path: Path) -> Iterable[Path]:
        """Return the files that describe the task."""
        return (path.with_name(discovery.METADATA), path.with_name(discovery.HISTORY))

    def poll(self, path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
        """See `task.read_task`; a document is read whole."""
        del limit
        from ppp_tui.sources.cline.task import read_task  # looking for tasks needs none of it

        return read_task(path, state)


SOURCE: TableSource = Cline()
