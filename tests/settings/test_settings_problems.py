"""What is wrong with settings is said with its place, what is allowed and what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.model.alert_rule import ALERT_FIELDS, MEASURES
from ppp_tui.paths import UserPaths
from ppp_tui.settings import Choices, SettingsError, load
from ppp_tui.settings.source_names import BUILTIN

HOME = Path("/home/ada")
IN_ARCHIVE = "[database] knows path, text, keep_raw, retention_days"
IN_SCREEN = "[screen] knows theme, bell, notify, time, ascii"
IN_COMMANDS = ", ".join(f"{{{field}}}" for field in ALERT_FIELDS)
IN_RULES = ", ".join(MEASURES)
SOURCES = ", ".join(BUILTIN)
PPP_SECTIONS = (
    "ppp, ppp.weights, ppp.stage_weights, ppp.technical, ppp.archival, ppp.logger, ppp.question_classifier, "
    "ppp.evaluations, ppp.preferences"
)
SECTIONS = (
    "database, sources, ingest, receive, send, team, codebase, live, rollup, budget, targets, alerts, screen, "
    f"{PPP_SECTIONS}, sources.paths, keys, team.projects, ppp.preferences.project, ppp.preferences.agent"
)


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
            '[database]\npat = "x"\n',
            2,
            f"database.pat is no setting; {IN_ARCHIVE}; did you mean database.path?",
        ),
        (
            "[scren]\nbell = true\n",
            2,
            f"scren.bell is no setting; there are the sections {SECTIONS}; did you mean screen.bell?",
        ),
        (
            "database = 1\n",
            1,
            "database is a section, not a setting; in it are path, text, keep_raw, retention_days.",
        ),
        (
            '[screen]\ntheme = "ppp-drak"\n',
            2,
            (
                'screen.theme = "ppp-drak" must be one of auto, ppp-dark, ppp-light, ppp-16, ppp-mono, nord-dark, '
                "nord-light, gruvbox-dark, gruvbox-light, catppuccin-dark, catppuccin-light, solarized-dark, "
                "solarized-light, user:NAME; did you mean ppp-dark?"
            ),
        ),
        ('[screen]\nbell = "yes"\n', 2, 'screen.bell = "yes" must be true or false.'),
        ("[ingest]\nprocesses = 1.5\n", 2, "ingest.processes = 1.5 must be a whole number."),
        ("[ingest]\nprocesses = true\n", 2, "ingest.processes = true must be a whole number."),
        ("[ingest]\nprocesses = -1\n", 2, "ingest.processes = -1 must be at least 0."),
        ("[ingest]\nsweep_interval_s = 1e9\n", 2, "ingest.sweep_interval_s = 1000000000.0 must be at most 86400.0."),
        ("[ingest]\nsweep_interval_s = nan\n", 2, "ingest.sweep_interval_s = nan must be a number."),
        ("[database]\npath = 7\n", 2, "database.path = 7 must be a path in quotes."),
        ('[database]\npath = "here.db"\n', 2, 'database.path = "here.db" must be a full path, or begin with ~/.'),
        ('[sources]\ncodex = "/a"\n', 2, 'sources.paths.codex = "/a" must be a list.'),
        ('[sources]\ncodex = ["/a", "b"]\n', 2, 'sources.paths.codex = "b" must be a full path, or begin with ~/.'),
        ("[sources]\ncodex = [3]\n", 2, "sources.paths.codex = 3 must be a path in quotes."),
        (
            '[sources]\ncodex = ["ssh://-v/a"]\n',
            2,
            (
                'sources.paths.codex = "ssh://-v/a" must name a host of letters, digits, dots, dashes and underscores, '
                "no dash first."
            ),
        ),
        (
            '[sources]\nenabled = ["claude"]\n',
            2,
            (f'sources.enabled = "claude" must be one of all, {SOURCES}; did you mean claude_code?'),
        ),
        ("[keys]\nquit = 1\n", 2, "keys.quit = 1 must be text in quotes."),
        (
            "[ppp.weights]\ntechnical = 0.8\n",
            2,
            "ppp.weights.technical together with interaction must add up to 1, not to 1.1.",
        ),
        (
            "[ppp.technical]\ntests = 1\n",
            2,
            "ppp.technical.tests together with steps and ended and evaluations must add up to 1, not to 1.4.",
        ),
        ("[ppp.technical]\ntests = nan\n", 2, "ppp.technical.tests = nan must be a number."),
        (
            "[ppp.stage_weights]\nplan = [0.8, 0.3]\n",
            2,
            "ppp.stage_weights.plan = [0.8, 0.3] must add up to 1, not to 1.1.",
        ),
        (
            "[ppp.stage_weights]\nvalidate = [1]\n",
            2,
            "ppp.stage_weights.validate = [1] must be two numbers from 0 to 1, such as [0.7, 0.3].",
        ),
        (
            '[ppp]\nprofile = "papr"\n',
            2,
            'ppp.profile = "papr" must be one of spec, paper; did you mean paper?',
        ),
        (
            "[ppp.archival]\nretention_days = 0\n",
            2,
            "ppp.archival.retention_days = 0 must be at least 1.",
        ),
        (
            '[ppp.question_classifier]\nmethod = "guess"\n',
            2,
            'ppp.question_classifier.method = "guess" must be one of heuristic, spec, reply, llm.',
        ),
        (
            '[ppp.question_classifier]\nmethod = "llm"\nbase_url = "http://127.0.0.1/v1"\n',
            2,
            'ppp.question_classifier.method cannot be "llm" while model beside it is empty: there is nobody to ask.',
        ),
        (
            '[ppp.question_classifier]\nbase_url = "127.0.0.1"\n',
            2,
            'ppp.question_classifier.base_url = "127.0.0.1" must begin with http:// or https://.',
        ),
        (
            '[ppp.question_classifier]\nkey_variable = "sk-my-secret"\n',
            2,
            "ppp.question_classifier.key_variable must be the name of an environment variable, never a key itself.",
        ),
        (
            '[alerts]\nrules = ["context > 90", "retry > 9"]\n',
            2,
            f'alerts.rules = "retry > 9" is no rule: there is no measure retry, only {IN_RULES}; did you mean retries?',
        ),
        (
            '[alerts]\nrules = ["context > 90", "mood > 3"]\n',
            2,
            f'alerts.rules = "mood > 3" is no rule: there is no measure mood, only {IN_RULES}.',
        ),
        (
            '[alerts]\ncommand = ["notify-send", "{rules}"]\n',
            2,
            f"alerts.command = ['notify-send', '{{rules}}'] names {{rules}}; there are {IN_COMMANDS}.",
        ),
        (
            '[alerts]\ncommand = ["{title}"]\n',
            2,
            "alerts.command = ['{title}'] must begin with a program.",
        ),
        (
            '[ppp.preferences]\nuser = ["lenght"]\n',
            2,
            'ppp.preferences.user = "lenght" is no preference: there is no preference lenght; did you mean length?',
        ),
        (
            '[ppp.preferences]\nuser = ["no_ask", "commas"]\n',
            2,
            "ppp.preferences.user holds commas, which conflicts with no_ask: no question is left for it to be about.",
        ),
        (
            '[ppp.preferences.agent]\ncodex = ["json:2"]\n',
            2,
            'ppp.preferences.agent.codex = "json:2" is no preference: json takes no number.',
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
        (f"--source: codx is no kind of source; there are {SOURCES}; did you mean codex?"),
    )


def test_all_problems_of_all_layers_are_told_at_once(user: UserPaths) -> None:
    told = problems(
        user, "[screen]\nbell = 2\nasci = true\n", Choices(theme="x"), PPP_TUI_SCREEN__TIME="gmt", PPP_TUI_X__Y="1"
    )
    assert sorted(sentence.split(": ")[0].removeprefix(str(user.config)).split(" is ")[0] for sentence in told) == [
        ", line 2",
        ", line 3",
        "--theme",
        "PPP_TUI_SCREEN__TIME",
        "PPP_TUI_X__Y",
    ]


def test_whole_files_are_not_kept_where_no_text_is(user: UserPaths) -> None:
    (told,) = problems(user, '[database]\ntext = "none"\n', PPP_TUI_DATABASE__KEEP_RAW="true")
    where, _, what = told.partition(": ")
    assert where == f"PPP_TUI_DATABASE__KEEP_RAW and {user.config}, line 2"
    assert what.startswith('database.keep_raw cannot be true while database.text is "none": ')


def test_a_file_that_is_no_toml_is_named_with_the_line(user: UserPaths) -> None:
    (told,) = problems(user, "[screen]\ntheme = dark\n")
    assert told.startswith(f"{user.config} is no TOML: ")
    assert "line 2" in told


def test_a_file_that_is_no_text_is_named(user: UserPaths) -> None:
    user.config.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not UTF-8 text"):
        load({}, HOME, user)


def test_a_folder_in_the_place_of_the_file_is_named(user: UserPaths) -> None:
    user.config.mkdir()
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        load({}, HOME, user)


def test_a_file_that_was_named_must_be_there(user: UserPaths) -> None:
    assert problems(user, "", Choices(config=Path("/nowhere.toml"))) == ("--config: there is no file /nowhere.toml.",)
    assert problems(user, "", PPP_TUI_CONFIG="~/none.toml") == (
        "PPP_TUI_CONFIG: there is no file /home/ada/none.toml.",
    )


def test_preferences_that_meet_in_one_folder_are_told_with_both_places(user: UserPaths) -> None:
    text = (
        '[ppp.preferences]\nuser = ["concise_question"]\n'
        '[ppp.preferences.project]\n"/home/me/site" = ["commas"]\n"/home/me/site/docs" = ["json"]\n'
    )
    places = f"{user.config}, line 5 and {user.config}, line 4"
    told = "ppp.preferences.project./home/me/site/docs holds json, which conflicts with commas"
    assert problems(user, text) == (f"{places}: {told}: JSON of more than one member has commas.",)


def test_forgetting_before_moving_out_is_a_contradiction(user: UserPaths) -> None:
    text = "[database]\nretention_days = 30\n[ppp.archival]\nenabled = true\n"
    [problem] = problems(user, text)
    assert problem == (
        f"{user.config}, line 2 and {user.config}, line 4: database.retention_days must be more than "
        "ppp.archival.retention_days (30) while ppp.archival is enabled: a session would be forgotten before it is "
        "archived."
    )


def test_weights_may_come_from_variables(user: UserPaths) -> None:
    shares = {"PPP_TUI_PPP__STAGE_WEIGHTS__PLAN": "0.5,0.5", "PPP_TUI_PPP__PROFILE": "paper"}
    ppp = load(shares, HOME, user).settings.ppp
    assert (ppp.stage_weights.plan, ppp.profile) == ((0.5, 0.5), "paper")
