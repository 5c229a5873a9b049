"""The one convention for JSON and CSV, at the writer and in every command."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ppp_tui import TrajectoryLogger
from ppp_tui.cli.report.output import At, csv_cell, csv_lines, json_lines, json_object, json_text
from ppp_tui.cli.report.provisional import provisional_note
from ppp_tui.model.clock import DAY_MS, MINUTE_MS, from_text
from ppp_tui.query.ingest_status import Pending
from tests.cli.conftest import Run

NEW_YEAR = At(1_767_225_600_123)
UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")
ANY_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (-5, "-5"),
        (0.25, "0.25"),
        (float("nan"), ""),
        (NEW_YEAR, "2026-01-01T00:00:00.123Z"),
        (At(0), ""),
        (["a", 'b"'], '["a", "b\\""]'),
        ("=HYPERLINK(0)", "'=HYPERLINK(0)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("a=1", "a=1"),
        ("\t=1", "' =1"),
        ("a\x1b[31m\nb", "a␛[31m⏎b"),
    ],
)
def test_a_cell_is_harmless_in_a_spreadsheet_and_a_terminal(value: Any, cell: str) -> None:
    assert csv_cell(value) == cell


def test_csv_has_its_header_without_rows() -> None:
    assert list(csv_lines(["a", "b"], [])) == ["a,b\n"]


def test_json_shows_letters_and_escapes_what_a_terminal_obeys_or_hides() -> None:
    given = "Grüße – 你好 🙂 \x1b[2J \x9b \x7f \u202e \u200b \ud800"
    told = json_text({"title": given})
    assert told == ('{"title": "Grüße – 你好 🙂 \\u001b[2J \\u009b \\u007f \\u202e \\u200b \\ud800"}')
    assert json.loads(told) == {"title": given}


def test_json_is_ascii_where_the_output_is_not_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding="latin-1"))
    assert json_text(["Grüße – 🙂"]) == '["Gr\\u00fc\\u00dfe \\u2013 \\ud83d\\ude42"]'


def test_json_has_one_row_a_line_and_says_what_it_is() -> None:
    rows: list[dict[str, Any]] = [{"at": NEW_YEAR, "ratio": float("inf")}, {"at": None, "ratio": 0.5}]
    lines = list(json_lines("tests", rows, {"since": NEW_YEAR}, {"parts": (1, NEW_YEAR)}))
    told = json.loads("\n".join(lines))
    assert UTC_TIME.match(told.pop("generated_at"))
    assert told == {
        "schema": "ppp-tui/tests/1",
        "since": "2026-01-01T00:00:00.123Z",
        "rows": [{"at": "2026-01-01T00:00:00.123Z", "ratio": None}, {"at": None, "ratio": 0.5}],
        "totals": {"parts": [1, "2026-01-01T00:00:00.123Z"]},
    }
    assert json.loads(lines[1].rstrip(",")) == told["rows"][0]
    assert json.loads(json_object("doctor", {"is_there": True}))["schema"] == "ppp-tui/doctor/1"


COMMANDS = (
    ("usage", "--since", "2026-11-20"),
    ("usage", "--by", "hour", "--since", "2026-11-20"),
    ("usage", "--by", "session", "--since", "2026-11-20"),
    ("usage", "--by", "block", "--since", "2026-11-20"),
    ("usage", "efficiency", "--since", "2026-11-20"),
    ("blocks", "--since", "2026-11-20"),
    ("sessions",),
    ("turns", "1"),
    ("trends",),
    ("trends", "requests"),
    ("insights", "threads"),
    ("versions",),
    ("stats",),
    ("agents",),
    ("decisions",),
    ("signals",),
    ("evaluations",),
    ("timing", "1"),
    ("timing", "1#1"),
    ("search", "login"),
    ("questions",),
    ("violations",),
    ("tests", "flaky"),
    ("tests", "regressions"),
    ("retries", "1"),
    ("retries", "summary"),
    ("context", "1"),
    ("codebase", "largest"),
)
NAMES_OF_TIMES = ("block", "end", "since", "until")
"""Fields with times beside those named `…_at`: a block's own name, and an older one of its end; bounds."""
NAMES_OF_TRUTHS = ("value",)

EMPTY = (
    ("usage", "--until", "2020-01-01", "--since", "2019-12-01"),
    ("search", "elsewhere"),
    ("questions",),
    ("violations",),
    ("tests", "flaky"),
    ("retries", "1"),
    ("codebase", "largest"),
)


