"""``ppp-tui trends`` as a user and a script run it."""

from __future__ import annotations

import json

from tests.cli.conftest import Run


def test_measure_is_listed_by_day_with_its_value_beside_the_span_before(ppp: Run) -> None:
    assert ppp("ingest").returncode == 0
    done = ppp("trends", "turns", "--since", "2026-11-19", "--until", "2026-11-20", "--no-sync", TZ="UTC")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "Turns by day (since 2026-11-19, until 2026-11-20)"
    assert lines[1].split() == ["day", "turns", "before", "usual", "from", "…", "to"]
    assert [line.split() for line in lines[3:5]] == [["2026-11-19", "–", "–", "–"], ["2026-11-20", "1", "–", "–"]]
    assert lines[-1] == "No change of level, nothing unusual."


def test_json_tells_money_in_dollars_and_what_is_unknown_as_null(ppp: Run) -> None:
    assert ppp("ingest").returncode == 0
    arguments = ("trends", "cost", "--since", "2026-11-20", "--until", "2026-11-20", "--no-sync", "--json")
    told = json.loads(ppp(*arguments, TZ="UTC").stdout)
    assert (told["schema"], told["measure"], told["unit"], told["by"]) == ("ppp-tui/trends/1", "cost", "usd", "day")
    [row] = told["rows"]
    assert row["value"] == 0.000105
    assert (row["before"], row["usual_median"], row["is_anomaly"]) == (None, None, False)


def test_weeks_are_named_by_their_monday(ppp: Run) -> None:
    assert ppp("ingest").returncode == 0
    arguments = ("trends", "sessions", "--by", "week", "--since", "2026-11-20", "--until", "2026-11-20", "--csv")
    done = ppp(*arguments, "--no-sync", TZ="UTC")
    assert done.stdout.splitlines()[1].startswith("2026-11-16,1.0,,")


def test_without_a_measure_all_that_have_data_are_listed(ppp: Run) -> None:
    assert ppp("ingest").returncode == 0
    done = ppp("trends", "--since", "2026-11-19", "--until", "2026-11-20", "--no-sync", "--json", TZ="UTC")
    rows = {row["measure"]: row for row in json.loads(done.stdout)["rows"]}
    assert rows["sessions"]["value"] == 1
    assert (rows["cost"]["begin"], rows["cost"]["begin_at"]) == ("2026-11-20", "2026-11-20T00:00:00.000Z")
    assert "pass_rate" not in rows


def test_span_without_data_says_what_was_searched_and_alarms_scripts(ppp: Run) -> None:
    assert ppp("ingest").returncode == 0
    done = ppp("trends", "cost", "--since", "2025-01-01", "--until", "2025-01-02", "--no-sync")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("No cost (since 2025-01-01, until 2025-01-02). Searched ")


def test_unknown_measure_and_too_long_a_span_are_refused(ppp: Run) -> None:
    assert ppp("trends", "beauty").returncode == 2
    done = ppp("trends", "cost", "--since", "2020-01-01", "--no-sync")
    assert (done.returncode, "750 days at most" in done.stderr) == (2, True)


def test_project_and_agent_narrow_and_an_unknown_project_is_refused(ppp: Run) -> None:
    assert ppp("ingest").returncode == 0
    day = ("--since", "2026-11-20", "--until", "2026-11-20", "--no-sync", "--csv")
    narrowed = ppp("trends", "turns", "--agent", "claude", "--project", "shop", *day, TZ="UTC")
    assert narrowed.stdout.splitlines()[1].startswith("2026-11-20,1.0,")
    assert ppp("trends", "turns", "--agent", "codex", *day, TZ="UTC").returncode == 1
    unknown = ppp("trends", "turns", "--project", "nowhere", *day)
    assert (unknown.returncode, "The project nowhere has no sessions." in unknown.stderr) == (1, True)
