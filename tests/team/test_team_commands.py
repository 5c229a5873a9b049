"""``ppp-tui team`` as people run it: a store is set up, machines join, and people are kept."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import environment
from tests.postgres import Server
from tests.warm import Warm

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def database(postgres: Server) -> Iterator[str]:
    """An empty database, in which nobody has set up anything."""
    name = postgres.make_database("template1")
    yield name
    postgres.drop_database(name)


@pytest.fixture
def machine(tmp_path: Path, warm: Warm) -> Callable[[str], Run]:
    """A function that returns what runs ``ppp-tui`` in the home of a person of that name."""

    def in_home(name: str) -> Run:
        home = tmp_path / name
        home.mkdir(exist_ok=True)

        def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
            return warm.run(["team", *arguments], environment(home, LOGNAME=name, **more))

        return run

    return in_home


def address_in(output: str) -> str:
    """The address that a command printed to be handed over."""
    (address,) = re.findall(r"^  (postgresql://\S+)$", output, re.MULTILINE)
    return str(address)


def test_a_store_is_set_up_and_joined(
    postgres: Server, database: str, machine: Callable[[str], Run], tmp_path: Path
) -> None:
    # Logins are the server's, and a run of tests has many databases.
    team = f"t{database}"
    ada, bob = machine("ada"), machine("bob")
    done = ada("init", postgres.url(database), "--tenant", team)
    assert done.returncode == 0, done.stderr
    assert f"ada is the admin of {team}." in done.stdout
    kept = tmp_path / "ada" / ".config" / "ppp-tui" / "team-address"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert f"postgresql://{team}_ada:" in kept.read_text()
    assert "postgres:" not in kept.with_name("team-owner-address").read_text()

    added = ada("add", "bob", "--role", "lead")
    assert added.stdout.startswith(f"bob is lead of {team}.\n"), added.stderr
    joined = bob("join", address_in(added.stdout))
    assert joined.stdout.startswith(f"You are bob, lead of {team}; "), joined.stderr

    again = ada("init", postgres.url(database), "--tenant", team)
    assert again.stdout == (
        f"The store is up to date: 0 steps applied.\nThe team {team} is there already: ppp-tui team add adds people.\n"
    )

    listed = json.loads(bob("roles", "--json").stdout)
    assert [(row["name"], row["role"], row["replicas"], row["pushed_at"]) for row in listed["rows"]] == [
        ("ada", "admin", 0, None),
        ("bob", "lead", 0, None),
    ]
    assert bob("roles", "ada", "member").stderr == f"ppp-tui: Roles are changed by an admin of {team}; you are lead.\n"
    assert ada("roles", "ada", "none").stderr == (
        f"ppp-tui: ada is the only admin of {team}: make somebody else one first.\n"
    )
    assert ada("roles", "bob", "member").stdout == f"bob is member of {team}.\n"
    entries = json.loads(ada("audit", "--json").stdout)["rows"]
    assert [(entry["action"], entry["detail"]) for entry in entries] == [
        ("member changed", f"bob (login {team}_bob): member"),
        ("member added", f"bob (login {team}_bob): lead"),
        ("member added", f"ada (login {team}_ada): admin"),
    ]
    assert ada("roles", "bob", "none").stdout == f"bob no longer belongs to {team}.\n"
    assert bob("roles").stderr == (
        "ppp-tui: This login belongs to no team: whoever keeps the store runs ppp-tui team add.\n"
    )


def test_what_is_wrong_is_said_without_a_password(
    postgres: Server, store: str, machine: Callable[[str], Run], tmp_path: Path
) -> None:
    cyd = machine("cyd")
    assert cyd("roles").stderr.startswith("ppp-tui: No shared store is named: ppp-tui team join ADDRESS")
    assert "logs" not in cyd("add", "bob").stdout
    assert cyd("add", "bob").stderr == (
        "ppp-tui: This machine did not set up the store: name it with --url, as a superuser.\n"
    )
    away = cyd("roles", PPP_TUI_TEAM_URL="postgresql://cyd:s3cret@127.0.0.1:9/team")
    assert away.stderr.startswith("ppp-tui: The shared store postgresql://cyd@127.0.0.1:9/team does not answer: ")
    refused = cyd("roles", PPP_TUI_TEAM__URL="postgresql://cyd:s3cret@db.example/team")
    assert "must not hold a password" in refused.stderr
    strong = cyd("roles", "--url", postgres.url(store))
    assert strong.stderr.startswith("ppp-tui: The login postgres is a superuser")
    assert "s3cret" not in away.stderr + refused.stderr + strong.stderr
    postgres.add_member(store, "red", "cyd", "admin")
    opened = tmp_path / "cyd" / ".config" / "ppp-tui" / "team-address"
    assert cyd("join", postgres.url(store, "red_cyd")).returncode == 0
    opened.chmod(0o644)
    assert cyd("roles").stderr == f"ppp-tui: {opened} can be read by others: chmod 600 {opened}\n"
