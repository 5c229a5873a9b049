"""Which session a name on the command line means."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from ppp_tui.cli.report.session import find_session
from tests.query.database_fixture import Database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    database = Database(tmp_path / "archive.db")
    for number, native in ((1, "0a1f22cc"), (2, "1"), (3, "1f00bbaa"), (4, "0a1f33dd")):
        database.session(number, native_id=native)
    database.writer.close()
    return database.path


@pytest.mark.parametrize(("name", "number"), [("1", 1), ("2", 2), ("1f00", 3), ("0a1f22cc", 1), ("0a1f3", 4)])
def test_a_number_outranks_ids_that_look_like_one(path: Path, name: str, number: int) -> None:
    assert find_session(path, name).id == number


def test_the_beginning_of_several_ids_is_refused_with_their_numbers(path: Path) -> None:
    with pytest.raises(click.ClickException, match=r"0a1f may be one of these sessions.*\n  [14]"):
        find_session(path, "0a1f")


def test_a_name_of_none_is_refused(path: Path) -> None:
    with pytest.raises(click.ClickException, match="There is no session 9"):
        find_session(path, "9")
