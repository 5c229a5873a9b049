"""The HTTP interface: what is refused, what the documented paths answer, and that no input is more than text."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ppp_tui.api.http_app import MAX_BODY_BYTES, HttpAnswer, HttpRoute, LiveEvent, RouteParameter, build_app
from ppp_tui.cli.doors.http_routes import REPORT_ROUTES, command_words, http_routes
from ppp_tui.cli.doors.http_token import host_names, read_token
from ppp_tui.cli.doors.serve import accept_run, run_route
from ppp_tui.cli.invocation import Invocation
from ppp_tui.logger.testing import capture
from ppp_tui.model.clock import FrozenClock
from ppp_tui.query.kept_readers import KeptReaders
from ppp_tui.store.door_status import DoorStatus
from tests.query.database_fixture import NOON_MS, Database

HOST = "127.0.0.1:4319"
ECHO = HttpRoute(
    method="GET",
    path="/echo/{id}",
    summary="Echo",
    parameters=(RouteParameter("id", "path", "", {}), RouteParameter("limit", "query", "", {})),
    answer=lambda given, body: HttpAnswer(200, json.dumps([given, len(body)])),
)


async def live() -> AsyncIterator[LiveEvent]:
    yield LiveEvent("state", '{"state": "asks"}')
    yield LiveEvent("database", '{"error": null}')
    yield LiveEvent("beat", "")


def client(
    *routes: HttpRoute, token: str = "secret", headers: dict[str, str] | None = None, tally: DoorStatus | None = None
) -> httpx.AsyncClient:
    app = build_app(
        routes,
        live,
        token=token,
        hosts=host_names("127.0.0.1", 4319),
        version="0.1",
        tally=tally or DoorStatus(Path(os.devnull), FrozenClock(NOON_MS)),
    )
    own = {"authorization": f"Bearer {token}", **(headers or {})}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{HOST}", headers=own)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": "Basic secret"}, 401),
        ({"authorization": ""}, 401),
        ({"host": "evil.example"}, 421),
        ({"host": "localhost:4319"}, 200),
        ({"host": "127.0.0.1:9999"}, 421),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": f"http://{HOST}"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
    ],
)
async def test_strangers_are_refused_before_anything_is_looked_up(headers: dict[str, str], status: int) -> None:
    async with client(ECHO, headers=headers) as http:
        answered = await http.get("/echo/1")
        assert answered.status_code == status
        assert answered.headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in answered.headers


async def test_without_a_token_none_is_asked_for() -> None:
    async with client(ECHO, token="") as http:
        assert (await http.get("/echo/1", headers={"authorization": ""})).status_code == 200


async def test_parameters_reach_the_call_and_unknown_ones_are_named() -> None:
    async with client(ECHO) as http:
        assert (await http.get("/echo/a%20b?limit=3")).json() == [{"id": "a b", "limit": "3"}, 0]
        refused = await http.get("/echo/1?colour=red")
        assert (refused.status_code, refused.json()) == (400, {"error": "There is no parameter colour; it has limit."})
        assert (await http.get("/nowhere")).json() == {"error": "There is nothing at /nowhere: see /openapi.json."}
        assert (await http.post("/echo/1")).status_code == 405


async def test_requests_are_counted_by_route_and_refusals_by_reason() -> None:
    status = DoorStatus(Path(os.devnull), FrozenClock(NOON_MS))
    async with client(ECHO, tally=status) as http:
        for path in ("/echo/1", "/echo/2", "/echo/1?colour=red"):
            await http.get(path)
        await http.get("/echo/1", headers={"authorization": "Bearer wrong"})
    content = status.content(is_open=True)
    assert content["records"] == {"GET /echo/{id}": {"answered": 2, "failed": 1}}
    assert content["refused"] == {"401 A token is needed: send the header Authorization: Bearer TOKEN.": 1}
    assert content["last"] == "2026-11-20 12:00:00.000"


async def test_changes_are_streamed_as_events() -> None:
    async with client() as http:
        answered = await http.get("/v1/live")
    assert answered.headers["content-type"].startswith("text/event-stream")
    assert answered.text == (
        ': connected\n\ndata: {"state": "asks"}\n\nevent: database\ndata: {"error": null}\n\n: still here\n\n'
    )


async def test_description_names_every_path_once(readers: KeptReaders) -> None:
    async with client(*http_routes(Invocation, readers)) as http:
        described = (await http.get("/openapi.json")).json()
    paths = {route.path.replace(":path}", "}") for route in REPORT_ROUTES}
    assert set(described["paths"]) == {*paths, "/v1/live", "/v1/runs/{run}/details"}
    turns = described["paths"]["/api/db/sessions/{id}/turns"]["get"]
    assert [(parameter["name"], parameter["schema"].get("default")) for parameter in turns["parameters"]] == [
        ("id", None),
        ("limit", 100),
        ("after", None),
    ]


DOCUMENTED = (
    "GET /api/db/sessions/{id}/turns, GET /api/db/sessions/{id}/timing, GET /api/db/token-usage, "
    "GET /api/db/token-usage/by-model, GET /api/db/token-usage/efficiency, GET /api/db/tests/{repo:path}, "
    "GET /api/db/tests/flaky, GET /api/db/tests/regressions, GET /api/db/retries/{id}, GET /api/db/retries/summary, "
    "GET /api/db/codebase/{repo:path}, POST /api/db/codebase/{repo:path}/reindex, GET /api/db/codebase/largest, "
    "GET /api/db/context/{id}, GET /api/db/context/hot-files/{repo:path}, POST /api/db/context/optimize/{repo:path}"
)


def test_the_sixteen_documented_endpoints_are_there() -> None:
    served = {f"{route.method} {route.path}" for route in REPORT_ROUTES}
    assert set(DOCUMENTED.split(", ")) <= served
    assert len(DOCUMENTED.split(", ")) == 16


@pytest.mark.parametrize("word", ["--database=/etc/passwd", "-1", "--help", "; rm", "\x00", "é" * 200])
def test_what_is_given_never_becomes_an_option(word: str) -> None:
    route = next(route for route in REPORT_ROUTES if route.command == "turns")
    assert command_words(route, {"id": word}) == ["--json", "--limit=100", "--", word]


@pytest.fixture
def invocation(database: Database, tmp_path: Path) -> Invocation:
    """A database with one session of one turn."""
    database.session(1, {"turns": 1, "last_turn_number": 1}, title="Add login")
    database.turn(1, 1, "Add login", "Done.")
    (tmp_path / "config.toml").write_text("")
    return Invocation(config=tmp_path / "config.toml", database=database.path, is_syncing=False)


async def test_each_path_answers_json(invocation: Invocation, readers: KeptReaders) -> None:
    async with client(*http_routes(lambda: invocation, readers)) as http:
        turns = (await http.get("/api/db/sessions/1/turns")).json()
        assert (turns["schema"], turns["session"], len(turns["rows"])) == ("ppp-tui/turns/1", 1, 1)
        assert (await http.get("/api/db/sessions/99/turns")).status_code == 404
        assert (await http.get("/v1/sessions?q=agent:claude")).json()["rows"][0]["session"] == 1
        assert (await http.get("/v1/sessions?q=colour:red")).status_code == 400
        assert (await http.get("/api/db/token-usage?days=x")).status_code == 400
        details = (await http.get("/v1/runs/1/details")).json()
        assert sorted(details) == ["decisions", "signals", "turns"]
        for route in REPORT_ROUTES:
            path = route.path.replace("{id}", "1").replace("{repo:path}", "shop")
            answered = await http.request(route.method, path)
            assert answered.status_code in (200, 404), (path, answered.text)
            assert answered.json()


async def test_pages_of_turns_follow_one_another_with_their_decisions(
    database: Database, invocation: Invocation, readers: KeptReaders
) -> None:
    for number in (2, 4, 5):
        database.turn(1, number, f"Prompt {number}", "Done.")
        database.put(
            "agent_decisions",
            decision_id=(((1 << 20) + number) << 20) + 1,
            decision_type="tool_selection",
            selected=f"turn_{number}",
            reason_code="fresh_data_required",
            recorded_at="2026-11-20 11:00:00.000",
        )
    async with client(*http_routes(lambda: invocation, readers)) as http:
        pages = [(await http.get(f"/api/db/sessions/1/turns?limit=2{after}")).json() for after in ("", "&after=2")]
        assert [[row["turn"] for row in page["rows"]] for page in pages] == [[1, 2], [4, 5]]
        assert [page["next"] for page in pages] == [2, None]
        assert (await http.get("/api/db/sessions/1/turns?after=5")).json()["rows"] == []
        details = [(await http.get(f"/v1/runs/1/details?limit=3{after}")).json() for after in ("", "&after=4")]
        assert [page["turns"]["next"] for page in details] == [4, None]
        assert [[row["selected"] for row in page["decisions"]["rows"]] for page in details] == [
            ["turn_2", "turn_4"],
            ["turn_5"],
        ]
        assert (await http.get("/api/db/sessions/1/turns?limit=0")).status_code == 400


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(route=st.sampled_from(REPORT_ROUTES), data=st.data())
def test_no_parameter_is_more_than_text(
    invocation: Invocation, readers: KeptReaders, route: object, data: st.DataObject
) -> None:
    served = next(entry for entry in http_routes(lambda: invocation, readers) if entry.path == route.path)  # type: ignore[attr-defined]
    names = [parameter.name for parameter in served.parameters]
    values = st.one_of(st.text(max_size=40), st.sampled_from(["-1", "--csv", "9" * 30, "' OR 1=1 --", "\ud800"]))
    answered = served.answer(data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(names, values))), b"")
    assert answered.status in (200, 400, 404)
    assert json.loads(answered.body)


async def test_run_that_is_sent_is_logged_and_a_wrong_decision_costs_itself() -> None:
    run = {
        "spec_id": "S-1",
        "agent_name": "bot",
        "metadata": {"thread_id": "t1"},
        "turns": [{"prompt": "Do it", "response": "Done.", "steps": [{"kind": "shell", "target": "ls"}]}],
        "decisions": [{"decision_type": "no such type", "selected": "a", "reason_code": "b"}, {"selected": "x"}],
        "outcome": "completed",
    }
    with capture(FrozenClock(NOON_MS)) as captured:
        async with client(run_route(captured.log)) as http:
            accepted = await http.post("/v1/runs", json=run)
        assert (accepted.status_code, accepted.json()["left_out"]) == (202, 2)
        assert [entry.agent_name for entry in captured.trajectories] == ["bot"]
        assert [entry.prompt for entry in captured.turns] == ["Do it"]
        assert [entry.target for entry in captured.steps] == ["ls"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"{", "The body is no JSON."),
        (b"[" * 100_000, "The body is no JSON."),
        (b"[1]", "The body is no JSON object."),
        (b'{"spec_id": "S"}', "agent_name: Field required."),
        (b'{"spec_id": "S", "agent_name": "a", "turns": [{"prompt": 1}]}', "turns.0.prompt: "),
    ],
)
def test_run_that_is_wrong_is_refused_with_the_place(body: bytes, sentence: str) -> None:
    with capture(FrozenClock(NOON_MS)) as captured:
        answered = accept_run(captured.log, body)
        assert answered.status == 400
        assert json.loads(answered.body)["error"].startswith(sentence)
        assert captured.entries == []


async def test_body_beyond_the_limit_is_refused_as_is_described() -> None:
    with capture(FrozenClock(NOON_MS)) as captured:
        async with client(run_route(captured.log)) as http:
            answered = await http.post("/v1/runs", content=b" " * (MAX_BODY_BYTES + 1))
            described = (await http.get("/openapi.json")).json()
    assert answered.status_code == 413
    assert "413" in described["paths"]["/v1/runs"]["post"]["responses"]


def test_token_is_made_once_and_kept_private(tmp_path: Path) -> None:
    path = tmp_path / "data" / "http-token"
    token = read_token(path)
    assert len(token) == 32
    assert read_token(path) == token
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("")
    assert read_token(path) not in ("", token)


def test_host_names_are_those_of_the_address() -> None:
    assert host_names("127.0.0.1", 80) == {"127.0.0.1:80", "localhost:80"}
    assert host_names("::1", 80) == {"[::1]:80", "localhost:80"}