def texts(value: Any) -> list[str]:
    """Return all strings of a JSON value, but those of keys."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in texts(part)]
    return [value] if isinstance(value, str) else []


def test_every_command_follows_one_convention(ppp: Run) -> None:
    assert ppp("ingest").returncode == 0
    for arguments in COMMANDS:
        told = json.loads(ppp(*arguments, "--json", TZ="Asia/Kolkata").stdout)
        assert list(told)[:2] == ["schema", "generated_at"], arguments
        assert re.match(r"ppp-tui/[a-z-]+/1\Z", told["schema"]), arguments
        written = [text for text in texts(told) if ANY_TIME.match(text) and text not in hour_names(told)]
        assert [text for text in written if not UTC_TIME.match(text)] == [], arguments
        header, *rows = csv.reader(io.StringIO(ppp(*arguments, "--csv").stdout))
        assert all(re.match(r"[a-z][a-z0-9_]*\Z", name) for name in header), arguments
        assert len(rows) == len(told["rows"]), arguments
        if told["rows"]:
            assert header == list(told["rows"][0]), arguments
        for name, value in (field for row in told["rows"] for field in row.items()):
            is_named = bool(re.search(r"(\A|_)at\Z", name)) or name in NAMES_OF_TIMES
            assert not isinstance(value, str) or is_named == bool(UTC_TIME.match(value)) or value == "total", name
            assert not isinstance(value, bool) or name.startswith(("is_", "has_")) or name in NAMES_OF_TRUTHS, name


def hour_names(told: dict[str, Any]) -> list[str]:
    """Return what names local hours: these have an offset."""
    return [row["hour"] for row in told["rows"] if "hour" in row]


def test_nothing_found_is_told_alike(ppp: Run) -> None:
    assert ppp("ingest").returncode == 0
    for arguments in EMPTY:
        plain = ppp(*arguments)
        assert plain.returncode == 1, arguments
        assert "/archive.db" in plain.stderr or "session #1 claude" in plain.stderr, arguments
        assert json.loads(ppp(*arguments, "--json").stdout)["rows"] == [], arguments
        table = list(csv.reader(io.StringIO(ppp(*arguments, "--csv").stdout)))
        assert len(table) == 1, arguments


def test_figures_of_what_is_not_judged_yet_say_so(ppp: Run, home: Path) -> None:
    database = home / "logged.db"
    with TrajectoryLogger.open(database) as log:
        log.start("SPEC-7", "mender", stage="plan").log_turn("Mend the till", "Which till, the red one?")
    for arguments in (("questions",), ("violations",), ("consensus", "SPEC-7")):
        done = ppp(*arguments, "--database", str(database))
        assert "1 trajectory is not judged yet, so these figures are provisional" in done.stderr, arguments
        told = json.loads(ppp(*arguments, "--json", "--database", str(database)).stdout)
        assert told["not_judged_trajectories"] == 1
    assert ppp("ingest", "--database", str(database)).returncode == 0
    assert "provisional" not in ppp("questions", "--database", str(database)).stderr
    told = json.loads(ppp("questions", "--json", "--database", str(database)).stdout)
    assert (told["not_judged_trajectories"], len(told["rows"])) == (0, 1)


@pytest.mark.parametrize(
    ("waiting", "is_about_cost", "said"),
    [
        (Pending(0, 3), False, ""),
        (Pending(2, 0), True, ""),
        (Pending(2, 0), False, "2 trajectories are not judged yet"),
        (Pending(0, 1), True, "1 request is not priced yet"),
    ],
)
def test_what_is_provisional_is_said_in_one_sentence(waiting: Pending, *, is_about_cost: bool, said: str) -> None:
    told = provisional_note(waiting, is_about_cost=is_about_cost)
    assert told.partition(",")[0] == said


def test_seven_days_are_the_same_everywhere(ppp: Run) -> None:
    assert ppp("ingest").returncode == 0
    told = json.loads(ppp("usage", "--json", "--since", "7d").stdout)
    assert 0 <= from_text(told["generated_at"]) - from_text(told["since"]) - 7 * DAY_MS < 2 * MINUTE_MS
    for arguments in (("questions",), ("tests", "flaky"), ("retries", "summary"), ("usage",)):
        done = ppp(*arguments, "--since", "1d", "--until", "7d")
        assert (done.returncode, "--since lies after --until" in done.stderr) == (2, True), arguments
