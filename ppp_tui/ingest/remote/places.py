"""Paths of session files on another machine, and of their copies on this one.

The copies are beside the database. Below the folder of an address they keep their whole path, since formats read ids
and projects from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from ppp_tui.paths import COPIES_OF_FILES, COPIES_OF_HOME, copies_folder
from ppp_tui.settings.remote_address import RemoteAddress
from ppp_tui.sources import registry
from ppp_tui.sources.source import Source, has_databases, is_copied, is_listed, reads_tables

_ROOT = Path("/")


class RemoteRoot(NamedTuple):
    """A folder or file with sessions."""

    remote: str
    """Its path on the other machine; a relative one is below the home."""
    local: Path
    """The path of its copy."""


class Remote(NamedTuple):
    """Sessions of one kind on another machine."""

    source: str
    address: RemoteAddress
    folder: Path
    """Holds the copies and the state of the connection."""

    @property
    def host(self) -> str:
        """The machine's name, as it is written in the address."""
        return self.address.host

    def remote_path(self, local: Path) -> str | None:
        """Return the path on the other machine of a copy; None for a path that is not one."""
        if local.is_relative_to(self.folder / COPIES_OF_HOME):
            return str(local.relative_to(self.folder / COPIES_OF_HOME))
        if local.is_relative_to(self.folder / COPIES_OF_FILES):
            return f"/{local.relative_to(self.folder / COPIES_OF_FILES)}"
        return None

    @property
    def status_file(self) -> Path:
        """The file with the state of the connection."""
        return self.folder / "status.json"

    def roots(self) -> list[RemoteRoot]:
        """Return the path of the address, or the usual paths of the source, each with its copy.

        Paths that a copied registry of the agent names follow the folder of that registry.
        """
        source, address = registry.source(self.source), self.address
        if address.path:
            below = [address.path]
        else:
            usual = [path for path in source.roots({}, _ROOT) if path != _ROOT]
            # There may be further databases beside a usual one, which only a listing shows.
            usual = [path.parent if has_databases(source) and source.is_database(path) else path for path in usual]
            below = [str(path.relative_to(_ROOT)) for path in dict.fromkeys(usual)]
        if address.is_in_home:
            roots = [RemoteRoot(path, self.folder / COPIES_OF_HOME / path) for path in below]
        else:
            roots = [RemoteRoot(f"/{path}", self.folder / COPIES_OF_FILES / path) for path in below]
        if is_listed(source):
            named = [path for root in roots for path in source.named_in(root.local / source.registry)]
            roots += [
                RemoteRoot(str(path), self.folder / COPIES_OF_FILES / path.relative_to(_ROOT))
                for path in named
                if path.is_absolute() and ".." not in path.parts
            ]
        return roots


def make_remote(source: str, address: RemoteAddress, database: Path) -> Remote:
    """Return the sessions of a source on a machine, with their copies beside the database."""
    name = address.host.replace(":", "_")
    digest = blake2b(f"{source} {address}".encode(), digest_size=6).hexdigest()
    return Remote(source, address, copies_folder(database) / f"{name}-{source}-{digest}")


def host_of(path: Path, remotes: Iterable[Remote]) -> str:
    """Return the machine that a file was copied from, '' for a file of this machine."""
    return next((remote.host for remote in remotes if path.is_relative_to(remote.folder)), "")


def why_not_followed(source: str, address: RemoteAddress) -> str:
    """Return why a source cannot be read from another machine, '' if it can."""
    reading = registry.find_source(source)
    if reading is None:
        return ""
    if _is_copied(reading):
        if make_remote(source, address, Path("database")).roots():
            return ""
        return f"{source}={address}: {reading.title} has no usual place, so name a path there."
    kinds = ", ".join(sorted(kind.name for kind in registry.usable_sources(("all",)) if _is_copied(kind)))
    return (
        f"{source}={address}: what {reading.title} writes cannot be read from copies, so it cannot be followed on "
        f"another machine; what can be is {kinds}."
    )


def _is_copied(source: Source) -> bool:
    return is_copied(source) or has_databases(source) or not reads_tables(source)
