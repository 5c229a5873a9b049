"""A session as Markdown."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from ppp_tui.export import export_trajectory
from ppp_tui.query.errors import DatabaseMissingError
from tests.query.database_fixture import Database


def document(database: Database) -> str:
    return "".join(export_trajectory(database.path, 1, "md"))


DOCUMENT = """# `Add a login`

- agent: `claude 2.1`
- model: `opus-4`
- project: `shop`
- folder: `/home/ann/shop`
- branch: `main`
- session: `native-1`
- began: `2026-11-20 10:00:00.000 UTC`
- last sign of life: `2026-11-20 12:00:00.000 UTC`
- tokens: `1,200,034`
- cost at API prices: `at least $0.42`

## Turn 1

2026-11-20 11:00:00.000 UTC, completed, 21.0 s

**you**

```text
Add a login
please
```

**agent**

```text
I look.
```

- `Bash` `pytest -q | tail` (exit 1)
- `Read` `app.py` (ok)

**agent**

```text
Which one?
```

- question, low effort: `Which one?`, you wrote next: `` the `first` # one ``
- minor violation of `concise`: expected `one sentence`, got nothing

## Turn 3

2026-11-20 11:00:00.000 UTC, interrupted, taken back, copied from another session

**you**

```text
Google.
```
"""


def test_a_session_is_a_document(database: Database) -> None:
    database.session(
        1,
        {
            "tree_input_tokens": 1_200_000,
            "tree_output_tokens": 34,
            "tree_cost_micros": 420_000,
            "tree_requests": 3,
            "tree_unpriced_requests": 1,
        },
        title="Add a login",
        model="opus-4",
        branch="main",
        agent_version="2.1",
    )
    database.turn(1, 1, prompt="Add a login\nplease", response="I look.\n\nWhich one?", latency_ms=21_000)
    database.step(1, 1, 1, kind="thinking", tool="", target="", input_preview="hm")
    database.step(1, 1, 2, kind="message", tool="", target="", text_start=0, text_end=7)
    database.step(1, 1, 3, target="pytest -q | tail", exit_code=1, status="failed")
    database.step(1, 1, 4, kind="read", tool="Read", target="app.py")
    database.step(1, 1, 5, kind="message", tool="", target="", text_start=9, text_end=19)
    database.question(
        1,
        1,
        1,
        "Which one?",
        answer="the `first`\n# one",
        answer_status="reply",
    )
    database.put(
        "trajectory_violations",
        id=(((1 << 20) + 1) << 20) + 1,
        turn_id=(1 << 20) + 1,
        preference_name="concise",
        expected="one sentence",
        actual="",
        severity="minor",
    )
    database.turn(1, 3, prompt="Google.", status="interrupted", is_rolled_back=1, is_copy=1)
    assert document(database) == DOCUMENT


def test_a_cost_without_any_price_is_unknown_and_not_at_least_nothing(database: Database) -> None:
    database.session(1, {"tree_requests": 2, "tree_unpriced_requests": 2})
    assert "- cost at API prices: `unknown`\n" in document(database)


def test_a_response_without_messages_is_told_all_the_same(database: Database) -> None:
    database.session(1)
    database.turn(1, 1, prompt="Hello", response="Hello yourself")
    assert document(database).endswith("\n**agent**\n\n```text\nHello yourself\n```\n")


def test_a_database_without_text_tells_lengths(database: Database) -> None:
    database.session(1)
    database.turn(1, 1, prompt_length=12, response_length=345, prompt_hash="h", response_hash="i")
    database.step(1, 1, 1, kind="message", tool="", target="", text_start=0, text_end=345)
    assert document(database).endswith("The database keeps no text: 12 characters in, 345 out.\n")


HOSTILE = [
    "```\n# not a heading\n<script>alert(1)</script>",
    "`````````\n![x](http://evil)",
    "[x](javascript:alert(1)) <img src=x onerror=y>",
    "\x1b]0;title\x07\x1b[2J",
    "~~~\n</code></pre><b>",
    "    indented\n\n> quoted\n\n---\n",
    "` `` ``` ````",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_was_written_becomes_markup(database: Database, text: str) -> None:
    database.session(1, title=text, model=text, project=text, branch=text, native_id=text, agent_version=text)
    database.turn(1, 1, prompt=text, response=text)
    database.step(1, 1, 1, kind="message", tool="", target="", text_start=0, text_end=len(text))
    database.step(1, 1, 2, tool=text, target=text)
    database.question(
        1,
        1,
        1,
        text,
    )
    database.put(
        "trajectory_violations",
        id=(((1 << 20) + 1) << 20) + 1,
        turn_id=(1 << 20) + 1,
        preference_name=text,
        expected=text,
        actual=text,
        severity="minor",
    )
    written = document(database)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", written)
    tokens = MarkdownIt().parse(written)
    assert {token.type for token in tokens} <= {
        "heading_open",
        "inline",
        "heading_close",
        "bullet_list_open",
        "list_item_open",
        "paragraph_open",
        "paragraph_close",
        "list_item_close",
        "bullet_list_close",
        "fence",
    }
    assert [token.content for token in tokens if token.type == "heading_open"] == ["", ""]
    fences = [token.content.rstrip("\n") for token in tokens if token.type == "fence"]
    assert fences == [text.replace("\x1b", "␛").replace("\x07", "␇").rstrip("\n")] * 2
    children = {child.type for token in tokens for child in token.children or []}
    assert children <= {"text", "code_inline", "strong_open", "strong_close"}


def test_a_session_that_is_not_there_is_said(database: Database) -> None:
    with pytest.raises(LookupError, match="There is no session 1 in the database"):
        document(database)


def test_a_database_that_is_not_there_is_said(database: Database) -> None:
    with pytest.raises(DatabaseMissingError):
        list(export_trajectory(database.path.with_name("none.db"), 1, "md"))


def test_a_long_session_comes_whole_and_in_pieces(database: Database) -> None:
    database.session(1)
    for number in (0, 1, 99, 100, 101, 250, 1001):
        database.turn(1, number, prompt=f"prompt {number}")
    for number in range(1, 1202):
        database.step(1, 250, number, target=f"command {number}")
    pieces = list(export_trajectory(database.path, 1, "md"))
    written = "".join(pieces)
    assert re.findall(r"^## Turn (\d+)", written, re.MULTILINE) == ["0", "1", "99", "100", "101", "250", "1001"]
    assert re.findall(r"`command (\d+)`", written) == [str(number) for number in range(1, 1202)]
    assert max(map(len, pieces)) < 600
    assert all(piece.endswith("\n") for piece in pieces if piece)
