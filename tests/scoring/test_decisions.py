"""Decisions that are left open without a sentence: titles with options, and what only looks like one."""

from __future__ import annotations

import pytest

from ppp_tui.scoring.questions.detection import find_questions


def texts(text: str) -> list[str]:
    return [question.text.rstrip() for question in find_questions(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "### Decision 1: tokens\n\n- **A. Vault**\n- **B. File**\n\n### Decision 2: logs\n\n- A. all\n- B. few\n",
            [
                "### Decision 1: tokens\n\n- **A. Vault**\n- **B. File**",
                "### Decision 2: logs\n\n- A. all\n- B. few",
            ],
        ),
        (
            "## Decisions needed from you\n\n1. **Hosting.** One region or two. I recommend one.\n",
            ["1. **Hosting.** One region or two. I recommend one."],
        ),
        (
            "### Which queue carries the mails?\n\n- Option A: the old one\n- Option B: a new one\n",
            ["### Which queue carries the mails?\n\n- Option A: the old one\n- Option B: a new one"],
        ),
        (
            "### Open decision: cache key\n\n(a) the path\n(b) the hash\n\nI lean towards (b).",
            ["### Open decision: cache key\n\n(a) the path\n(b) the hash\n\nI lean towards (b)."],
        ),
        (
            "**Decision needed: retention**\n\n- 30 days\n- 90 days\n\nThe tests go on meanwhile.",
            ["**Decision needed: retention**\n\n- 30 days\n- 90 days"],
        ),
        (
            "**Choose an approach:**\n\n1. Patch it\n2. Rewrite it\n",
            ["**Choose an approach:**\n\n1. Patch it\n2. Rewrite it"],
        ),
        (
            "1. **Which region?**\n   - Frankfurt\n   - Dublin\n2. **Which tier?**\n   - small\n   - large\n",
            ["1. **Which region?**\n   - Frankfurt\n   - Dublin", "2. **Which tier?**\n   - small\n   - large"],
        ),
        (
            "A few things need your input:\n\n- Retries: fixed delay vs exponential\n- Timeout: 5 s or 30 s\n",
            ["- Retries: fixed delay vs exponential", "- Timeout: 5 s or 30 s"],
        ),
        (
            "## What I need from you\n\n1. The key of the test account\n2. The names of the plans\n",
            ["1. The key of the test account", "2. The names of the plans"],
        ),
        (
            "To go on I need the following from you:\n\n1. The name of the host\n2. The name of the user\n",
            ["1. The name of the host", "2. The name of the user"],
        ),
        (
            "**Decision required:** drop the column now or after the release.",
            ["**Decision required:** drop the column now or after the release."],
        ),
    ],
)
def test_open_decisions_are_questions(text: str, expected: list[str]) -> None:
    assert texts(text) == expected
    assert {question.rule for question in find_questions(text)} == {"decision"}
    assert {question.effort for question in find_questions(text) if " or " in question.text} <= {"low"}


@pytest.mark.parametrize(
    "text",
    [
        "## Decision log\n\n- 2026-01-02: use SQLite\n- 2026-01-03: drop Redis\n",
        "## Decision: use SQLite\n\n- no server\n- one file\n",
        "## Key design decisions\n\n1. **Storage**: SQLite (recommended by the docs)\n2. **Cache**: none by default\n",
        "### Options considered\n\n- Option A: patch\n- Option B: rewrite\n\nChosen: Option A.",
        "### Which store?\n\n- Option A: files\n- Option B: a table\n\nI went with the table.",
        "## What changed?\n\n- the parser\n- the tests\n",
        "## Which files changed?\n\n- a.py\n- b.py\n",
        "### Question 3: what does it return?\n\nIt returns a list.\n",
        "## Open questions\n\nNone.",
        "## Open questions (resolved)\n\n- Retention: 30 or 90 days — 30.",
        "## Decisions I've made\n\n- **Cache**: none or Redis — none.\n",
        "Answering your questions:\n\n- Retention: 30 days or more\n- Region: Frankfurt",
        "The config selects one of:\n\nA) auto\nB) manual\n",
        "The choices:\n- `--fast` skips checks\n- `--safe` (default) runs them",
        "I chose between:\n- Option A: x\n- Option B: y\nand went with A.",
    ],
)
def test_what_is_decided_or_told_is_no_question(text: str) -> None:
    assert texts(text) == []


def test_a_closing_question_about_the_options_counts_instead_of_their_title() -> None:
    assert texts("## Decision\n\n- A) ship it\n- B) test it\n\nWhich one do you prefer?") == [
        "Which one do you prefer?"
    ]


def test_a_decision_ends_before_it_grows_too_long() -> None:
    text = "### Decision 1: store\n\n- A) " + "x" * 400 + "\n- B) " + "y" * 400 + "\n- C) " + "z" * 400 + "\n"
    [question] = find_questions(text)
    assert question.text.rstrip().endswith("y" * 400)
