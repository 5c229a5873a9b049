"""What is wrong with settings is said with its place, what is allowed and what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.paths import UserPaths
from ppp_tui.settings import Choices, SettingsError, load

HOME = Path("/home/ada")
IN_ARCHIVE = "[archive] knows path, text, keep_raw, retention_days"
IN_SCREEN = "[screen] knows theme, bell, notify, time, ascii"
SECTIONS = "archive, sources, ingest, codebase, live, screen, ppp.question_classifier, keys"


@pytest.fixture
def user(tmp_path: Path) -> UserPaths:
    return UserPaths(tmp_path / "config.toml", Path("/data/archive.db"), tmp_path / "log")


def problems(user: UserPaths, text: str = "", choices: Choices = Choices(), **environment: str) -> tuple[str, ...]:  # noqa: B008
    user.config.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(environment, HOME, user, choices)
    return caught.value.problems


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        (
            '[archive]\npat = "x"\n',
            2,
            f"archive.pat is no setting; {IN_ARCHIVE}; did you mean archive.path?",
        ),
        (
            "[scren]\nbell = true\n",
            2,
            f"scren.bell is no setting; there are the sections {SECTIONS}; did you mean screen.bell?",
        ),
        (
            "archive = 1\n",
            1,
            "archive is a section, not a setting; in it are path, text, keep_raw, retention_days.",
        ),
        (
            '[screen]\ntheme = "drak"\n',
            2,
            'screen.theme = "drak" must be one of auto, ppp-dark, ppp-light, ppp-16, ppp-mono; did you mean ppp-dark?',
        ),
        ('[screen]\nbell = "yes"\n', 2, 'screen.bell = "yes" must be true or false.'),
        ("[ingest]\nprocesses = 1.5\n", 2, "ingest.processes = 1.5 must be a whole number."),
        ("[ingest]\nprocesses = true\n", 2, "ingest.processes = true must be a whole number."),
        ("[ingest]\nprocesses = -1\n", 2, "ingest.processes = -1 must be at least 0."),
        ("[ingest]\nsweep_interval_s = 1e9\n", 2, "ingest.sweep_interval_s = 1000000000.0 must be at most 86400.0."),
        ("[ingest]\nsweep_interval_s = nan\n", 2, "ingest.sweep_interval_s = nan must be a number."),
        ("[archive]\npath = 7\n", 2, "archive.path = 7 must be a path in quotes."),
        ('[archive]\npath = "here.db"\n', 2, 'archive.path = "here.db" must be a full path, or begin with ~/.'),
        ('[sources]\ncodex = "/a"\n', 2, 'sources.codex = "/a" must be a list.'),
        ('[sources]\ncodex = ["/a", "b"]\n', 2, 'sources.codex = "b" must be a full path, or begin with ~/.'),
        (
            '[sources]\nenabled = ["claude"]\n',
            2,
            'sources.enabled = "claude" must be one of claude_code, codex, trajectory_db; did you mean claude_code?',
        ),
        ("[keys]\nquit = 1\n", 2, "keys.quit = 1 must be text in quotes."),
        (
            '[ppp.question_classifier]\nmethod = "llm"\n',
            2,
            'ppp.question_classifier.method = "llm" must be one of heuristic, spec.',
        ),
    ],
)
def test_a_wrong_line_of_the_file_is_named(user: UserPaths, text: str, line: int, sentence: str) -> None:
    assert problems(user, text) == (f"{user.config}, line {line}: {sentence}",)


def test_a_wrong_variable_is_named(user: UserPaths) -> None:
    assert problems(user, PPP_TUI_LIVE__HISTORY_HOURS="many") == (
        'PPP_TUI_LIVE__HISTORY_HOURS: live.history_hours = "many" must be a whole number.',
    )


def test_a_variable_that_is_no_setting_is_named_with_the_one_that_was_meant(user: UserPaths) -> None:
    assert problems(user, PPP_TUI_SCREEN__ASCI="1") == (
        f"PPP_TUI_SCREEN__ASCI is no setting; {IN_SCREEN}; did you mean PPP_TUI_SCREEN__ASCII?",
    )


def test_a_wrong_kind_of_source_is_named(user: UserPaths) -> None:
    assert problems(user, "", Choices(sources=(("codx", Path("/x")),))) == (
        "--source: codx is no kind of source; there are claude_code, codex, trajectory_db; did you mean codex?",
    )


def test_all_problems_of_all_layers_are_told_at_once(user: UserPaths) -> None:
    told = problems(
        user, '[screen]\nbell = 2\nasci = true\n', Choices(theme="x"), PPP_TUI_SCREEN__TIME="gmt", PPP_TUI_X__Y="1"
    )  # fmt: skip
    assert sorted(sentence.split(": ")[0].removeprefix(str(user.config)).split(" is ")[0] for sentence in told) == [
        ", line 2", ", line 3", "--theme", "PPP_TUI_SCREEN__TIME", "PPP_TUI_X__Y",
    ]  # fmt: skip


def test_whole_files_are_not_kept_where_no_text_is(user: UserPaths) -> None:
    (told,) = problems(user, '[archive]\ntext = "none"\n', PPP_TUI_ARCHIVE__KEEP_RAW="true")
    where, _, what = told.partition(": ")
    assert where == f"PPP_TUI_ARCHIVE__KEEP_RAW and {user.config}, line 2"
    assert what.startswith('archive.keep_raw cannot be true while archive.text is "none": ')


def test_a_file_that_is_no_toml_is_named_with_the_line(user: UserPaths) -> None:
    (told,) = problems(user, "[screen]\ntheme = dark\n")
    assert told.startswith(f"{user.config} is no TOML: ")
    assert "line 2" in told


def test_a_file_that_is_no_text_is_named(user: UserPaths) -> None:
    user.config.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is no UTF-8 text"):
        load({}, HOME, user)


def test_a_folder_in_the_place_of_the_file_is_named(user: UserPaths) -> None:
    user.config.mkdir()
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        load({}, HOME, user)


def test_a_file_that_was_named_must_be_there(user: UserPaths) -> None:
    assert problems(user, "", Choices(config=Path("/nowhere.toml"))) == ("--config: there is no file /nowhere.toml.",)
    assert problems(user, "", PPP_TUI_CONFIG="~/none.toml") == (
        "PPP_TUI_CONFIG: there is no file /home/ada/none.toml.",
    )  # fmt: skip
