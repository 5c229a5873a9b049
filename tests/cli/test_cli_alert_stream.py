"""``ppp-tui alerts --follow``: each opening and closing once, in order, until it is stopped."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ppp_tui.cli.alert_stream import AlertBook, AlertNews, news_line
from ppp_tui.cli.report.output import Output
from ppp_tui.model.project import NO_LABELS
from ppp_tui.query.quality.alert_list import AlertLine
from tests.cli.conftest import Run, environment, record

NOON_MS = 1_795_176_000_000
"""2026-11-20 12:00:00.000."""


def alert(number: int, since: int = 0, until: int | None = None) -> AlertLine:
    return AlertLine(
        id=number,
        session=7,
        agent="claude",
        project="/shop",
        title="Add \x1b[31ma login",
        rule="context > 90",
        since=NOON_MS + since,
        value=95.5,
        until=None if until is None else NOON_MS + until,
    )


def events(news: list[AlertNews]) -> list[tuple[str, int]]:
    return [(entry.event, entry.alert.id) for entry in news]


def test_first_look_tells_what_is_open_and_nothing_of_the_past() -> None:
    assert events(AlertBook().news([alert(3), alert(2, 0, 5), alert(1)])) == [("open", 1), ("open", 3)]


def test_each_opening_and_closing_is_told_once_and_in_order_of_time() -> None:
    book = AlertBook()
    book.news([alert(1)])
    assert events(book.news([alert(2, 30), alert(1, 0, 20)])) == [("closed", 1), ("opened", 2)]
    assert events(book.news([alert(2, 30), alert(1, 0, 20)])) == []
    assert events(book.news([alert(2, 30, 40), alert(1, 0, 20)])) == [("closed", 2)]


def test_alert_whose_rule_holds_again_is_told_as_the_same() -> None:
    book = AlertBook()
    book.news([alert(1)])
    book.news([alert(1, 0, 20)])
    assert events(book.news([alert(1)])) == [("reopened", 1)]
    assert events(book.news([alert(1, 0, 40)])) == [("closed", 1)]


def test_alert_that_came_and_went_between_two_looks_is_told_whole() -> None:
    book = AlertBook()
    book.news([])
    assert events(book.news([alert(1, 10, 20)])) == [("opened", 1), ("closed", 1)]
    assert events(book.news([alert(1, 10, 20)])) == []


def test_old_alert_that_comes_into_the_list_again_is_no_news() -> None:
    book = AlertBook()
    book.news([alert(5), alert(6)])
    assert events(book.news([alert(5), alert(6), alert(2, 0, 1)])) == []


def test_news_are_harmless_lines_and_json_objects() -> None:
    closed = AlertNews("closed", alert(1, 0, 5000))
    assert news_line(closed, Output("table"), NO_LABELS) == (
        "2026-11-20 12:00:05  closed    context > 90  95.5%  #7 claude  shop  Add ␛[31ma login"
    )
    fields = json.loads(news_line(closed, Output("json"), NO_LABELS))
    assert (fields["schema"], fields["event"], fields["session"]) == ("ppp-tui/alert/1", "closed", 7)
    assert (fields["value"], fields["until"]) == (95.5, "2026-11-20T12:00:05.000Z")


@contextmanager
def following(home: Path, *more: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "ppp_tui", "alerts", "--follow", "--json", *more],
        env=environment(home, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def next_event(process: subprocess.Popen[str]) -> dict[str, object]:
    assert process.stdout is not None
    fields: dict[str, object] = json.loads(process.stdout.readline())
    return fields


@pytest.mark.slow
def test_alerts_of_another_ingest_are_followed_until_a_signal(home: Path, ppp: Run) -> None:
    assert ppp("ingest").returncode == 0
    [path] = home.rglob("archive.db")
    opened = "INSERT INTO alerts (trajectory_id, rule, since, value) VALUES (1, ?, '2026-11-20 12:00:00.000', 95)"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(opened, ("context > 90",))
        with following(home, "--no-sync") as process:
            assert next_event(process)["event"] == "open"
            connection.execute(opened, ("limit > 80",))
            news = next_event(process)
            assert (news["event"], news["rule"], news["until"]) == ("opened", "limit > 80", None)
            connection.execute("UPDATE alerts SET until = '2026-11-20 12:01:00.000' WHERE rule = 'context > 90'")
            assert next_event(process)["event"] == "closed"
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
            assert process.stderr is not None
            assert "your settings have no rules" in process.stderr.read()


def test_following_keeps_an_ingest_at_work_that_judges(home: Path) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    [session] = (home / ".claude").rglob("*.jsonl")
    session.write_text(record("user", 1, {"content": "Add a login"}, timestamp=now))
    with following(home, PPP_TUI_ALERTS__RULES="high_questions < 9") as process:
        news = next_event(process)
        assert (news["rule"], news["agent"], news["value"]) == ("high_questions < 9", "claude", 0.0)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


@pytest.mark.parametrize("option", ["--all", "--csv"])
def test_options_of_a_list_are_refused_while_following(ppp: Run, option: str) -> None:
    done = ppp("alerts", "--follow", option, "--no-sync")
    assert done.returncode == 2
    assert "leave --all and --csv out" in done.stderr
