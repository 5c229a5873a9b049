"""The table of HTTP routes: which command answers each path, so that HTTP and the command line tell the same.

Paths below ``/api/db`` are those of the fourth trajectory document, which lists sixteen; those below ``/v1`` are of the
fifth. Paths with a literal word stand before those with a parameter in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import click

from ppp_tui.api.http_app import HttpAnswer, HttpRoute, Method, RouteParameter, error_answer
from ppp_tui.cli.invocation import Invocation
from ppp_tui.cli.registry import load_command
from ppp_tui.cli.report.place import lent_readers
from ppp_tui.cli.report.report import Report, captured_reports, report_json
from ppp_tui.model.ids import MAX_CHILD
from ppp_tui.query.errors import READ_ERRORS
from ppp_tui.query.kept_readers import KeptReaders

_STRING = {"type": "string", "maxLength": 4096}
_TIME = {"type": "string", "maxLength": 100}
_LIMIT = {"type": "integer", "minimum": 1, "maximum": 10_000}
_DAYS = {"type": "integer", "minimum": 1, "maximum": 100_000}

_OPTIONS = {
    "since": ("From then on: 7d, 2026-11, 2026-11-20.", _TIME),
    "until": ("Up to then.", _TIME),
    "days": ("The last so many days.", _DAYS),
    "project": ("Only this project.", _STRING),
    "agent": ("Only this agent.", _STRING),
    "model": ("Only this model.", _STRING),
    "limit": ("Rows at most.", _LIMIT),
    "after": ("What `next` was in the answer before: the rows that follow.", _STRING),
    "by": ("What to sum by.", _STRING),
    "sort": ("What comes first.", _STRING),
    "q": ("Predicates, such as agent:codex cost>1.", _STRING),
    "from": ("The earlier version.", _STRING),
    "to": ("The later version.", _STRING),
}
_PATH = {
    "id": "A session: its number or its id.",
    "repo": "A project: its path, the end of it, or its name.",
    "run": "A run: a session's number or its id.",
}

PAGE = 100
"""Turns of an answer unless `limit` is given."""

DETAILS_PAGE = 25
"""Turns of a run's details unless `limit` is given: their decisions and signals stand beside them."""


_Answerer = Callable[[Mapping[str, str]], HttpAnswer]
"""Returns the answer to a request with parameters."""


class ReportRoute(NamedTuple):
    """A path that a command answers."""

    method: Method
    path: str
    summary: str
    command: str
    words: tuple[str, ...] = ()
    """Arguments of the command; ``{id}`` is put in from the path."""
    options: tuple[str, ...] = ()
    """Query parameters."""
    fixed: tuple[str, ...] = ()
    """Options that are always given."""
    page: int | None = None
    """Rows of an answer where no `limit` is given; None: as many as the command lists."""


