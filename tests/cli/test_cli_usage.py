"""``usage``, ``turns``, ``timing`` and ``statusline`` over a database with one session."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import SESSION, Run, environment

SPAN = ("--since", "2026-11-20", "--until", "2026-11-20")
STATUS = {
    "session_id": SESSION,
    "model": {"display_name": "Sonnet\u202e 4.5"},
    "cost": {"total_cost_usd": 1.5},
    "context_window": {"used_percentage": 34},
    "rate_limits": {"five_hour": {"used_percentage": 91, "resets_at": 1}},
}


@pytest.fixture(autouse=True)
def _ingested(database: Path) -> None:
    """Every report is of the home's session."""


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PPP_TUI_SCREEN__TIME", "utc")


@pytest.mark.usefixtures("utc")
def test_totals_and_rows_have_the_same_stable_names(ppp: Run) -> None:
    done = ppp("usage", "--json", *SPAN)
    report = json.loads(done.stdout)
    figures = {
        "requests": 1,
        "input_tokens": 10,
        "output_tokens": 5,
        "reasoning_tokens": None,
        "cache_read_tokens": 0,
        "cache_write_tokens": 0,
        "cache_write_1h_tokens": 0,
        "cost_usd": 0.000105,
        "is_lower_bound": False,
        "is_approximate": False,
        "uncut_requests": 0,
        "unpriced_requests": 0,
        "saved_usd": 0.0,
        "reported_usd": None,
        "cache_hit_rate": 0.0,
        "token_efficiency": 0.5,
        "stated_tokens": None,
    }
    assert done.returncode == 0
    bounds = {"begin_at": "2026-11-20T00:00:00.000Z", "end_at": "2026-11-21T00:00:00.000Z"}
    assert report["rows"] == [{"day": "2026-11-20", **bounds, **figures}]
    assert report["totals"] == {"day": "total", "begin_at": None, "end_at": None, **figures}
    assert (report["schema"], report["by"]) == ("ppp-tui/usage/1", "day")
    assert (report["since"], report["until"]) == tuple(bounds.values())
    assert (report["unpriced_models"], report["limits"], report["budgets"]) == ({}, [], [])


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("day", {"day": "2026-11-20"}),
        ("hour", {"hour": "2026-11-20 10:00+00:00"}),
        ("model", {"model": "claude-sonnet-4-5"}),
        ("reasoning-effort", {"reasoning_effort": None}),
        ("project", {"project": "/shop"}),
        ("session", {"session": 1, "native_id": SESSION, "agent": "claude", "title": "Add a login to the shop"}),
        (
            "block",
            {
                "block": "2026-11-20T10:00:00.000Z",
                "begin_at": "2026-11-20T10:00:00.000Z",
                "end_at": "2026-11-20T15:00:00.000Z",
                "end": "2026-11-20T15:00:00.000Z",
                "is_active": False,
            },
        ),
    ],
)
def test_a_row_is_named_by_what_it_stands_for(way: str, expected: dict[str, object], ppp: Run) -> None:
    [row] = json.loads(ppp("usage", "--by", way, "--json", *SPAN).stdout)["rows"]
    assert {name: row[name] for name in expected} == expected
    assert row["output_tokens"] == 5


def test_half_hour_zones_and_short_spans_are_cut_alike_by_every_way(ppp: Run, home: Path) -> None:
    session = home / ".claude" / "projects" / "-shop" / f"{SESSION}.jsonl"
    late = session.read_text().replace("2026-11-20T10:00", "2026-08-10T18:40").replace("msg_1", "msg_2")
    late = late.replace("req_1", "req_2").replace('"input_tokens": 10', '"input_tokens": 700')
    early = late.replace("T18:40", "T18:10").replace("msg_2", "msg_3").replace("req_2", "req_3").replace("700", "90")
    early = early.replace("user-1", "user-3").replace("assistant-2", "assistant-4")
    session.with_name("11111111-89ab-4def-8123-456789abcdef.jsonl").write_text(early + late)
    ppp("ingest")
    for way in ("day", "model", "project", "session", "block"):
        for day, tokens in (("2026-08-10", 90), ("2026-08-11", 700)):
            done = ppp("usage", "--json", "--by", way, "--since", day, "--until", day, TZ="Asia/Kolkata")
            assert [row["input_tokens"] for row in json.loads(done.stdout)["rows"]] == [tokens], (way, day)
        span = ("--since", "2026-08-10 18:30", "--until", "2026-08-10 18:49")
        done = ppp("usage", "--json", "--by", way, "--project", "shop", *span, TZ="UTC")
        assert [row["input_tokens"] for row in json.loads(done.stdout)["rows"]] == [700], way


