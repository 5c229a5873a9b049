"""The user's command for alerts: its arguments, its time, and what an agent wrote in them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ppp_tui.ingest.jobs.alert_command import MAX_WAITING, AlertCommand, arguments
from tests.ingest.house import House
from tests.ingest.notes_source import DAY
from tests.waiting import until

VALUES = {
    "rule": "context > 90",
    "value": "95%",
    "agent": "claude",
    "session": "12",
    "project": "/shop",
    "title": "Add a login",
    "since": "2026-11-20T12:00:00.000Z",
}
WRITE = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text('\\n'.join(sys.argv[2:]))"
RULE = "high_questions < 9"
NOTE = ({"prompt": "$(touch /tmp/x) `id`; --help", "at": 1}, {"say": "Done.", "at": 2}, {"done": 1, "at": 2})


def finish(command: AlertCommand) -> None:
    """Wait until the command ran for all alerts."""
    thread = command._thread
    if thread is not None:
        thread.join(30)
    assert not command.is_busy


def test_fields_are_replaced_within_arguments_and_nowhere_else() -> None:
    template = ("tell", "{agent}: {rule} ({value})", "#{session}", "{title}", "{{unknown}}", "plain")
    assert arguments(template, VALUES) == [
        "tell",
        "claude: context > 90 (95%)",
        "#12",
        "Add a login",
        "{{unknown}}",
        "plain",
    ]


@pytest.mark.parametrize(
    ("title", "argument"),
    [
        ("--help", " --help"),
        ("-x", " -x"),
        ("{agent}", "{agent}"),
        ("a\x1b[31mb\0c", "a␛[31mb␀c"),
        ("$(id) `id` ; | > ' \"", "$(id) `id` ; | > ' \""),
        ("x" * 5000, "x" * 200),
    ],
)
def test_hostile_title_stays_one_harmless_argument(title: str, argument: str) -> None:
    assert arguments(("tell", "{title}"), {**VALUES, "title": title}) == ["tell", argument]


def test_option_of_the_user_stays_one_before_a_field() -> None:
    assert arguments(("tell", "--title={title}"), VALUES) == ["tell", "--title=Add a login"]


def test_command_gets_its_arguments_and_success_clears_trouble(tmp_path: Path) -> None:
    command = AlertCommand((sys.executable, "-c", WRITE, str(tmp_path / "out"), "{rule}", "{title}"), 30)
    command.trouble = "as before"
    command.run_for(1, VALUES)
    finish(command)
    assert (tmp_path / "out").read_text() == "context > 90\nAdd a login"
    assert command.trouble == ""


@pytest.mark.parametrize(
    ("words", "trouble"),
    [
        (("/nowhere/program",), "alerts.command cannot be run (No such file or directory)."),
        ((sys.executable, "-c", "raise SystemExit(3)"), "alerts.command ended with status 3."),
    ],
)
def test_command_that_fails_is_told(words: tuple[str, ...], trouble: str) -> None:
    command = AlertCommand(words, 30)
    command.run_for(7, VALUES)
    finish(command)
    assert command.trouble == trouble
    # It is not tried again for ever.
    assert command.pop_started() == [7]
    assert not command.has_started


def test_command_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    child = "import time, sys; time.sleep(60)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    command = AlertCommand((sys.executable, "-c", code), 0.2)
    command.run_for(1, VALUES)
    finish(command)
    assert command.trouble == "alerts.command was ended: it took more than 0.2 seconds."


def test_flood_of_alerts_is_bounded_and_told(tmp_path: Path) -> None:
    code = "import sys, time; open(sys.argv[1], 'a').write('.'); time.sleep(60)"
    (tmp_path / "out").touch()
    command = AlertCommand((sys.executable, "-c", code, str(tmp_path / "out")), 90)
    will_run = [command.run_for(number, VALUES) for number in range(MAX_WAITING + 5)]
    assert (will_run[0], will_run[-1]) == (True, False)
    assert command.trouble == "More than 20 alerts wait for alerts.command: it is not run for all."
    command.close()
    assert not command.is_busy
    assert len((tmp_path / "out").read_text()) <= 1


def test_closing_ends_a_command_that_does_not_end_by_itself(tmp_path: Path) -> None:
    code = "import sys, time; open(sys.argv[1], 'w').write('.'); time.sleep(60)"
    out = tmp_path / "out"
    command = AlertCommand((sys.executable, "-c", code, str(out)), 90)
    command.run_for(1, VALUES)
    until(lambda: out.exists() and out.read_text() == ".")
    command.close()
    assert not command.is_busy


def test_without_a_command_nothing_is_begun() -> None:
    command = AlertCommand((), 30)
    command.run_for(1, VALUES)
    assert not command.is_busy


def test_ingest_runs_the_command_once_for_an_alert_that_opens_and_waits_for_it(house: House, tmp_path: Path) -> None:
    house.write("a.note", *NOTE)
    out = tmp_path / "out"
    template = (sys.executable, "-c", WRITE, str(out), "{rule}", "{value}", "{title}", "{session}")
    house.ingest(now_ms=DAY + 10_000, alert_rules=(RULE,), alert_command=template)
    assert out.read_text().splitlines() == [RULE, "0", "$(touch /tmp/x) `id`; --help", "1"]
    out.unlink()
    house.ingest(now_ms=DAY + 11_000, alert_rules=(RULE,), alert_command=template)
    assert not out.exists()
