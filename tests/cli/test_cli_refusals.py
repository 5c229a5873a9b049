"""What the command line refuses, each with a sentence that says what is wrong, and status 2."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("sessions", "--source", "codx=/x"), "--source: codx is no kind of source; there are amp, "),
        (("ingest", "--source", "codx=/x"), "--source: codx is no kind of source; there are amp, "),
        (("demo", "--speed", "nan"), "Invalid value for '--speed': nan is no number."),
        (("demo", "--speed", "inf"), "Invalid value for '--speed': inf is not in the range"),
        (("team", "join"), "no address was given: name it as ADDRESS"),
    ],
)
def test_wrong_command_line_is_refused_in_a_sentence(ppp: Run, arguments: tuple[str, ...], sentence: str) -> None:
    done = ppp(*arguments)
    assert done.stderr.startswith(f"ppp-tui: {sentence}")
    assert done.returncode == 2