def test_span_is_cut_at_its_seconds_by_every_way(ppp: Run) -> None:
    """The one request was made at 10:00:02."""
    for way in ("hour", "day", "week", "month", "model", "reasoning-effort", "agent", "project", "session", "block"):
        for begin, end, requests in (
            ("2026-11-20T10:00:02Z", "2026-11-20T10:00:02Z", 1),
            ("2026-11-20T10:00:02.001Z", "2026-11-20T10:09Z", 0),
            ("2026-11-20T09:00Z", "2026-11-20T10:00:01Z", 0),
        ):
            rows = json.loads(ppp("usage", "--json", "--by", way, "--since", begin, "--until", end).stdout)["rows"]
            assert sum(row["requests"] for row in rows) == requests, (way, begin)


@pytest.mark.parametrize("way", ["hour", "block"])
def test_span_up_to_a_far_year_is_told_up_to_the_newest_data(ppp: Run, way: str) -> None:
    done = ppp("usage", "--json", "--by", way, "--since", "2026-11-20", "--until", "9998")
    assert [row["requests"] for row in json.loads(done.stdout)["rows"]] == [1]


def test_totals_are_the_same_by_session_turn_day_hour_model_and_project(ppp: Run, home: Path) -> None:
    """With a sub-agent, a second project and model, another day, and a resumed session that repeats the first one."""
    session = home / ".claude" / "projects" / "-shop" / f"{SESSION}.jsonl"
    first = session.read_text()
    other = "11111111-89ab-4def-8123-456789abcdef"
    changed = first.replace(SESSION, other).replace("/shop", "/docs").replace("2026-11-20T10", "2026-11-21T23")
    changed = (
        changed.replace("msg_1", "msg_2").replace("req_1", "req_2").replace('"output_tokens": 5', '"output_tokens": 70')
    )
    folder = home / ".claude" / "projects" / "-docs"
    folder.mkdir()
    (folder / f"{other}.jsonl").write_text(changed.replace("claude-sonnet-4-5", "claude-opus-4-5"))
    resumed = "22222222-89ab-4def-8123-456789abcdef"
    session.with_name(f"{resumed}.jsonl").write_text(first.replace(SESSION, resumed))
    helper = first.replace('"type": ', '"isSidechain": true, "agentId": "a1", "type": ', 2)
    helper = (
        helper.replace("msg_1", "msg_3").replace("req_1", "req_3").replace('"output_tokens": 5', '"output_tokens": 900')
    )
    agents = session.with_suffix("") / "subagents"
    agents.mkdir(parents=True)
    (agents / "agent-a1.jsonl").write_text(helper)
    assert ppp("ingest").returncode == 0
    names = ("requests", "input_tokens", "output_tokens", "cost_usd")
    span = ("--since", "2026-11-01", "--until", "2026-11-30")
    sums = {}
    for way in ("day", "hour", "model", "project", "session"):
        report = json.loads(ppp("usage", "--json", "--by", way, *span, TZ="Asia/Kathmandu").stdout)
        sums[way] = {name: round(sum(row[name] for row in report["rows"]), 6) for name in names}
        assert sums[way] == {name: report["totals"][name] for name in names}, way
    assert sums["day"]["requests"] == 3
    assert sums["day"]["output_tokens"] == 5 + 70 + 900
    assert all(found == sums["day"] for found in sums.values()), sums
    turns = [
        turn for number in ("1", "2", "3", "4") for turn in json.loads(ppp("turns", number, "--json").stdout)["rows"]
    ]
    for name in names:
        assert round(sum(turn[name] or 0 for turn in turns), 6) == sums["day"][name], name


