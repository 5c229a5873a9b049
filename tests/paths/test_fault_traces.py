"""Traces of faults: where in the code, never what it was working on."""

from __future__ import annotations

import re
from pathlib import Path

from ppp_tui.faults import append_trace, innermost_place, trace_text

NOON = 1_795_176_000_000


def _read(prompt: str) -> None:
    raise ValueError(f"cannot read {prompt}")


def _raised(prompt: str) -> BaseException:
    try:
        try:
            _read(prompt)
        except ValueError as error:
            raise KeyError(prompt) from error
    except KeyError as error:
        return error
    raise AssertionError


def test_trace_names_frames_and_causes_but_no_message() -> None:
    text = trace_text(_raised("a secret prompt"), NOON)
    assert "secret" not in text
    assert text.splitlines()[0] == "2026-11-20 12:00:00.000 UTC KeyError <- ValueError"
    assert re.search(r"\n  \S*test_fault_traces:\d+ in _raised\n  caused by ValueError\n", text)
    assert re.search(r"\n  \S*test_fault_traces:\d+ in _read\n$", text)


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert (innermost_place(KeyError("x")), trace_text(KeyError("x"), NOON)) == (
        "",
        "2026-11-20 12:00:00.000 UTC KeyError\n",
    )


def test_a_log_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not append_trace(tmp_path / "file" / "ppp-tui.log", KeyError("x"), NOON)
