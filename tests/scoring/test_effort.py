"""Effort: what answering costs the person, by our rules and by the documents' word lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_tui.scoring.questions.effort import METHOD, METHOD_SPEC, judge_effort, judge_effort_spec


@pytest.mark.parametrize(
    "question",
    [
        "Which provider do you prefer, Google or GitHub?",
        "Which provider?",
        "Want me to open a pull request?",
        "Should I also update the changelog?",
        "Would you like me to fix this, or shall we keep it?",
        "Should we keep the old name?",
        "Ready to merge?",
        "Proceed?",
        "Is the staging server still in use?",
        "Should I rebuild only when a source changed, or also when a flag did?",
        "What should the file be called: config.toml or settings.toml?",
        "How about `build/report`?",
        "Do you want tests? (yes/no)",
        "Would you like me to:\n1. Start now?\n2. Tell you how it works first?",
        "Nothing is committed; say the word and I will.",
        "Delete all branches after the merge?",
        "Would you like me to research alternatives?",
        "Should I look into why the second call is slow before I change anything?",
        "Shall I run the tests and check the log?",
        "Should the flag be enabled by default?",
        "Do you have a preference on the format?",
        "Does this match what you had in mind?",
        "What's your time zone?",
        "Do we need a decision before continuing?",
        "Soll ich die Tests starten?",
        "¿Quieres que continúe?",
        "続けてもよろしいですか？",
        "지금 배포할까요?",
        "要继续吗？",
        "What should the default page size be?",
        "What should we call the flag?",
        "Who should be set as the reviewer?",
        "I need your approval to apply it.",
        "Let me know if I should go with the second one.",
        "How long should the timeout be?",
        "Which log level should we use in production?",
    ],
)
def test_low(question: str) -> None:
    assert judge_effort(question)[0] == "low"


@pytest.mark.parametrize(
    "question",
    [
        "What format should the report have?",
        "What would you like me to focus on?",
        "What's the intended audience?",
        "For a nightly run, what counts as done?",
        "Where does the nightly job write its log?",
        "Why was the second table added?",
        "Are there other services that read this table?",
        "Do you have any constraints on memory?",
        "Which folders should stay untouched?",
        "Any naming rules to follow?",
        "Is it the header, the footer, or what exactly?",
        "Could you clarify the naming rule?",
        "Please provide some details about the project.",
        "Tell me what the deadline is.",
        "Thoughts?",
        "How should I treat records without an owner?",
        "How do you want me to split the service?",
        "Could you describe how a refund is approved?",
        "Is there anything specific you want me to look at?",
        "Roughly how many tenants do you expect?",
        "Was soll bei leeren Listen passieren?",
        "¿Cómo debería llamarse el campo?",
        "空列表时应该怎样显示？",
        "この画面は誰が使いますか？",
        "이 보고서는 누가 읽나요?",
    ],
)
def test_medium(question: str) -> None:
    assert judge_effort(question)[0] == "medium"


@pytest.mark.parametrize(
    "question",
    [
        "Should I investigate how the session cache behaves before proceeding?",
        "What is the best way to deploy this?",
        "What's the right approach for the migration?",
        "Could you check which version runs on the server?",
        "Can you please run the migration and send me its log?",
        "Please paste the output of the failing job.",
        "What architecture should the importer follow?",
        "Please share the contents of the config.",
        "Which Node version are you running?",
        "What happens when you click on save?",
        "Are you seeing any errors in the console?",
        "Did that fix it?",
        "Is the page still loading slowly on your machine?",
        "What does the vendor's contract say about limits?",
        "Is the mail server configured on the host?",
        "Kannst du auf dem Server nachsehen, welche Version läuft?",
        "Pouvez-vous vérifier la console ?",
        "¿Puedes ejecutar las pruebas?",
        "您能运行一下测试吗？",
        "ログを送っていただけますか？",
        "로그를 보내 주시겠어요?",
        "How large is the production table?",
        "Which index does the planner pick in production?",
        "What is the memory usage after an hour?",
        "How long does the nightly import take?",
        "Could you take a look at the console?",
        "Can you confirm with the vendor that it is so?",
        "Can someone with admin rights enable the app?",
        "Did the backup of last night complete?",
        "Does the printer answer from your network?",
        "Share the link to the crash, please.",
    ],
)
def test_high(question: str) -> None:
    assert judge_effort(question)[0] == "high"


@pytest.mark.parametrize(
    ("question", "level", "rule"),
    [
        ("Which approach?", "low", "which"),
        ("Do you prefer tabs?", "low", "do you prefer"),
        ("Would you like a summary?", "low", "would you like"),
        ("Please choose one.", "low", "choose"),
        ("Select a region?", "low", "select"),
        ("Pick one?", "low", "pick"),
        ("Should I investigate caching?", "high", "investigate"),
        ("Which papers should I research?", "high", "research"),
        ("Should I ANALYZE it?", "high", "analyze"),
        ("Can we determine the cause?", "high", "determine"),
        ("What is the best way to test?", "high", "what is the best way to"),
        ("How should I name it?", "high", "how should i"),
        ("Shall I ask before proceeding?", "high", "before proceeding"),
        ("Want me to go on?", "medium", "no word"),
        ("Should I analyse it?", "medium", "no word"),
    ],
)
def test_the_documents_word_lists_to_the_letter(question: str, level: str, rule: str) -> None:
    assert judge_effort_spec(question) == (level, rule)


def test_the_rule_that_decided_is_named() -> None:
    assert judge_effort("Could you check the log?") == ("high", "work for the user")
    assert judge_effort("Want me to go on?") == ("low", "leave for the agent's work")


def test_only_the_end_of_a_long_question_is_judged() -> None:
    assert judge_effort("investigate " * 100 + "x" * 590 + ". Go on?")[0] == "low"


def test_answers_that_are_offered_make_a_choice_unless_work_is_asked_for() -> None:
    assert judge_effort("What should the script do?", ("stop", "go on")) == ("low", "answers offered")
    assert judge_effort("What should the script do?", ("stop",))[0] == "medium"
    assert judge_effort("Could you run the tests?", ("now", "later"))[0] == "high"


@pytest.mark.parametrize(
    ("question", "level"),
    [
        ("What do you see in the network tab?", "high"),
        ("What does the log say when you start it?", "high"),
        ("How would you like me to proceed?", "medium"),
        ("Please confirm before I go on.", "low"),
    ],
)
def test_effort_follows_what_the_user_must_look_at_say_or_allow(question: str, level: str) -> None:
    assert judge_effort(question)[0] == level


def test_the_methods_are_told_apart() -> None:
    assert (METHOD, METHOD_SPEC) == ("heuristic-6", "spec-1")


@given(st.text(max_size=2_000))
def test_any_text_has_an_effort(question: str) -> None:
    assert judge_effort(question)[0] in ("low", "medium", "high")
    assert judge_effort_spec(question)[0] in ("low", "medium", "high")
