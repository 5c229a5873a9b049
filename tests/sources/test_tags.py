"""Texts between tags and marks are read in linear time, whatever is left open."""

from __future__ import annotations

import time

import pytest

from ppp_tui.sources.claude_code.messages import notification_text
from ppp_tui.sources.claude_code.prompts import command_of, output_of
from ppp_tui.sources.gptme.tools import news_of, read_result, split_answer
from ppp_tui.sources.swe_agent.messages import command_of as block_of
from ppp_tui.sources.tags import Element, elements, tagged_text

OPENINGS = 20_000

BUSY_S = 5.0
"""Where the work grows with the square of the text, each of these takes half a minute and more."""


def test_elements_come_in_order_with_their_places() -> None:
    text = "a<x>1</x><y><x>2</x></y><x>open"
    assert list(elements(text, "x", "y")) == [Element("x", "1", 1, 9), Element("y", "<x>2</x>", 9, 24)]


def test_an_element_behind_an_open_tag_of_another_kind_is_read() -> None:
    assert list(elements("<x><y>1</y>", "x", "y")) == [Element("y", "1", 3, 11)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("<q>go</q>", "go"), ("<q></q>", ""), ("<q>a<q>b</q>", "a<q>b"), ("<q>go", None), ("</q><q>", None), ("", None)],
)
def test_tagged_text_ends_at_the_first_closing_tag(text: str, expected: str | None) -> None:
    assert tagged_text(text, "q") == expected


def test_a_message_of_opening_tags_alone_does_not_keep_a_parser_busy() -> None:
    begin = time.process_time()
    notification = "<summary>" * OPENINGS
    assert notification_text(notification) == notification
    assert command_of("<command-name>" * OPENINGS) == ""
    assert command_of("<command-name>" + " " * OPENINGS) == ""
    assert output_of("<bash-stdout>" * OPENINGS) == ""
    thinking = "<think>" * OPENINGS
    assert split_answer(thinking) == ("", thinking, [])
    # Where the work grows with the square of the tags this takes half a minute.
    assert time.process_time() - begin < 2


def test_gptme_thoughts_and_their_signatures_are_no_spoken_text() -> None:
    answer = "<think>first</think>\n<!-- think-sig: c2ln -->Hello<thinking>second</thinking>\nthere"
    assert split_answer(answer) == ("first\n\nsecond", "Hellothere", [])


@pytest.mark.parametrize(
    "text",
    ["a```\n" * 200_000, "```" + "\n" * 1_000_000, "```" + " " * 1_000_000, "`" * 1_000_000],
    ids=["blocks without an end", "empty lines", "spaces", "marks"],
)
def test_blocks_that_never_end_do_not_keep_a_parser_busy(text: str) -> None:
    began = time.process_time()
    assert block_of(text) == ""
    assert time.process_time() - began < BUSY_S


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("I look.\n```bash\nls\n```\nThen\n```sh\nrm x\n```", "ls"),
        ("```mswea_bash_command  \n\n  ls -l\npwd\n```", "  ls -l\npwd"),
        ("```python\nprint()\n```", ""),
        ("```bash\nls", ""),
    ],
)
def test_command_is_the_first_block_that_is_run(text: str, command: str) -> None:
    assert block_of(text) == command


def test_calls_whose_arguments_are_no_json_do_not_keep_a_parser_busy() -> None:
    began = time.process_time()
    thoughts, spoken, calls = split_answer('@a(b): {"x": [\n' * 60_000 + '@shell(c1): {"command": "ls"}')
    assert (thoughts, [(call.key, call.tool, call.arguments) for call in calls]) == (
        "",
        [("c1", "shell", {"command": "ls"})],
    )
    assert spoken.count("@a(b)") == 60_000
    for result in ("Ran command: \n```\n" + "a```\n" * 200_000, "Ran command: `x`\n" + "Return code: 1\n " * 60_000):
        read_result(result)
        news_of(result)
    assert time.process_time() - began < BUSY_S
