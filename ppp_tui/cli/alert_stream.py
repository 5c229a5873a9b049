"""Prints alerts as they open and close, while an ingest of its own or another one judges them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import click

from ppp_tui.cli.report.output import At, Output, json_object
from ppp_tui.model.project import Labels
from ppp_tui.query.connect import commit_stamp, open_reader
from ppp_tui.query.errors import DatabaseMissingError
from ppp_tui.query.projects import project_labels
from ppp_tui.query.quality.alert_list import AlertLine, alert_list
from ppp_tui.query.query import answer
from ppp_tui.text.alert_value import alert_value
from ppp_tui.text.sanitize import plain

if TYPE_CHECKING:
    from ppp_tui.ingest.supervisor import Supervisor

POLL_S = 0.25
"""Seconds between two looks at the database."""

AlertEvent = Literal["open", "opened", "closed", "reopened"]
"""`open`: it was when following began. `reopened`: its rule holds again a moment after it had ceased to."""


class AlertNews(NamedTuple):
    """Something that happened to an alert."""

    event: AlertEvent
    alert: AlertLine


class AlertBook:
    """Which alerts were open at the last look."""

    def __init__(self) -> None:
        """Know of none: the first look tells which are open."""
        self._open: dict[int, AlertLine] = {}
        self._newest = 0
        self._has_looked = False

    def news(self, alerts: Iterable[AlertLine]) -> list[AlertNews]:
        """Return what happened since the last look, in the order of time; `alerts` are open and closed ones."""
        news: list[tuple[int, AlertNews]] = []
        listed = {alert.id: alert for alert in alerts}
        for alert in listed.values():
            if alert.id in self._open:
                continue
            if alert.id <= self._newest and self._has_looked:
                if alert.until is None:
                    news.append((alert.since, AlertNews("reopened", alert)))
                continue
            if self._has_looked or alert.until is None:
                news.append((alert.since, AlertNews("opened" if self._has_looked else "open", alert)))
            if self._has_looked and alert.until is not None:
                news.append((alert.until, AlertNews("closed", alert)))
        for number in self._open:
            closed = listed.get(number)
            if closed is not None and closed.until is not None:
                news.append((closed.until, AlertNews("closed", closed)))
        self._open = {number: alert for number, alert in listed.items() if alert.until is None}
        self._newest = max((self._newest, *listed))
        self._has_looked = True
        return [entry for _, entry in sorted(news, key=lambda entry: (entry[0], entry[1].alert.id))]


def news_line(news: AlertNews, output: Output, labels: Labels) -> str:
    """Return a piece of news as a line, or as a JSON object."""
    alert = news.alert
    at = alert.until if news.event == "closed" and alert.until is not None else alert.since
    if output.form == "json":
        fields = {name: value for name, value in alert._asdict().items() if name not in ("id", "since", "until")}
        until = None if alert.until is None else At(alert.until)
        return json_object("alert", {"event": news.event, **fields, "since": At(alert.since), "until": until})
    value = alert_value(alert.rule, alert.value)
    subject = f"#{alert.session} {alert.agent}  {labels.of(alert.project)}  {alert.title}"
    return plain(f"{output.local(at, seconds=True)}  {news.event:8}  {alert.rule}  {value}  {subject}".rstrip())


async def follow_alerts(database: Path, output: Output, supervisor: Supervisor | None) -> None:
    """Print news of alerts until a signal asks to stop; the supervisor's ingest judges them meanwhile."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    book, stamp, trouble = AlertBook(), None, ""
    if supervisor is not None:
        supervisor.start()
    try:
        while not stopped.is_set():
            newest_stamp = commit_stamp(database)
            if newest_stamp is None or newest_stamp != stamp:
                stamp = newest_stamp
                await asyncio.to_thread(_print_news, database, book, output)
            sentence = supervisor.status.sentence if supervisor is not None else ""
            if sentence not in ("", trouble):
                click.echo(f"ppp-tui: {plain(sentence)}", err=True)
            trouble = sentence
            with suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), POLL_S)
    finally:
        if supervisor is not None:
            await supervisor.stop()


def _print_news(database: Path, book: AlertBook, output: Output) -> None:
    try:
        connection = open_reader(database)
    except DatabaseMissingError:
        # The ingest makes it, or brings it up to date.
        return
    with closing(connection):
        news = book.news(answer(connection, alert_list(has_closed=True)))
        lines = [news_line(entry, output, answer(connection, project_labels())) for entry in news]
    for line in lines:
        print(line, flush=True)
