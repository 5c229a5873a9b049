"""Preferences: what each of them says of an ask, of an answer, and of a trajectory as a whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_tui.model.preference import NAMES, Preference, PreferenceName, Preferences, find_conflict, parse_preference
from ppp_tui.scoring.preference_checks import Ask, check_answer, check_ask
from ppp_tui.scoring.preferences import (
    RULES,
    Asking,
    AskPlace,
    RuleTally,
    TrajectoryVerdict,
    breaches,
    expectation_of,
    preferences_of_kind,
    trajectory_verdict,
)


def ask(text: str, message: str = "", questions: int = 1, options: tuple[str, ...] = (), tried: bool = False) -> Ask:
    return Ask(text, message or text, questions, options, tried)


FIVE = (
    "Which database should I use for this? Quale database devo usare per il login? Soll ich die Tests starten oder "
    "nicht? Voulez-vous que je continue avec les tests ? ¿Quieres que use la base de datos para esto?"
)
SNIPPET = "See `app/main.py`:\n\n```python\na = 1\nb = 2\nc = a + b\n```\n\nShould c stay?"


@pytest.mark.parametrize(
    ("name", "asked", "is_kept", "actual"),
    [
        ("concise_question", ask("Which port?"), True, ""),
        ("concise_question", ask("Which port? It matters."), False, "2 sentences, 4 words"),
        ("concise_question", ask("Which " + "very " * 20 + "port?"), False, "1 sentence, 22 words"),
        ("detail_question", ask("Which port?"), False, "2 words"),
        ("detail_question", ask("Which port?", "Two servers run here. " * 6 + "Which port?"), True, ""),
        ("do_selection", ask("Which port?"), False, "no answers to choose from"),
        ("do_selection", ask("Which port, 80 or 8080?"), True, ""),
        ("do_selection", ask("Should I wait or not?"), False, "no answers to choose from"),
        ("do_selection", ask("Which port?", options=("80", "8080")), True, ""),
        ("do_selection", ask("Which port?\n- 80\n- 8080"), True, ""),
        ("do_selection", ask("Which port? A) 80 B) 8080"), True, ""),
        ("one_question", ask("Which port?"), True, ""),
        ("one_question", ask("Which port? Which host?", questions=2), False, "2 questions"),
        ("one_question", ask("Which port, and which host?"), False, "two questions in one"),
        ("one_question", ask("Should I use ports 80 and 8080?"), True, ""),
        ("first_try", ask("Which port?"), False, "nothing was tried"),
        ("first_try", ask("Which port?", "Port 80 failed. Which port?", tried=True), True, ""),
        ("first_try", ask("Which port?", tried=True), None, ""),
        ("lang_ita", ask("Quale provider preferisci per il login?"), True, ""),
        ("lang_ita", ask("Which provider do you prefer for the login?"), False, "language en"),
        ("lang_ita", ask("Ok?"), None, ""),
        ("lang_multi", ask("x", FIVE), True, ""),
        ("lang_multi", ask("Which port do you want?"), False, "languages en"),
        ("capital", ask("WHICH PORT DO YOU WANT?"), True, ""),
        ("capital", ask("WHICH PORT IN `config.py`?"), True, ""),
        ("capital", ask("WHICH PORt?"), False, "1 small letter"),
        ("capital", ask("QUALE PORTA VUOI USARE PER IL LOGIN?"), False, "language it"),
        ("capital", ask("1234?"), None, ""),
        ("commas", ask("Which port?"), True, ""),
        ("commas", ask("Which port `f(a, b)`?"), True, ""),
        ("commas", ask("Port 80, or 8080、or 1？"), False, "2 commas"),
        ("json", ask("Which port?", '{"question": "Which port?"}'), True, ""),
        ("json", ask("Which port?", '```json\n["Which port?"]\n```'), True, ""),
        ("json", ask("Which port?", '"Which port?"'), False, "a bare JSON value"),
        ("json", ask("Which port?"), False, "no valid JSON"),
        ("json", ask("Which port?", '{"a": NaN}'), False, "no valid JSON"),
        ("json", ask("Which port?", '{"a": 1, "a": 2}'), False, "no valid JSON"),
        ("snippet", ask("Should c stay?", SNIPPET), True, ""),
        ("snippet", ask("Should c stay?", SNIPPET.replace("`app/main.py`", "it")), False, "no file or address"),
        ("snippet", ask("Should c stay?"), False, "0 lines of code or text"),
        ("length", ask("One?", "I looked at it, e.g. at v1.2. It is odd. Go on?"), True, ""),
        ("length", ask("Go on?"), False, "1 sentence"),
    ],
)
def test_what_a_preference_says_of_an_ask(name: PreferenceName, asked: Ask, is_kept: bool | None, actual: str) -> None:
    assert check_ask(name, asked) == (is_kept, actual)


@pytest.mark.parametrize(
    ("text", "response", "is_kept", "actual"),
    [
        ("require_json", '{"done": true}', True, ""),
        ("require_json", "Done.", False, "no valid JSON"),
        ("no_commas", "Done.", True, ""),
        ("no_commas", "Done, all.", False, "1 comma"),
        ("all_caps", "DONE. `x = 1`", True, ""),
        ("all_caps", "Done.", False, "3 small letters"),
        ("exact_sentence_count:2", "Done. It took 1.5 s.", True, ""),
        ("exact_sentence_count", "Done.", False, "1 sentence"),
        ("no_commas", "  ", None, ""),
    ],
)
def test_what_a_preference_says_of_an_answer(text: str, response: str, is_kept: bool | None, actual: str) -> None:
    assert check_answer(parse_preference(text), response) == (is_kept, actual)


def test_without_text_only_figures_speak() -> None:
    assert check_ask("one_question", ask("", questions=2)) == (False, "2 questions")
    assert check_ask("one_question", ask("")).is_kept is None
    assert check_ask("do_selection", ask("", options=("a", "b"))).is_kept is True
    assert check_ask("do_selection", ask("")).is_kept is None
    assert check_ask("commas", ask("")).is_kept is None


def asking(*turns: int, last: int = 9, is_open: bool = False) -> Asking:
    return Asking(tuple(AskPlace(turn, 0) for turn in turns), 1, last, is_open)


NOTHING_SAID = RuleTally()


@pytest.mark.parametrize(
    ("name", "asked", "tally", "verdict", "reward"),
    [
        ("no_preference", asking(1), NOTHING_SAID, "not_applicable", 0),
        ("professional", asking(1), NOTHING_SAID, "not_applicable", 0),
        ("joke", asking(1), NOTHING_SAID, "unjudged", 0),
        ("joke", asking(), NOTHING_SAID, "not_applicable", 0),
        ("amateur", asking(1), NOTHING_SAID, "unjudged", 0),
        ("no_ask", asking(), NOTHING_SAID, "kept", 0),
        ("no_ask", asking(1, 2), NOTHING_SAID, "violated", -1),
        ("ask_many", asking(), NOTHING_SAID, "not_applicable", 0),
        ("ask_many", asking(3), NOTHING_SAID, "kept", 0),
        ("ask_many", asking(1, 2, 3), NOTHING_SAID, "violated", -1),
        ("only_begin", asking(), NOTHING_SAID, "not_applicable", 0),
        ("only_begin", asking(1), NOTHING_SAID, "kept", 0),
        ("only_begin", asking(1, 4), NOTHING_SAID, "violated", -1),
        ("answer_more", asking(), NOTHING_SAID, "violated", -3),
        ("answer_more", asking(1, 2), NOTHING_SAID, "violated", -1),
        ("answer_more", asking(1, 2, 3), NOTHING_SAID, "kept", 0),
        ("answer_more", asking(1, is_open=True), NOTHING_SAID, "unjudged", 0),
        ("commas", asking(), NOTHING_SAID, "not_applicable", 0),
        ("commas", asking(1, 2), RuleTally(2, 0, 0), "kept", 0),
        ("commas", asking(1, 2), RuleTally(1, 1, 0), "violated", -0.5),
        ("concise_question", asking(1, 2), RuleTally(0, 2, 1), "violated", -0.2),
        ("lang_ita", asking(1, 2), RuleTally(1, 0, 1), "unjudged", 0),
    ],
)
def test_a_trajectory_as_a_whole(
    name: PreferenceName, asked: Asking, tally: RuleTally, verdict: str, reward: float
) -> None:
    said = trajectory_verdict(name, asked, tally)
    assert said.verdict == verdict
    assert said.reward == pytest.approx(reward)


def test_a_verdict_tells_how_often() -> None:
    assert trajectory_verdict("commas", asking(1, 2), RuleTally(1, 1, 0)) == TrajectoryVerdict(
        "violated", -0.5, "1 of 2 asks violated"
    )
    assert trajectory_verdict("no_commas", asking(), RuleTally(0, 0, 1)) == TrajectoryVerdict(
        "unjudged", 0.0, "1 of 1 answer not judged"
    )


def test_what_broke_a_rule_on_asking_is_placed() -> None:
    asked = asking(1, 4, 6)
    assert [(item.place.turn_number, item.actual) for item in breaches("only_begin", asked)] == [
        (4, "asked in turn 4"),
        (6, "asked in turn 6"),
    ]
    assert [item.place.turn_number for item in breaches("ask_many", asked)] == [4, 6]
    assert [item.place.turn_number for item in breaches("no_ask", asked)] == [1, 4, 6]
    assert breaches("answer_more", asked) == []
    assert [(item.place.turn_number, item.actual) for item in breaches("answer_more", asking(2))] == [(9, "1 ask")]
    assert breaches("answer_more", asking(2, is_open=True)) == []


def test_every_preference_has_its_rule_and_the_severity_follows_its_weight() -> None:
    assert set(RULES) == set(NAMES)
    assert len(NAMES) == 24
    severities = {name: rule.severity for name, rule in RULES.items() if rule.kind != "none"}
    assert (severities["no_ask"], severities["json"], severities["amateur"]) == ("critical", "major", "minor")
    assert expectation_of(parse_preference("exact_sentence_count:2")) == "exactly 2 sentences"
    assert preferences_of_kind("answer", [parse_preference("json"), parse_preference("require_json")]) == [
        Preference("require_json")
    ]


@given(st.sampled_from(NAMES), st.text(max_size=300), st.text(max_size=300))
def test_any_text_can_be_checked(name: PreferenceName, text: str, message: str) -> None:
    if RULES[name].kind == "ask":
        assert check_ask(name, Ask(text, message, 1, (), True)).is_kept in (True, False, None)
    if RULES[name].kind == "answer":
        assert check_answer(parse_preference(name), text).is_kept in (True, False, None)


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (("no_ask", "answer_more"), ("no_ask", "answer_more")),
        (("commas", "one_question", "json"), ("commas", "json")),
        (("capital", "lang_multi"), ("capital", "lang_multi")),
        (("no_ask", "length"), ("no_ask", "length")),
        (("only_begin", "first_try"), ("only_begin", "first_try")),
        (("exact_sentence_count:1", "exact_sentence_count:2"), ("exact_sentence_count:1", "exact_sentence_count:2")),
    ],
)
def test_preferences_that_cannot_all_be_kept(chosen: tuple[str, ...], found: tuple[str, str]) -> None:
    assert (find_conflict(chosen) or ())[:2] == found


@pytest.mark.parametrize(
    "chosen",
    [
        (),
        ("no_ask", "no_preference", "professional"),
        ("one_question", "ask_many"),
        ("no_ask", "require_json"),
        ("commas", "commas"),
    ],
)
def test_preferences_that_can_all_be_kept(chosen: tuple[str, ...]) -> None:
    assert find_conflict(chosen) is None


def test_preferences_hold_for_the_user_the_folder_and_the_agent() -> None:
    preferences = Preferences(("no_commas",), {"/home/me/site": ("one_question",)}, {"claude": ("commas",)})
    assert preferences.of("claude", "/home/me/site/docs") == ("one_question", "commas", "no_commas")
    assert preferences.of("claude", "/home/me/site") == ("one_question", "commas", "no_commas")
    assert preferences.of("codex", "/home/me/sites") == ("no_commas",)
    assert bool(Preferences()) is False


@pytest.mark.parametrize("text", ["", "nothing", "json:1", "exact_sentence_count:", "exact_sentence_count:-1"])
def test_what_is_no_preference_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"preference|takes"):
        parse_preference(text)