@pytest.mark.usefixtures("utc")
def test_usage_of_forgotten_sessions_says_what_is_not_known_of_it(ppp: Run) -> None:
    assert ppp("ingest", PPP_TUI_DATABASE__RETENTION_DAYS="1").returncode == 0
    [day] = json.loads(ppp("usage", "--json", *SPAN).stdout)["rows"]
    assert (day["requests"], day["is_approximate"]) == (1, False)
    report = json.loads(ppp("usage", "--json", "--by", "session", *SPAN).stdout)
    assert (report["rows"], report["forgotten_requests"]) == ([], 1)
    assert "Without a row here: 1 request of forgotten sessions." in ppp("usage", "--by", "session", *SPAN).stdout
    for begin, requests in (("2026-11-20 09:30", 1), ("2026-11-20 10:30", 0)):
        span = ("--since", begin, "--until", "2026-11-20 10:44")
        [row] = json.loads(ppp("usage", "--json", "--by", "project", *span).stdout)["rows"]
        assert (row["requests"], row["uncut_requests"], row["is_approximate"]) == (requests, 1, True), begin
        told = ppp("usage", "--by", "project", *span).stdout
        assert "~$0.00" in told
        assert "~: of 1 request of forgotten sessions only the hour is known" in told


@pytest.mark.usefixtures("utc")
def test_rows_for_a_spreadsheet(ppp: Run) -> None:
    [row] = csv.DictReader(io.StringIO(ppp("usage", "--csv", "--by", "model", *SPAN).stdout))
    assert (row["model"], row["cost_usd"], row["reasoning_tokens"]) == ("claude-sonnet-4-5", "0.000105", "")


@pytest.mark.usefixtures("utc")
def test_a_table_says_that_it_is_no_bill(ppp: Run) -> None:
    lines = ppp("usage", *SPAN).stdout.splitlines()
    assert lines[0] == "Usage 2026-11-20, by day"
    assert lines[3].split() == ["2026-11-20", "10", "5", "–", "0", "0", "<$0.01"]
    assert lines[5].split()[0] == "total"
    assert "Costs are what the requests would cost at API prices: on a subscription they are not your bill." in lines


@pytest.mark.parametrize(
    "arguments",
    [
        ("--until", "2026-11-19", "--since", "2026-11-01"),
        ("--agent", "codex", *SPAN),
        ("--model", "gpt", *SPAN),
        ("--project", "docs", *SPAN),
        ("efficiency", "--model", "gpt", *SPAN),
    ],
)
def test_where_nothing_was_spent_the_status_is_one(arguments: tuple[str, ...], ppp: Run) -> None:
    assert ppp("usage", "--json", *arguments).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--by", "moon"), "moon"),
        (("--since", "soon"), "soon is not a time: write a day (2026-11-20)"),
        (("--since", "2026-11-21", "--until", "2026-11-20"), "--since lies after --until"),
        (("--json", "--csv"), "--json and --csv exclude each other"),
        (("efficiency", "--by", "block"), "efficiency is not told by block"),
        (("sideways",), "sideways"),
    ],
)
def test_a_wrong_argument_is_told_with_status_two(arguments: tuple[str, ...], said: str, ppp: Run) -> None:
    done = ppp("usage", *arguments)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


@pytest.mark.usefixtures("utc")
def test_efficiency_is_held_against_targets(ppp: Run) -> None:
    done = ppp("usage", "efficiency", "--json", *SPAN, PPP_TUI_TARGETS__CACHE_HIT_PERCENT="70")
    report = json.loads(done.stdout)
    [row] = report["rows"]
    assert (row["model"], row["cache_hit_rate"], row["token_efficiency"], row["output_share"]) == (
        "claude-sonnet-4-5",
        0.0,
        0.5,
        0.5,
    )
    assert row["cost_usd_per_1k_tokens"] == 0.007
    assert report["targets"]["cache_hit_rate"] == 0.7
    assert report["features"] == {"commits": 0, "finished_specs": 0, "cost_usd_per_feature": None}
    assert "0.0%!" in ppp("usage", "efficiency", *SPAN).stdout


@pytest.mark.usefixtures("utc")
def test_a_budget_that_is_used_up_warns(ppp: Run) -> None:
    done = ppp("usage", "--since", "2026-11-20", PPP_TUI_BUDGET__DAILY_USD="10")
    assert "Budget of the day: $0.00 of $10.00" in done.stdout


