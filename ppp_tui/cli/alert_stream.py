"""Prints alerts as they open and close, while an ingest of its own or another one judges them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from ppp_tui.cli.follow import ReadLines
from ppp_tui.cli.report.output import At, Output, json_object
from ppp_tui.model.project import Labels
from ppp_tui.query.errors import Connection
from ppp_tui.query.projects import project_labels
from ppp_tui.query.quality.alert_list import AlertLine, alert_list
from ppp_tui.query.query import answer
from ppp_tui.text.alert_value import alert_value
from ppp_tui.text.sanitize import plain

AlertEvent = Literal["open", "opened", "closed", "reopened"]
"""`open`: it was open when following began. `reopened`: its rule holds again shortly after it ceased to hold."""


class AlertNews(NamedTuple):
    """An event of an alert."""

    event: AlertEvent
    alert: AlertLine


class AlertBook:
    """The alerts that were open at the last call."""

    def __init__(self) -> None:
        """Begin with no alerts: the first call of `news` returns the open ones."""
        self._open: dict[int, AlertLine] = {}
        self._newest = 0
        self._has_looked = False

    def news(self, alerts: Iterable[AlertLine]) -> list[AlertNews]:
        """Return what happened since the last call, in the order of time; `alerts` are open and closed ones."""
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
    """Return an event as a line, or as a JSON object."""
    alert = news.alert
    at = alert.until if news.event == "closed" and alert.until is not None else alert.since
    if output.form == "json":
        fields = {name: value for name, value in alert._asdict().items() if name not in ("id", "since", "until")}
        until = None if alert.until is None else At(alert.until)
        return json_object("alert", {"event": news.event, **fields, "since": At(alert.since), "until": until})
    value = alert_value(alert.rule, alert.value)
    subject = f"#{alert.session} {alert.agent}  {labels.of(alert.project)}  {alert.title}"
    return plain(f"{output.local(at, seconds=True)}  {news.event:8}  {alert.rule}  {value}  {subject}".rstrip())


def read_news(book: AlertBook, output: Output) -> ReadLines:
    """Return a function that reads the lines of events since its last call."""

    def read(connection: Connection) -> list[str]:
        labels = answer(connection, project_labels())
        return [news_line(news, output, labels) for news in book.news(answer(connection, alert_list(has_closed=True)))]

    return read
