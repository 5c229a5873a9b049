"""Tables fit the terminal: text is cut or wrapped, less important columns go, and colour is for terminals."""

from __future__ import annotations

import json

import pytest

from ppp_tui.cli.report.output import At, Output
from ppp_tui.cli.report.report import Report, ReportField, emit, fields_help, report_json, report_lines
from ppp_tui.cli.report.table import column_widths, fitting_columns, make_column
from ppp_tui.cli.report.terminal import output_width, takes_colours

FIELDS = (
    ReportField("session", "session"),
    ReportField("model", "model", rank=2),
    ReportField("cost", "cost", rank=1, tones={"$9": "red"}),
    ReportField("title", "title", trim="end"),
    ReportField("secret"),
)
ROWS = (
    {"session": 7, "model": "opus", "cost": "$9", "title": "Add a login to the shop", "secret": "x"},
    {"session": 12, "model": "haiku", "cost": None, "title": "Mend\x1b[31m it", "secret": "y"},
)


def lines(width: int | None, **more: object) -> list[str]:
    report = Report("test", FIELDS, ROWS, title="Two sessions", notes=("A note.",))
    return report_lines(report, Output("table", width=width, **more))  # type: ignore[arg-type]


def test_table_of_a_pipe_is_as_wide_as_it_needs() -> None:
    assert lines(None) == [
        "Two sessions",
        "session  model  cost  title",
        "─────────────────────────────────────────────",
        "      7  opus   $9    Add a login to the shop",
        "     12  haiku  –     Mend␛[31m it",
        "A note.",
    ]


def test_narrow_table_cuts_text_then_drops_columns_by_rank() -> None:
    assert lines(40)[3] == "      7  opus   $9    Add a login to th…"
    assert lines(34)[1:4] == [
        "session  cost  title",
        "──────────────────────────────────",
        "      7  $9    Add a login to the…",
    ]
    assert lines(34)[-2] == "No room for model."
    assert lines(26)[1] == "session  title"


@pytest.mark.parametrize("width", [30, 40, 60, 80, 200])
def test_no_line_of_a_table_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, lines(width))) <= width


def test_colour_marks_title_header_rule_and_words() -> None:
    coloured = lines(80, is_coloured=True)
    assert coloured[0] == "\x1b[1mTwo sessions\x1b[0m"
    assert "\x1b[31m$9\x1b[0m" in coloured[3]
    assert "\x1b" not in "".join(lines(80))


def test_wrapped_text_goes_on_below_itself() -> None:
    fields = (ReportField("turn", "turn"), ReportField("question", "question", trim="wrap"))
    rows = ({"turn": 1, "question": "Which of the two providers do you prefer, Google or GitHub?"},)
    assert report_lines(Report("test", fields, rows), Output("table", width=40))[2:] == [
        "   1  Which of the two providers do you",
        "      prefer, Google or GitHub?",
    ]


def test_column_that_no_row_fills_goes_first() -> None:
    columns = [
        make_column("one", ["aaaaaaaaaa"], rank=1),
        make_column("empty", ["–"], rank=1),
        make_column("two", ["bbbbbbbbbb"], rank=9),
    ]
    assert [column.title for column in fitting_columns(columns, 24)] == ["one", "two"]


def test_wide_characters_count_as_two_cells() -> None:
    column = make_column("title", ["日本語"])
    assert (column.widest, column_widths([column], 80)) == (6, [6])


def test_totals_stand_below_a_rule_and_leave_names_empty() -> None:
    fields = (ReportField("day", "day"), ReportField("at", "at"), ReportField("tokens", "tokens"))
    rows = ({"day": "Monday", "at": At(60_000), "tokens": 5},)
    report = Report("test", fields, rows, totals={"day": "total", "at": None, "tokens": 5})
    assert report_lines(report, Output("table"))[1:] == [
        "────────────────────────────────",
        "Monday  1970-01-01 00:01       5",
        "────────────────────────────────",
        "total                          5",
    ]


class Stream:
    """An output that is a terminal, or is none."""

    def __init__(self, *, is_terminal: bool) -> None:
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    def fileno(self) -> int:
        raise OSError("no file")


@pytest.mark.parametrize(
    ("is_terminal", "variables", "is_coloured"),
    [
        (True, {"TERM": "xterm"}, True),
        (False, {"TERM": "xterm"}, False),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (True, {"TERM": "xterm", "NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_colour_is_for_terminals_that_take_it(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], *, is_terminal: bool, is_coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout", Stream(is_terminal=is_terminal))
    assert takes_colours() is is_coloured


@pytest.mark.parametrize(("columns", "width"), [("100", 100), ("3", 20), ("", None), ("wide", None)])
def test_width_is_that_of_columns_and_none_in_a_pipe(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int | None
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr("sys.stdout", Stream(is_terminal=False))
    assert output_width() == width


def test_field_that_was_renamed_keeps_its_older_name_behind_all_others(capsys: pytest.CaptureFixture[str]) -> None:
    fields = (ReportField("end_at", old_name="end"), ReportField("agent"))
    report = Report("test", fields, [{"end_at": At(1_767_225_600_000), "agent": "claude"}])
    emit(report, Output("csv"))
    assert capsys.readouterr().out == ("end_at,agent,end\n2026-01-01T00:00:00.000Z,claude,2026-01-01T00:00:00.000Z\n")
    assert json.loads(report_json(report))["rows"] == [
        {"end_at": "2026-01-01T00:00:00.000Z", "agent": "claude", "end": "2026-01-01T00:00:00.000Z"}
    ]
    assert fields_help(fields) == "Fields of --json and --csv: end_at (also end), agent."
