"""Which layer wins, and what is told of each setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.paths import UserPaths
from ppp_tui.settings import Choices, LoadedSettings, load
from ppp_tui.settings.layers import key_lines
from ppp_tui.settings.remote_address import RemoteAddress

HOME = Path("/home/ada")


@pytest.fixture
def user(tmp_path: Path) -> UserPaths:
    return UserPaths(tmp_path / "config.toml", Path("/data/archive.db"), tmp_path / "log")


def loaded(user: UserPaths, text: str = "", choices: Choices = Choices(), **environment: str) -> LoadedSettings:  # noqa: B008
    user.config.write_text(text, encoding="utf-8")
    return load(environment, HOME, user, choices)


def test_without_a_word_from_the_user_all_is_as_shipped(user: UserPaths) -> None:
    found = load({}, HOME, user)
    assert found.settings.database.path == Path("/data/archive.db")
    assert found.settings.database.text == "full"
    assert found.settings.database.keep_raw is False
    assert found.settings.sources.enabled == ("all",)
    assert found.settings.live.silent_tool_s == 120
    assert found.settings.screen.theme == "auto"
    assert found.settings.keys == {}
    assert {str(entry.origin).split(",")[0] for entry in found.entries.values()} == {"default"}


def test_each_layer_outranks_the_one_below(user: UserPaths) -> None:
    text = '[screen]\ntheme = "ppp-dark"\ntime = "utc"\n[live]\nhistory_hours = 5\n'
    found = loaded(
        user, text, Choices(theme="ppp-mono"), PPP_TUI_SCREEN__THEME="ppp-light", PPP_TUI_LIVE__HISTORY_HOURS="6"
    )
    assert (found.settings.screen.theme, found.settings.live.history_hours) == ("ppp-mono", 6)
    assert (found.settings.screen.time, found.settings.screen.bell) == ("utc", False)
    assert {key: str(found.entries[key].origin) for key in [("screen", "theme"), ("live", "history_hours")]} == {
        ("screen", "theme"): "--theme",
        ("live", "history_hours"): "PPP_TUI_LIVE__HISTORY_HOURS",
    }
    assert str(found.entries["screen", "time"].origin) == f"{user.config}, line 3"


DOCUMENTED = """
[ppp]
enabled = true
[ppp.trajectory]
buffer_size = 7
flush_interval_ms = 250
enable_wal = false
[ppp.question_classifier]
method = "heuristic"
llm_model = "small"
[ppp.weights]
technical = 0.7
interaction = 0.3
[ppp.archival]
enabled = false
retention_days = 30
auto_cleanup = true
"""
"""The sections that the trajectory documents add to a settings file (SPEC-PPP-004)."""


def test_names_of_the_trajectory_documents_are_read_and_told(user: UserPaths) -> None:
    found = loaded(user, DOCUMENTED)
    ppp = found.settings.ppp
    assert (ppp.logger.buffer_size, ppp.logger.flush_interval_ms, ppp.question_classifier.model) == (7, 250, "small")
    assert str(found.entries["ppp", "logger", "buffer_size"].origin) == f"{user.config}, line 5"
    assert found.hints == (
        f"{user.config}, line 5: ppp.trajectory.buffer_size is read as ppp.logger.buffer_size.",
        f"{user.config}, line 6: ppp.trajectory.flush_interval_ms is read as ppp.logger.flush_interval_ms.",
        f"{user.config}, line 7: ppp.trajectory.enable_wal has no effect, the database uses WAL in any case.",
        f"{user.config}, line 10: ppp.question_classifier.llm_model is read as ppp.question_classifier.model.",
    )


def test_own_name_beside_the_documents_one_wins_in_its_layer_alone(user: UserPaths) -> None:
    text = "[ppp.trajectory]\nbuffer_size = 7\n[ppp.logger]\nbuffer_size = 8\n"
    found = loaded(user, text)
    assert found.settings.ppp.logger.buffer_size == 8
    assert "line 2: ppp.trajectory.buffer_size has no effect beside ppp.logger.buffer_size." in found.hints[0]
    assert loaded(user, text, PPP_TUI_PPP__TRAJECTORY__BUFFER_SIZE="9").settings.ppp.logger.buffer_size == 9


def test_a_variable_is_read_as_what_its_setting_is(user: UserPaths) -> None:
    settings = loaded(
        user,
        PPP_TUI_DATABASE__PATH="~/my.db",
        PPP_TUI_DATABASE__KEEP_RAW="true",
        PPP_TUI_SCREEN__BELL="1",
        PPP_TUI_INGEST__PROCESSES="3",
        PPP_TUI_INGEST__POLL_INTERVAL_S="0.5",
        PPP_TUI_SOURCES__ENABLED="codex, claude_code",
        PPP_TUI_SOURCES__CODEX='["/a,b", "~/c"]',
        PPP_TUI_SOURCES__TRAJECTORY_DB="",
        PPP_TUI_PPP__QUESTION_CLASSIFIER__METHOD="spec",
        PPP_TUI_KEYS__QUIT="ctrl+q",
    ).settings
    assert settings.database.path == Path("/home/ada/my.db")
    assert (settings.database.keep_raw, settings.screen.bell) == (True, True)
    assert (settings.ingest.processes, settings.ingest.poll_interval_s) == (3, 0.5)
    assert settings.sources.enabled == ("codex", "claude_code")
    assert settings.sources.paths["codex"] == (Path("/a,b"), Path("/home/ada/c"))
    assert settings.ppp.question_classifier.method == "spec"
    assert settings.keys == {"quit": "ctrl+q"}


def test_variables_of_others_are_left_alone(user: UserPaths) -> None:
    assert loaded(user, PPP_TUI_CORPUS="/x", PPP_TUI_AGENTS="required", TERM="dumb").settings.screen.theme == "auto"


def test_sources_on_the_command_line_come_beside_those_below(user: UserPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    choices = Choices(sources=(("codex", Path("/b")), ("codex", Path("c")), ("claude_code", Path("/d"))))
    sources = loaded(user, '[sources]\ncodex = ["/a"]\n', choices).settings.sources
    assert sources.paths["codex"] == (Path("/a"), Path("/b"), Path("/c"))
    assert sources.paths["claude_code"] == (Path("/d"),)


def test_the_settings_file_is_the_one_that_was_named(user: UserPaths, tmp_path: Path) -> None:
    by_variable, by_option = tmp_path / "variable.toml", tmp_path / "option.toml"
    by_variable.write_text("[live]\nhistory_hours = 2\n")
    by_option.write_text("[live]\nhistory_hours = 3\n")
    found = loaded(user, "[live]\nhistory_hours = 1\n", PPP_TUI_CONFIG=str(by_variable))
    assert (found.settings.live.history_hours, found.config) == (2, by_variable)
    found = loaded(user, "", Choices(config=by_option), PPP_TUI_CONFIG=str(by_variable))
    assert (found.settings.live.history_hours, found.config) == (3, by_option)


def test_settings_cannot_be_changed_once_they_are_made(user: UserPaths) -> None:
    settings = load({}, HOME, user).settings
    with pytest.raises(ValueError, match="frozen"):
        settings.screen.bell = True


def test_lines_of_keys_are_found_however_the_keys_are_written() -> None:
    text = (
        "# a = 1\n"
        "[one]\n"
        'a = """\n'
        "text\n"
        '"""\n'
        "'b.c' = 2  # d = 3\n"
        "[ one . two ]\n"
        "e.f=4\n"
        "list = [\n"
        '  "g = 5",\n'
        "]\n"
        "h = 6\n"
    )
    assert key_lines(text) == {
        ("one", "a"): 3,
        ("one", "b.c"): 6,
        ("one", "two", "e", "f"): 8,
        ("one", "two", "list"): 9,
        ("one", "two", "h"): 12,
    }


def test_sources_may_lie_on_another_machine(user: UserPaths) -> None:
    address = RemoteAddress("ada", "build", 0, "copy", True)
    choices = Choices(sources=(("codex", address),))
    sources = loaded(user, '[sources.paths]\ncodex = ["ssh://build:2200/srv", "~/c"]\n', choices).settings.sources
    assert sources.paths["codex"] == (RemoteAddress("", "build", 2200, "srv", False), Path("/home/ada/c"), address)
