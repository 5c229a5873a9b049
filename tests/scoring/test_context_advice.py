"""What fills a window, and what to keep in it."""

from __future__ import annotations

from ppp_tui.model.clock import DAY_MS
from ppp_tui.scoring.advice import FileUse, suggest_files, topic_words
from ppp_tui.scoring.context import MAX_SYSTEM_TOKENS, share_out, system_tokens

NOW_MS = 1_795_176_000_000


def test_the_system_prompt_is_what_the_first_request_held_beyond_its_prompt() -> None:
    assert system_tokens(20_000, 400, 0, 0) == 19_900
    assert system_tokens(10, 400, 0, 0) == 0
    assert system_tokens(140_000, 0, 0, 0) == MAX_SYSTEM_TOKENS


def test_the_parts_add_up_to_what_is_recorded() -> None:
    parts = share_out(30_001, 10_000, conversation_chars=1000, file_chars=2000, tool_chars=1000)
    assert parts == (10_000, 10_000, 5_000, 5_001)
    assert parts.total == 30_001


def test_without_characters_the_rest_is_conversation() -> None:
    assert share_out(5_000, 8_000, 0, 0, 0) == (5_000, 0, 0, 0)
    assert share_out(9_000, 8_000, 0, 0, 0) == (8_000, 0, 0, 1_000)


def test_words_of_names_are_taken_apart_and_common_ones_left_out() -> None:
    assert topic_words(["Fix the LoginForm in src/login_page.py"]) == {"login", "form", "page"}


def test_what_is_used_lately_and_named_by_the_task_is_kept_first() -> None:
    files = [
        FileUse("src/login.py", 9, 4, 900, NOW_MS - DAY_MS // 2),
        FileUse("docs/old.md", 1, 0, 400, NOW_MS - 90 * DAY_MS),
        FileUse("src/cart.py", 5, 1, 700, NOW_MS - 3 * DAY_MS),
    ]
    advice = suggest_files(files, topic_words(["Mend the login"]), NOW_MS)
    assert [(one.path, one.action) for one in advice] == [
        ("src/login.py", "keep"),
        ("src/cart.py", "keep"),
        ("docs/old.md", "drop"),
    ]
    assert advice[0].reasons == ("read 9 times, changed 4 times", "used within a day", "the task speaks of login")
    assert advice[2].reasons[-1] == "worth less than its place"


def test_a_large_file_is_trimmed_and_what_finds_no_room_is_dropped() -> None:
    files = [FileUse(f"src/part{number}.py", 5, 0, 20_000, NOW_MS) for number in range(3)]
    advice = suggest_files(files, frozenset(), NOW_MS, budget_tokens=17_000)
    assert [one.action for one in advice] == ["trim", "trim", "drop"]
    assert "no room in 17,000 tokens after better files" in advice[2].reasons