_BOUNDS = ("since", "until", "project", "agent")
REPORT_ROUTES = (
    ReportRoute(
        method="GET",
        path="/api/db/sessions/{id}/turns",
        summary="Turns of a session, a page of them",
        command="turns",
        words=("{id}",),
        options=("limit", "after"),
        page=PAGE,
    ),
    ReportRoute("GET", "/api/db/sessions/{id}/timing", "Where the time of a session went", "timing", ("{id}",)),
    ReportRoute(
        "GET",
        "/api/db/token-usage",
        "Tokens and cost by day",
        "usage",
        (),
        ("days", "since", "until", "project", "agent", "model", "by"),
    ),
    ReportRoute(
        "GET",
        "/api/db/token-usage/by-model",
        "Tokens and cost by model",
        "usage",
        (),
        ("days", "since", "until", "project", "agent"),
        fixed=("--by=model",),
    ),
    ReportRoute(
        "GET",
        "/api/db/token-usage/efficiency",
        "How well cache and output stand to what was sent",
        "usage",
        ("efficiency",),
        ("days", "since", "until", "project", "agent"),
    ),
    ReportRoute(
        "GET",
        "/api/db/tests/flaky",
        "Tests that ended differently without a change",
        "tests",
        ("flaky",),
        (*_BOUNDS, "model", "limit"),
    ),
    ReportRoute(
        "GET",
        "/api/db/tests/regressions",
        "Test runs that got worse",
        "tests",
        ("regressions",),
        (*_BOUNDS, "model", "limit"),
    ),
    ReportRoute(
        "GET",
        "/api/db/tests/{repo:path}",
        "Test runs of a project",
        "tests",
        ("{repo}",),
        ("since", "until", "agent", "model", "limit"),
    ),
    ReportRoute(
        "GET",
        "/api/db/retries/summary",
        "Failures and how they ended, summed up",
        "retries",
        ("summary",),
        (*_BOUNDS, "model", "by"),
    ),
    ReportRoute("GET", "/api/db/retries/{id}", "What failed and was tried again in a session", "retries", ("{id}",)),
    ReportRoute(
        "GET", "/api/db/codebase/largest", "The projects with the most code", "codebase", ("largest",), ("limit",)
    ),
    ReportRoute(
        "POST", "/api/db/codebase/{repo:path}/reindex", "Count a project anew", "codebase", ("reindex", "{repo}")
    ),
    ReportRoute("GET", "/api/db/codebase/{repo:path}", "How large a project is", "codebase", ("{repo}",), ("limit",)),
    ReportRoute(
        "GET",
        "/api/db/context/hot-files/{repo:path}",
        "The files that agents use most",
        "context",
        ("hot-files", "{repo}"),
        ("since", "until", "agent", "limit"),
    ),
    ReportRoute(
        "POST",
        "/api/db/context/optimize/{repo:path}",
        "Which files to keep in the context",
        "context",
        ("optimize", "{repo}"),
        ("since", "until", "agent", "limit"),
    ),
    ReportRoute("GET", "/api/db/context/{id}", "What fills a session's context", "context", ("{id}",), ("limit",)),
    ReportRoute(
        "GET",
        "/v1/sessions",
        "Sessions by predicates",
        "sessions",
        ("{q}",),
        ("q", *_BOUNDS, "model", "sort", "limit", "after"),
    ),
    ReportRoute("GET", "/v1/decisions/aggregate", "Decisions, summed up", "decisions", (), (*_BOUNDS, "by")),
    ReportRoute("GET", "/v1/signals/aggregate", "Quality signals, summed up", "signals", (), (*_BOUNDS, "by")),
    ReportRoute(
        "GET",
        "/v1/compare/versions",
        "Versions of agents beside each other",
        "versions",
        ("{from}", "{to}"),
        ("from", "to", *_BOUNDS),
    ),
    ReportRoute(
        "GET",
        "/v1/correlate/decisions-failures",
        "Failures with and without decisions",
        "correlate",
        ("decisions",),
        _BOUNDS,
    ),
    ReportRoute(
        "GET", "/v1/correlate/signals-outcomes", "Outcomes with and without signals", "correlate", ("signals",), _BOUNDS
    ),
)
"""All of them, in the order in which they are tried."""

DETAILS_ROUTE = ReportRoute(
    method="GET",
    path="/v1/runs/{run}/details",
    summary="Turns of a run, a page of them, with their decisions and quality signals",
    command="turns",
    words=("{run}",),
    options=("limit", "after"),
    page=DETAILS_PAGE,
)


def http_routes(make_invocation: Callable[[], Invocation], readers: KeptReaders) -> list[HttpRoute]:
    """Return the routes of all reports; each call works with an invocation of its own, on a reader that is lent."""

    def lending(answer: _Answerer) -> Callable[[Mapping[str, str], bytes], HttpAnswer]:
        def answer_request(given: Mapping[str, str], _body: bytes) -> HttpAnswer:
            with lent_readers(readers):
                return answer(given)

        return answer_request

    answers: list[tuple[ReportRoute, _Answerer]] = [
        *((route, _answerer(route, make_invocation)) for route in REPORT_ROUTES),
        (DETAILS_ROUTE, lambda given: run_details(given, make_invocation)),
    ]
    return [
        HttpRoute(
            method=route.method,
            path=route.path,
            summary=route.summary,
            parameters=_parameters(route),
            answer=lending(answer),
        )
        for route, answer in answers
    ]


