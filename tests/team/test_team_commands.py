"""``ppp-tui team`` as people run it: a store is set up, machines join, and people are kept."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from ppp_tui.team.follow import read_follow_status
from tests.cli.conftest import environment, home
from tests.postgres import Server
from tests.team.people import ask
from tests.waiting import until
from tests.warm import Warm

__all__ = ["home"]

TENANTS = count(1)

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


@pytest.fixture
def shop(home: Path, warm: Warm, postgres: Server, common_store: str) -> tuple[Run, str]:
    """What runs ``ppp-tui`` in a home with one session, which has joined a team; and the address."""
    tenant = f"{common_store}_c{next(TENANTS)}"
    url = postgres.add_member(common_store, tenant, "ada", "admin")

    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return warm.run(arguments, environment(home, PPP_TUI_TEAM_URL=url, **more))

    return run, url


def test_a_session_is_shown_pushed_told_of_and_taken_back(shop: tuple[Run, str]) -> None:
    run, url = shop
    shown = run("team", "push", "--dry-run", "--json")
    report = json.loads(shown.stdout)
    assert report["rows"] == [{"project": "shop", "share": "figures", "trajectories": 1, "turns": 1}], shown.stderr
    rows = [json.loads(line) for line in run("team", "push", "--dry-run", "--rows").stdout.splitlines()]
    assert len(rows) == sum(report["rows_by_table"].values())
    assert "Add a login" not in json.dumps(rows)
    table = run("team", "push", "--dry-run", PPP_TUI_TEAM__SHARE="text")
    assert table.stdout.splitlines()[2].split() == ["shop", "text", "1", "1"]

    pushed = run("team", "push")
    assert pushed.stdout.startswith("1 trajectory pushed ("), pushed.stderr
    assert run("team", "push").stdout.startswith("0 trajectories pushed (0 rows)")
    status = json.loads(run("team", "status", "--json").stdout)
    assert (status["person"], status["trajectories"], status["waiting"], status["share"]) == ("ada", 1, 0, "figures")
    assert json.loads(run("team", "status", "--json", PPP_TUI_TEAM__SHARE="text").stdout)["waiting"] == 1
    lines = run("team", "status").stdout.splitlines()
    assert lines[1].endswith(": figures")
    assert lines[2].endswith("; 1 trajectory there")

    assert run("team", "forget").stderr.startswith("ppp-tui: name a session, or --project NAME, or --all.")
    assert run("team", "forget", "-1").stdout.startswith("1 trajectory taken back from ")
    assert run("team", "push", PPP_TUI_TEAM__SHARE="text").stdout.startswith("0 trajectories")
    assert run("team", "forget", "-1", "--undo").stdout == "1 trajectory may be pushed again: ppp-tui team push.\n"
    assert run("team", "push").stdout.startswith("1 trajectory pushed (")
    back = run("team", "forget", "--project", "shop")
    assert back.stdout.splitlines()[1] == ('New sessions of shop are still shared: set team.projects.shop = "none".')
    assert ask(url, "SELECT count(*) FROM trajectories") == [(0,)]
    doctor = run("doctor")
    assert "Team: shared are figures\n  team.continuous is false: ppp-tui team push pushes\n" in doctor.stdout


def test_a_preview_without_a_store_shows_the_first_push(home: Path, warm: Warm) -> None:
    shown = warm.run(["team", "push", "--dry-run"], environment(home))
    assert "No shared store is named: this is what there would be to push at first." in shown.stdout
    away = "postgresql://ada@127.0.0.1:9/team"
    shown = warm.run(["team", "push", "--dry-run"], environment(home, PPP_TUI_TEAM_URL=away))
    assert "does not answer" in shown.stdout
    assert "1 trajectory would be pushed" in shown.stdout
    pushed = warm.run(["team", "push"], environment(home, PPP_TUI_TEAM_URL=away))
    assert (pushed.returncode, pushed.stdout) == (1, "")


@pytest.mark.slow
def test_an_ingest_pushes_continuously_in_a_process_of_its_own(home: Path, warm: Warm, shop: tuple[Run, str]) -> None:
    _, url = shop
    variables = environment(home, PPP_TUI_TEAM_URL=url, PPP_TUI_TEAM__CONTINUOUS="true", PPP_TUI_TEAM__EVERY_S="1")
    ingest = warm.start(["ingest", "--follow"], variables)
    try:
        database = home / ".local" / "share" / "ppp-tui" / "archive.db"
        until(lambda: (status := read_follow_status(database)) is not None and status.pushed_at > 0, "a push", 90)
    finally:
        ingest.send_signal(signal.SIGTERM)
        ingest.wait(60)
    doctor = json.loads(warm.run(["doctor", "--json"], variables).stdout)["team"]
    assert (doctor["state"], doctor["error"], doctor["continuous"]) == ("ended", "", True)
    assert doctor["pushed_at"] is not None
    assert ask(url, "SELECT count(*) FROM trajectories") == [(1,)]
