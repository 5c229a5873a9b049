"""People and machines of a team beside each other: in queries, by ``ppp-tui compare``, and on the screen Compare."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.query.query import answer
from ppp_tui.query.scores.compare import GroupBy, GroupName, group_names, samples
from ppp_tui.store.write import Writer
from ppp_tui.team.pool import TeamPool
from ppp_tui.team.reader import open_team_reader
from ppp_tui.tui.screens.compare import OWN_VIEWS, TEAM_VIEWS
from ppp_tui.tui.widgets.panel import Panel
from tests.cli.conftest import environment
from tests.postgres import Server
from tests.team.people import HOME, add_session, change, make_database, push, settle, shares
from tests.team.test_words import write_history
from tests.tui.dashboard_of import dashboard, ports_of
from tests.warm import Warm

Compare = Callable[..., dict[str, Any]]


@pytest.fixture
def lee(postgres: Server, common_store: str, tenant: str, ada: str) -> str:
    return postgres.add_member(common_store, tenant, "lee", "lead")


@pytest.mark.parametrize(("by", "first", "second"), [("person", "ada", "bob"), ("machine", "m1", "m2")])
def test_groups_hold_the_sessions_that_each_pushed(
    lee: str, ada: str, bob: str, tmp_path: Path, by: GroupBy, first: str, second: str
) -> None:
    push(ada, make_database(tmp_path / "ada.db", sessions=2))
    push(bob, write_history(tmp_path / "bob.db", 7, "one", "two", "three"), shares(machine="m2"))
    with closing(open_team_reader(lee)) as reader:
        assert answer(reader, group_names(by)) == [GroupName(first, 2), GroupName(second, 1)]
        drawn = answer(reader, samples(by, (first, second)))
    turns = {name: [figures.run.conduct.turns for figures in own if figures.run.conduct] for name, own in drawn.items()}
    assert turns == {first: [2, 2], second: [3]}


def test_people_are_compared_in_a_shared_store_alone() -> None:
    assert TEAM_VIEWS[len(OWN_VIEWS) :] == ("people", "machines")
    assert OWN_VIEWS == ("sessions", "agents", "models", "reasoning efforts")


def write_longer(path: Path) -> Path:
    """A database with five sessions of three turns."""
    with closing(Writer(path)) as writer:
        for number in range(11, 16):
            add_session(writer, number, folder=f"{HOME}/code/till", turns=3)
        settle(writer, f"{HOME}/code/till")
    return path


@pytest.fixture
def team(lee: str, ada: str, bob: str, tmp_path: Path) -> str:
    """The address of a lead's, where ada shares six sessions of two turns from m1, and bob five of three from m2."""
    push(ada, make_database(tmp_path / "ada.db", sessions=6))
    push(bob, write_longer(tmp_path / "bob.db"), shares(machine="m2"))
    return lee


@pytest.fixture
def compare(warm: Warm, tmp_path: Path) -> Compare:
    """What ``ppp-tui compare --json`` prints with arguments, and variables as keywords."""

    def run(*arguments: str, **variables: str) -> dict[str, Any]:
        done = warm.run(["compare", "--no-sync", "--json", *arguments], environment(tmp_path, **variables))
        assert (done.returncode, done.stderr) == (0, "")
        shown: dict[str, Any] = json.loads(done.stdout)
        return shown

    return run


@pytest.mark.parametrize(("by", "first", "second"), [("person", "ada", "bob"), ("machine", "m1", "m2")])
def test_command_compares_what_each_shared(team: str, compare: Compare, by: str, first: str, second: str) -> None:
    shown = compare("--team", "--by", by, second, PPP_TUI_TEAM_URL=team)
    assert (shown["schema"], shown["by"], shown["names"]) == ("ppp-tui/compare/1", by, [second, first])
    assert (shown["sessions"], shown["compared"]) == ([5, 6], [5, 6])
    assert shown["groups"] == [{"name": first, "sessions": 6}, {"name": second, "sessions": 5}]
    (turns,) = [row for row in shown["rows"] if row["measure"] == "turns"]
    assert turns == {
        "measure": "turns",
        "unit": "count",
        "first_mean": 3.0,
        "second_mean": 2.0,
        "difference": 1.0,
        "low": 1.0,
        "high": 1.0,
        "first_count": 5,
        "second_count": 6,
        "tasks": "different",
        "verdict": "real",
        "better": None,
    }
    # Nobody's preferences were checked: that none was violated says nothing.
    (violations,) = [row for row in shown["rows"] if row["measure"] == "violations"]
    assert (violations["first_mean"], violations["verdict"], violations["better"]) == (None, None, None)