@pytest.mark.usefixtures("utc")
def test_an_unpriced_model_is_listed_and_a_price_of_ones_own_prices_it(ppp: Run, home: Path) -> None:
    session = home / ".claude" / "projects" / "-shop" / f"{SESSION}.jsonl"
    other = session.read_text().replace("claude-sonnet-4-5", "my-model").replace("msg_1", "msg_2")
    session.with_name("11111111-89ab-4def-8123-456789abcdef.jsonl").write_text(other.replace("req_1", "req_2"))
    ppp("ingest")
    report = json.loads(ppp("usage", "--by", "model", "--json", *SPAN).stdout)
    assert report["unpriced_models"] == {"my-model": 1}
    assert {row["model"]: row["cost_usd"] for row in report["rows"]} == {
        "claude-sonnet-4-5": 0.000105,
        "my-model": None,
    }
    assert "No price is known for my-model (1)" in ppp("usage", *SPAN).stdout
    prices = home / ".config" / "ppp-tui" / "prices.toml"
    prices.parent.mkdir(parents=True)
    prices.write_text('["my-model"]\ninput_usd = 1\noutput_usd = 2\n')
    ppp("ingest")
    report = json.loads(ppp("usage", "--by", "model", "--json", *SPAN).stdout)
    assert {row["model"]: row["cost_usd"] for row in report["rows"]}["my-model"] == 0.00002
    prices.write_text('["my-model"]\ninput = 1\n')
    done = ppp("ingest")
    assert (done.returncode, "did you mean input_usd?" in done.stderr) == (2, True)


@pytest.mark.usefixtures("utc")
def test_turns_with_their_time(ppp: Run) -> None:
    report = json.loads(ppp("turns", SESSION, "--json").stdout)
    [row] = report["rows"]
    expected = {
        "turn": 1,
        "status": "completed",
        "started_at": "2026-11-20T10:00:01.000Z",
        "wall_ms": 1000,
        "model_ms": 1000,
        "tool_ms": 0,
        "waiting_ms": 0,
        "retry_ms": 0,
        "first_token_ms": None,
        "cost_usd": 0.000105,
        "prompt": "Add a login to the shop",
    }
    assert {name: row[name] for name in expected} == expected
    assert "Add a login to the shop" in ppp("turns", "1").stdout


def test_where_the_time_went(ppp: Run) -> None:
    report = json.loads(ppp("timing", "1", "--json").stdout)
    assert {row["share"]: row["ms"] for row in report["rows"]} == {
        "model": 1000,
        "tool": 0,
        "waiting": 0,
        "retry": 0,
        "between": 0,
    }
    assert (report["wall_ms"], report["api_ms"], report["api_provenance"]) == (1000, None, "unknown")
    assert report["latency_percentiles_ms"]["turns"]["p95"] == 1000
    assert [row["share"] for row in json.loads(ppp("timing", "1#1", "--json").stdout)["rows"]] == ["model"]
    assert ppp("timing", "1#9").returncode == 1