def run_details(given: Mapping[str, str], make_invocation: Callable[[], Invocation]) -> HttpAnswer:
    """Return turns of one session, and the decisions and signals of these, in one JSON object."""
    turns = make_report("turns", command_words(DETAILS_ROUTE, given), make_invocation())
    if isinstance(turns, HttpAnswer):
        return turns
    after, following = given.get("after"), turns.more["next"]
    first, last = 0 if after is None else int(after) + 1, MAX_CHILD if following is None else following
    bodies = {"turns": report_json(turns)}
    for name in ("decisions", "signals"):
        part = run_report(name, ["--json", f"--turns={first}-{last}", "--", given["run"]], make_invocation())
        if part.status != 200:
            return part
        bodies[name] = part.body
    fields = ", ".join(f'"{name}": {body}' for name, body in bodies.items())
    return HttpAnswer(200, f"{{{fields}}}")


def _parameters(route: ReportRoute) -> list[RouteParameter]:
    in_path = [
        RouteParameter(name, "path", words, _STRING)
        for name, words in _PATH.items()
        if f"{{{name}}}" in route.path or f"{{{name}:path}}" in route.path
    ]
    command = load_command(route.command)
    in_query = [
        RouteParameter(name, "query", _OPTIONS[name][0], _schema(command, name, _OPTIONS[name][1]))
        for name in route.options
    ]
    return in_path + [
        parameter._replace(schema={**parameter.schema, "default": route.page})
        if parameter.name == "limit" and route.page is not None
        else parameter
        for parameter in in_query
    ]


def _schema(command: click.Command, name: str, usual: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a command's option takes, as JSON schema; `usual` where the option is any text."""
    option = next((option for option in command.params if f"--{name}" in option.opts), None)
    kind = option.type if option is not None else None
    if isinstance(kind, click.Choice):
        return {"type": "string", "enum": list(kind.choices)}
    if isinstance(kind, click.IntRange):
        return {"type": "integer", "minimum": kind.min, "maximum": kind.max}
    return usual


def _answerer(route: ReportRoute, make_invocation: Callable[[], Invocation]) -> _Answerer:
    def answer(given: Mapping[str, str]) -> HttpAnswer:
        return run_report(route.command, command_words(route, given), make_invocation())

    return answer


def command_words(route: ReportRoute, given: Mapping[str, str]) -> list[str]:
    """Return the words of the command: options first, so that nothing that was given can become one."""
    options = ["--json", *route.fixed]
    for name in route.options:
        value = given.get(name, route.page if name == "limit" else None)
        if value is None or f"{{{name}}}" in route.words:
            continue
        options.append(f"--since={value}d" if name == "days" else f"--{name}={value}")
    words = [given.get(word[1:-1], "") if word.startswith("{") else word for word in route.words]
    return [*options, "--", *filter(None, words)]


def run_report(name: str, words: Sequence[str], invocation: Invocation) -> HttpAnswer:
    """Return what a command reports, as JSON, or why it does not."""
    report = make_report(name, words, invocation)
    return report if isinstance(report, HttpAnswer) else HttpAnswer(200, report_json(report))


def make_report(name: str, words: Sequence[str], invocation: Invocation) -> Report | HttpAnswer:
    """Return what a command reports, or the answer that says why it does not."""
    command = load_command(name)
    try:
        with captured_reports() as reports:
            command.main(list(words), prog_name=name, standalone_mode=False, obj=invocation)
    except click.UsageError as error:
        return error_answer(400, error.format_message())
    except click.ClickException as error:
        return error_answer(404, error.format_message())
    except READ_ERRORS as error:
        return error_answer(503, str(error))
    if not reports:
        return error_answer(500, "The report is empty.")
    return reports[0]