def test_command_gives_the_same_figures_on_both_engines(ada: str, tmp_path: Path, compare: Compare) -> None:
    database = make_database(tmp_path / "ada.db", sessions=10)
    change(database, "UPDATE trajectories SET agent_name = 'codex' WHERE id IN (2, 4, 6, 8, 10)", 2, 4, 6, 8, 10)
    change(database, "UPDATE token_usage SET cost_micros = id >> 40", *range(1, 11))
    push(ada, database, shares("text"))
    own = compare("--database", str(database))
    shared = compare("--team", PPP_TUI_TEAM_URL=ada)
    assert sorted(own["names"]) == ["claude", "codex"]
    assert len(own["rows"]) > 15
    assert {**shared, "generated_at": None} == {**own, "generated_at": None}


async def test_screen_shows_people_and_machines_with_the_figures_of_the_command(
    team: str, tmp_path: Path, warm: Warm
) -> None:
    command = ["compare", "--no-sync", "--team", "--by", "person"]
    printed = warm.run(command, environment(tmp_path, PPP_TUI_TEAM_URL=team)).stdout
    # A measure, both means, their distance, the bounds of its interval, the verdict.
    by_command = {line[:25].strip(): line[25:].split() for line in printed.splitlines()}
    assert printed.splitlines()[0] == "ada: 6 sessions, bob: 5 sessions"
    assert by_command["turns"] == ["2", "3", "−1", "−1", "−1", "real"]
    ports = ports_of(tmp_path / "none.db", database=TeamPool(team), is_team=True)
    async with dashboard(ports, (160, 60)) as shown:
        await shown.press("3", "h", "h", "h")
        answer_panel = shown.app.screen.query_one("#answer", Panel)
        assert answer_panel.text.splitlines()[0] == " ada or bob?  ada: 6 sessions, bob: 5."
        for title in ("time at work", "tokens", "cache hit rate", "turns", "R_Proact", "technical score"):
            (line,) = [line[2:] for line in shown.lines() if line[2:].startswith(f"{title}  ")]
            assert line[25:].split()[:3] == by_command[title][:3], title
            assert line.endswith(f" {by_command[title][-1]}"), title
        await shown.press("l")
        assert answer_panel.text.splitlines()[0] == " m1 or m2?  m1: 6 sessions, m2: 5."


def test_command_says_what_cannot_be_compared(team: str, warm: Warm, tmp_path: Path) -> None:
    def refusal(*arguments: str) -> tuple[int, str]:
        done = warm.run(["compare", "--no-sync", *arguments], environment(tmp_path, PPP_TUI_TEAM_URL=team))
        return done.returncode, done.stderr

    assert "your own database knows no people: add --team." in refusal("--by", "person")[1]
    assert refusal("--team", "--by", "person", "cyd") == (
        1,
        "ppp-tui: cyd has no sessions here; people that have: ada, bob.\n",
    )
    assert "name two that differ." in refusal("--team", "--by", "person", "ada", "ada")[1]
    status, text = refusal("--team", "--by", "agent")
    assert (status, text.split(". ")[0]) == (1, "No two agents with sessions")


def test_shell_completes_people_of_the_team(team: str, warm: Warm, tmp_path: Path) -> None:
    line = "ppp-tui compare --team --by person b"
    done = warm.run(
        [],
        environment(
            tmp_path, PPP_TUI_TEAM_URL=team, _PPP_TUI_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD="5"
        ),
    )
    assert done.stdout == "plain,bob\n"
