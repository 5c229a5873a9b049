"""Kinds of tasks, by literal prompts."""

from __future__ import annotations

from typing import get_args

import pytest

from ppp_tui.scoring.task_kinds import Kind, PromptTask, task_of


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Fix the login redirect", PromptTask("fix", "fix", "login redirect")),
        ("Could you please add a dark theme?", PromptTask("add", "add", "dark theme")),
        ("ok now let's refactor the parser, it is too long", PromptTask("refactor", "refactor", "parser")),
        ("go ahead and remove the old flag", PromptTask("remove", "remove", "old flag")),
        ("Please write unit tests for the cart", PromptTask("test", "write", "unit tests")),
        ("update the README with the new flag", PromptTask("document", "update", "readme")),
        ("create a plan for the migration", PromptTask("plan", "create", "plan")),
        ("why does the build fail?", PromptTask("fix", "why")),
        ("What does this function return?", PromptTask("explain", "what")),
        ("Is it ready to merge", PromptTask("explain", "is")),
        ("The page crashes when I click pay", PromptTask("fix")),
        ("The cart is red. Review it.", PromptTask("review", "review")),
        ("commit and push", PromptTask("ship", "commit")),
        ("yes", PromptTask("continue", "yes")),
        ("yes, and rename it to shop", PromptTask("change", "rename")),
        ("can you do a mixed one?", PromptTask("other")),
        ("the sky", PromptTask("other")),
        ("", PromptTask("other")),
        ("Bitte baue den Warenkorb um", PromptTask("other")),
        ("<context>fix this</context> Explain the diff", PromptTask("explain", "explain", "diff")),
        ("```\ndelete all\n```\nrun the linter", PromptTask("run", "run", "linter")),
    ],
)
def test_prompt_has_the_kind_of_its_first_verb(prompt: str, expected: PromptTask) -> None:
    assert task_of(prompt) == expected


def test_every_kind_has_a_prompt_that_leads_to_it() -> None:
    prompts = (
        "fix it",
        "add x",
        "change x",
        "refactor x",
        "delete x",
        "test x",
        "review x",
        "explain x",
        "find x",
        "document x",
        "plan x",
        "push x",
        "run x",
        "proceed",
        "hm",
    )
    assert tuple(task_of(prompt).kind for prompt in prompts) == get_args(Kind)


def test_long_prompt_is_judged_by_its_beginning() -> None:
    assert task_of("x " * 5000 + ". Fix it").kind == "other"