def statusline(home: Path, given: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ppp_tui", "statusline", *arguments],
        env=environment(home, **more),
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("arguments", [(), ("--debug",)])
def test_a_status_line_tells_and_keeps_what_it_is_handed(arguments: tuple[str, ...], home: Path, ppp: Run) -> None:
    done = statusline(home, json.dumps(STATUS), *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Sonnet 4.5 · ctx 34% · session $1.50 · today $0.00 · !5h 91%\n"
    ppp("ingest")
    [row] = json.loads(ppp("usage", "--by", "session", "--json", *SPAN).stdout)["rows"]
    assert (row["session_reported_usd"], row["cost_usd"]) == (1.5, 0.000105)
    [limit] = json.loads(ppp("usage", "--json", "--since", "2026-11-20").stdout)["limits"]
    assert (limit["name"], limit["used_ratio"], limit["provenance"], limit["is_stale"]) == (
        "five_hour",
        0.91,
        "official",
        True,
    )


def test_a_plan_without_a_five_hour_limit_says_none(home: Path, ppp: Run) -> None:
    weekly = {**STATUS, "rate_limits": {"seven_day": {"used_percentage": 40, "resets_at": 1}}}
    assert statusline(home, json.dumps(weekly)).stdout.endswith(" · 5h none · 7d 40%\n")
    ppp("ingest")
    report = json.loads(ppp("usage", "--by", "block", "--json", *SPAN).stdout)
    [row] = report["rows"]
    assert (row["block"], row["agent"], row["input_tokens"], row["projected_usd"]) == (None, "claude", 10, None)
    assert report["without_five_hour_limit"] == ["claude"]
    told = ppp("usage", "--by", "block", *SPAN).stdout
    assert "none: no five-hour limit  claude" in told
    assert "claude five-hour limit: none in this plan." in told


def test_a_status_line_without_a_database_says_what_it_was_told(home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "none" / "a.db"
    done = statusline(home, json.dumps(STATUS), "--database", str(elsewhere))
    assert done.stdout == "Sonnet 4.5 · ctx 34% · session $1.50 · !5h 91%\n"
    assert [path.name for path in elsewhere.parent.iterdir()] == ["a.db-status.jsonl"]


def test_what_is_no_status_is_said(home: Path) -> None:
    done = statusline(home, "hello")
    assert (done.returncode, done.stdout) == (1, "ppp-tui: this is no status of Claude Code\n")


def test_wrong_settings_are_told_by_the_whole_check(home: Path) -> None:
    done = statusline(home, "{}", PPP_TUI_BUDGET__DAILY_USD="much")
    assert (done.returncode, "budget.daily_usd" in done.stderr) == (2, True)


LOADED = "\nimport sys\nprint('\\0', *{name.partition('.')[0] for name in sys.modules})"


@pytest.mark.parametrize(
    ("arguments", "barred"),
    [
        (["statusline"], {"click", "pydantic", "msgspec", "genai_prices", "textual", "rich", "dataclasses", "inspect"}),
        (["usage"], {"click", "pydantic", "msgspec", "genai_prices", "textual", "rich", "dataclasses", "inspect"}),
        (
            ["usage", "--by", "model"],
            {"pydantic", "msgspec", "genai_prices", "textual", "rich", "watchfiles", "markdown_it"},
        ),
        (["--version"], {"click", "pathlib", "typing", "re"}),
    ],
)
def test_quick_commands_import_little(arguments: list[str], barred: set[str], home: Path) -> None:
    code = f"import sys\nsys.argv = ['ppp-tui', *{arguments!r}]\nfrom ppp_tui.cli.entrypoint import main\n"
    code += "try:\n    main()\nexcept SystemExit:\n    pass" + LOADED
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "HOME": str(home)},
        input=json.dumps(STATUS),
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.rpartition("\0")[2].split()) & barred == set()


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize(
    ("way", "name", "begin_at"),
    [
        ("week", "2026-11-16", "2026-11-16T00:00:00.000Z"),
        ("month", "2026-11", "2026-11-01T00:00:00.000Z"),
        ("agent", "claude", None),
    ],
)
def test_usage_by_week_month_and_agent(ppp: Run, way: str, name: str, begin_at: str | None) -> None:
    report = json.loads(ppp("usage", "--by", way, "--json", "--since", "2026-10-01", "--until", "2026-12").stdout)
    [row] = report["rows"]
    assert (row[way], row.get("begin_at"), row["input_tokens"]) == (name, begin_at, 10)


@pytest.mark.usefixtures("utc")
def test_usage_of_all_time_begins_with_the_first_recorded_day(ppp: Run) -> None:
    report = json.loads(ppp("usage", "--all", "--json").stdout)
    assert report["since"] == "2026-11-20T00:00:00.000Z"
    refused = ppp("usage", "--all", "--since", "7d")
    assert (refused.returncode, "--all and --since exclude each other" in refused.stderr) == (2, True)


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize(
    ("short", "way"), [("daily", "day"), ("weekly", "week"), ("monthly", "month"), ("blocks", "block")]
)
def test_short_names_are_usage_by_something(ppp: Run, short: str, way: str) -> None:
    assert ppp(short, *SPAN).stdout == ppp("usage", "--by", way, *SPAN).stdout
    assert json.loads(ppp(short, "--json", *SPAN).stdout)["by"] == way


@pytest.mark.usefixtures("utc")
def test_span_without_usage_says_what_was_searched_and_how_to_see_all(ppp: Run, database: Path) -> None:
    done = ppp("usage", "--since", "2026-10-01", "--until", "2026-10-02")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"No usage (since 2026-10-01, until 2026-10-02). Searched {database}: 1 session, 2026-11-20 to 2026-11-20. "
        "ppp-tui usage --all covers all of it.\n"
    )
