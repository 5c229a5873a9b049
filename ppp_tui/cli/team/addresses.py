"""Where the shared store is: named on the command line, by a variable, in the settings or in a private file.

The private files lie beside the settings file: the address that a person was given, with its password, and the one by
which the store was set up, without.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ppp_tui.cli.invocation import Invocation
from ppp_tui.cli.report.place import ReadPlace, SharedPlace
from ppp_tui.paths import is_private, replace_private, user_paths
from ppp_tui.settings.layers import TEAM_URL_VARIABLE, Choices, config_file
from ppp_tui.text.sanitize import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ppp_tui.team.connect import Store

MEMBER_FILE, OWNER_FILE = "team-address", "team-owner-address"
MAX_ADDRESS_CHARS = 4000
MISSING_EXTRA = "ppp-tui team needs packages that are not there ({error}): pip install 'ppp-tui[postgres]'"


class TeamError(click.ClickException):
    """Raised where the shared store cannot be used."""


@contextmanager
def team_errors() -> Iterator[None]:
    """Show errors of the shared store as sentences."""
    try:
        from ppp_tui.team.connect import ServerError, StoreError
    except ImportError as error:
        raise TeamError(MISSING_EXTRA.format(error=error)) from error
    try:
        yield
    except StoreError as error:
        raise TeamError(plain(str(error))) from error
    except ServerError as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise TeamError(f"The shared store refused: {plain(lines[0])}.") from error


def address_file(invocation: Invocation, name: str) -> Path:
    """Return where an address is kept, there or not."""
    choices = Choices(config=invocation.config)
    return config_file(invocation.environment, invocation.home_path, user_paths(), choices).path.with_name(name)


def read_address(path: Path) -> str:
    """Return the address that a private file holds, '' without one. Raises TeamError if others can read it."""
    if not path.exists():
        return ""
    if not is_private(path):
        raise TeamError(f"{plain(str(path))} can be read by others: chmod 600 {plain(str(path))}")
    return path.read_text(encoding="utf-8", errors="replace")[:MAX_ADDRESS_CHARS].strip()


def keep_address(path: Path, address: str) -> None:
    """Keep an address in a private file, in place of the one that it held. Raises OSError."""
    replace_private(path, f"{address}\n".encode(), is_durable=True)


def member_address(invocation: Invocation, url: str | None = None) -> str:
    """Return the address by which the user reaches the shared store, with what is known of its password.

    Raises TeamError where none is named.
    """
    from ppp_tui.team.connect import without_password

    kept = read_address(address_file(invocation, MEMBER_FILE))
    address = url or invocation.environment.get(TEAM_URL_VARIABLE, "").strip() or invocation.settings.team.url or kept
    if not address:
        raise TeamError(
            "No shared store is named: ppp-tui team join ADDRESS, with the address that you were given, or team.url."
        )
    # The settings name the store, the private file has its password.
    return kept if kept and without_password(kept) == without_password(address) == address else address


def is_team_named(invocation: Invocation) -> bool:
    """Return whether a shared store is named anywhere."""
    return bool(
        invocation.environment.get(TEAM_URL_VARIABLE, "").strip()
        or invocation.settings.team.url
        or address_file(invocation, MEMBER_FILE).exists()
    )


def open_team(invocation: Invocation, url: str | None = None, tenant: str | None = None) -> Store:
    """Return the shared store as the user. Raises StoreError and TeamError."""
    from ppp_tui.team.connect import open_store

    return open_store(member_address(invocation, url), tenant or invocation.settings.team.tenant)


def url_options(command: Any) -> Any:
    """Give a command ``--url`` and ``--tenant``."""
    command = click.option("--tenant", metavar="NAME", help="Tenant, where you belong to several.")(command)
    return click.option("--url", metavar="ADDRESS", help="Shared store, instead of the one that you joined.")(command)


def read_place(invocation: Invocation) -> ReadPlace:
    """Return where reports read: the database or, with ``--team``, the store that a team shares."""
    if not invocation.is_team:
        return invocation.glance.database.path
    return SharedPlace(member_address(invocation), invocation.settings.team.tenant)
