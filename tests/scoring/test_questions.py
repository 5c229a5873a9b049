"""Questions to the person: where they stand, how they look, and what looks like one and is none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ppp_tui.scoring.questions import prose
from ppp_tui.scoring.questions.detection import find_questions
from ppp_tui.scoring.questions.prose import blocks_of


def texts(text: str) -> list[str]:
    return [question.text for question in find_questions(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Which provider do you prefer, Google or GitHub?", ["Which provider do you prefer, Google or GitHub?"]),
        ("All tests pass. Want me to commit?", ["Want me to commit?"]),
        ("Want A or B? I'll go with A otherwise.", ["Want A or B?"]),
        ("Done.\n\n**Shall I go on?**", ["Shall I go on?"]),
        ("Done.\n\n**Shall I go on?**  \nIt takes a minute.", ["Shall I go on?"]),
        ("_Ready to merge?_ ", ["Ready to merge?"]),
        ("(Should I keep `config.py`?)", ["Should I keep `config.py`?"]),
        ("Should I remove `old.py`?\r\n", ["Should I remove `old.py`?"]),
        ("Ready?  \n\n", ["Ready?"]),
        ("Is that right for you?!", ["Is that right for you?!"]),
        ("Nothing is deployed yet — want me to start?", ["Nothing is deployed yet — want me to start?"]),
        ("Do you want tests? And should I add types?", ["Do you want tests?", "And should I add types?"]),
        ("Want me to push it? (A backup of the branch is kept.)", ["Want me to push it?"]),
        ("Apply this?", ["Apply this?"]),
        ("Would it make sense to keep both? It saves a call.", ["Would it make sense to keep both?"]),
        ("Is it fine to drop the old table? Nothing reads it.", ["Is it fine to drop the old table?"]),
        ("Next (pick one):\n- A) ship it\n- B) test it", ["Next (pick one):\n- A) ship it\n- B) test it"]),
        ("Thoughts?", ["Thoughts?"]),
        ("你想用哪个提供商？", ["你想用哪个提供商？"]),
        ("完成了。要继续吗？好的。", ["要继续吗？"]),
        ("Fertig. Soll ich die Tests starten?", ["Soll ich die Tests starten?"]),
        ("C'est prêt. Voulez-vous que je continue ?", ["Voulez-vous que je continue ?"]),
        ("تم. هل تريد المتابعة؟", ["هل تريد المتابعة؟"]),
        ("What behaviour did you\nintend here?", ["What behaviour did you\nintend here?"]),
        ("Which provider? I'll wait.", ["Which provider?"]),
        ("Is the port 8080? The config does not say.", ["Is the port 8080?"]),
        ("Is the table still read? I found no caller.\n\nThe rest is done.", ["Is the table still read?"]),
        ("Rename it in place, or copy it?\n\nI'd copy it.", ["Rename it in place, or copy it?"]),
        ("Should it stop at a bad row, or go on? Both are easy.", ["Should it stop at a bad row, or go on?"]),
        (
            "Should I keep both (the old one and the new)? They differ.",
            ["Should I keep both (the old one and the new)?"],
        ),
        ("Done. ¿Quieres que suba los cambios? Tardará poco.", ["¿Quieres que suba los cambios?"]),
        ("Dois-je garder l'ancien champ ? Il sert encore.", ["Dois-je garder l'ancien champ ?"]),
        ("Kannst du das auf dem Server prüfen? Ich sehe ihn nicht.", ["Kannst du das auf dem Server prüfen?"]),
        ("続けてもよろしいですか？すぐに終わります。", ["続けてもよろしいですか？"]),
        ("지금 배포할까요? 금방 끝납니다.", ["지금 배포할까요?"]),
        ("需要我现在提交吗？改动很小。", ["需要我现在提交吗？"]),
        ("I write // for comments. Should I use /* */ instead?", ["Should I use /* */ instead?"]),
        ("It stands at https://example.org/a now. Should I merge it?", ["Should I merge it?"]),
        ("Tests pass; all is well // done. Should I merge it?", ["Should I merge it?"]),
        ("// not cached yet\nShould I cache it?", ["Should I cache it?"]),
        ("/* not cached */ Should I cache it?", ["Should I cache it?"]),
        ("Should I keep it in /srv//shop?", ["Should I keep it in /srv//shop?"]),
    ],
)
def test_questions_to_the_user(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No question at all.",
        "```sh\nread -p 'Overwrite your file?'\n```",
        "~~~\nDo you want this?\n~~~",
        "    Do you want this?\n",
        "Run `should I?` to see.",
        "See https://example.org/search?q=you&lang=en? for more.",
        "See [the page](https://example.org/?you) for more.",
        "> Do you want me to go on?\n\nThat was the prompt.",
        "| Do you cache? | yes |\n|---|---|\n| Should I? | no |",
        "## Why should you care?\n\nBecause it is fast.",
        'The prompt says "Do you want to overwrite it?" and waits.',
        "It answers “What do you do with a model call?” in one place.",
        "<details>\nDo you want this?\n</details>",
        "The signature is (text, style?: string) => void.",
        "Use `a ? b : c` for you.",
        "Does the cache key include the role? Let me check the code.",
        "Let me look at the handler. Does it return a list or a generator?",
        "Hmm, why does the second call fail?",
        "Wait, is the fixture even loaded?",
        "**What stays after a restart?**\n\nOnly the log does.",
        "What does this do? It caches the session for you.",
        "Why do you need a lock? Because two writers would collide.",
        "You may ask: why not simply delete it?",
        "1. Take the newest backup.\n2. Check: does its size match?\n3. Restore it.",
        "The loader (does it read the file or the cache?) needs a closer look.",
        "Anything else?",
        "All done. Is there anything else I can help you with?",
        "How can I help you today?",
        "Let me know if you have any questions.",
        "Let me know if you run into trouble.",
        "If you still see errors, please let me know what they say.",
        "I'll rebuild the index now and confirm its size.",
        "The traces confirm the order you want:\n\n- one\n- two",
        "If you want, I can also write the docs.",
        "Please run the installer first. It does the rest.",
        "Should we worry about that? No, because it is cached.",
        "Can I reuse the old helper? Looking at the code, yes.",
        "Do we need a lock here? Probably not.",
        "How do I mend this? I'll try it another way.",
        "What about an empty list? Let me handle that too.",
        "Let me check: is the file there?",
        "What's happening here?",
        "Now, where is this defined?",
        "So, what does that mean for you? Not much.",
        "UPDATE jobs SET state = ? WHERE id = ? AND owner = ?",
        "INSERT INTO tags (name, color) VALUES (?, ?) is prepared once for you.",
        "The value is ok ? 1 : 0 and you rely on it.",
        "The pattern (foo|bar)? matches what you typed.",
        "2026-03-01 10:12:44 INFO prompt shown: Do you want to continue?",
        "$ ask 'Do you want to continue?'",
        "The dialog asks 'Do you want to overwrite the file?' and waits.",
        "The script prints: Should I overwrite it?",
        "Der Dialog fragt „Möchten Sie fortfahren?“ und wartet.",
        "Now the decisive test, does the lock survive a restart?",
        "Now for the real question: does the cache survive a reload?",
        "Next question: is the handler even registered?",
        "You asked whether the old API still works? It does.",
        "Is the port 8080? The config does not say. Let me look at the log.",
        "What changed? The log does not say.",
        "Warum ist das so langsam? Weil jede Zeile einzeln gelesen wird.",
        "Kann ich sonst noch etwas für dich tun?",
        "如果有问题，请告诉我。",
        "なぜ失敗したのでしょうか。原因はキャッシュです。",
        "何かご不明な点はありますか。",
        "使えますかどうかを確認しました。",
        "// should this be cached?",
        "The loader:\n  // should you cache this?\n  return load(key);",
        "/* Should we cache this? */\nreturn load(key);",
        "The loader reads /etc twice:\n/* what do you\n   want here? */",
        "const rows = load(key); // should this be cached for you?",
        "if (isOld(key)) { // do you want this?",
        "Want to watch it work? Run `make demo`.",
        "It is twice as fast now. Not bad, right?",
        "Todo (me): should this be async?",
        "And how do I know? The old test fails.",
        "I need a copy of the list, because the loop changes it.",
        "To continue a session, use `--resume`.",
        "Type `help` to see all commands.",
    ],
)
def test_text_without_a_question_to_the_user_has_none(text: str) -> None:
    assert texts(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Two ways are open. Let me know which one you like.", "Let me know which one you like."),
        ("Please confirm that the old table can go.", "Please confirm that the old table can go."),
        ("Tell me which table you mean.", "Tell me which table you mean."),
        (
            "If you mean another table, tell me which and I will look.",
            "If you mean another table, tell me which and I will look.",
        ),
        ("Nothing is committed; say the word and I will.", "Nothing is committed; say the word and I will."),
        ("Confirm and I will run it.", "Confirm and I will run it."),
        ('Reply "yes" to go on.', 'Reply "yes" to go on.'),
        ("Pick A, B or C.", "Pick A, B or C."),
        ("The plan is above. Waiting for your approval.", "Waiting for your approval."),
        ("I need to know whether the API is public.", "I need to know whether the API is public."),
        ("Let me know if you'd like me to push.", "Let me know if you'd like me to push."),
        ("Both work. Say which and I'll start.", "Say which and I'll start."),
        ('Tell me "go" and I will do it.', 'Tell me "go" and I will do it.'),
        ("I need one thing from you: the name of the host.", "I need one thing from you: the name of the host."),
        ('Confirm with "yes".', 'Confirm with "yes".'),
        ("I'm holding here until you approve the plan.", "I'm holding here until you approve the plan."),
        ("Once you confirm the host, I'll finish it.", "Once you confirm the host, I'll finish it."),
        ("Please restart it and send me the log.", "Please restart it and send me the log."),
        ("Bitte sag mir, welche Farbe du willst.", "Bitte sag mir, welche Farbe du willst."),
        ("Dites-moi quel format vous préférez.", "Dites-moi quel format vous préférez."),
        ("Dime qué formato prefieres.", "Dime qué formato prefieres."),
        ("请告诉我使用哪个端口。", "请告诉我使用哪个端口。"),
        ("ログを送ってください。", "ログを送ってください。"),
        ("準備ができました。続けてもよろしいですか。", "続けてもよろしいですか。"),
        ("どちらの形式にしますか。", "どちらの形式にしますか。"),
        ("古い表を削除しましょうか。", "古い表を削除しましょうか。"),
        ("我修好了。请运行测试并把输出贴给我。", "请运行测试并把输出贴给我。"),
        ("請告訴我要用哪個版本。", "請告訴我要用哪個版本。"),
        ("Sag mir bitte, welche Farbe du willst.", "Sag mir bitte, welche Farbe du willst."),
        ("포트 번호를 알려 주세요.", "포트 번호를 알려 주세요."),
        ("Please put the key into `.env` so that I can start.", "Please put the key into `.env` so that I can start."),
        ("Please write two lines for the front page.", "Please write two lines for the front page."),
        ("Please replug it and see if it shows up.", "Please replug it and see if it shows up."),
        ("Please time the export on your laptop.", "Please time the export on your laptop."),
        ("Upload the trace and I'll go on.", "Upload the trace and I'll go on."),
        ('Nothing ran yet. Type "yes" to drop the index.', 'Type "yes" to drop the index.'),
        ("One thing to decide: one file, or two.", "One thing to decide: one file, or two."),
        ("Up to you: amend or revert.", "Up to you: amend or revert."),
        ("I need a photo of the label.", "I need a photo of the label."),
        (
            "To go further I need the list from the affected host.",
            "To go further I need the list from the affected host.",
        ),
        ("I can push as soon as you approve.", "I can push as soon as you approve."),
        ("The link to the ticket, please.", "The link to the ticket, please."),
        ("It's your decision whether the alias stays.", "It's your decision whether the alias stays."),
    ],
)
def test_requests_without_a_mark(text: str, expected: str) -> None:
    [question] = find_questions(text)
    assert (question.text, question.rule) == (expected, "request")


def test_questions_under_a_heading_for_them_need_no_address() -> None:
    text = "## Open questions\n\n1. Redis or Memcached?\n2. Which regions?\n\n## Plan\n\n- Cache: warm or cold? Cold.\n"
    assert texts(text) == ["Redis or Memcached?", "Which regions?"]


def test_questions_under_a_line_for_them_need_no_address() -> None:
    text = "Before I start, a few questions:\n\n- Redis or Memcached?\n- Which regions?\n\nI wait."
    assert texts(text) == ["Redis or Memcached?", "Which regions?"]


def test_a_closing_list_of_questions_needs_no_address() -> None:
    text = "A few things.\n\n1. Redis or Memcached?\n2. Does the job run at night or by day?\n"
    assert texts(text) == ["Redis or Memcached?", "Does the job run at night or by day?"]


def test_frequent_questions_ask_nothing() -> None:
    assert texts("## Frequently asked questions\n\n- Is it fast? Yes.\n- Is it free? Yes.\n\nThat is all.") == []


def test_answers_offered_below_a_question_are_part_of_it() -> None:
    text = (
        "1. What should happen to old backups, in your view?\n   - close?\n   - keep them? (safe)\n2. Who may close?\n"
    )
    assert texts(text) == ["What should happen to old backups, in your view?", "Who may close?"]


def test_answers_below_a_plain_question_are_part_of_it() -> None:
    assert texts("Which store do you want?\n\n- Redis?\n- Memcached?\n") == ["Which store do you want?"]


@pytest.mark.parametrize(
    ("text", "efforts"),
    [
        ("1. How should I treat old rows?\n   - delete, keep, or database?\n2. Who reads it?\n", ["low", "medium"]),
        ("How should I treat old rows?\n\n- delete them\n- keep them\n", ["low"]),
        ("How should I treat old rows?\n\n- e.g. those of 2019\n", ["medium"]),
        ("Two ways:\n\n1. Rewrite it.\n2. Patch it.\n\nWhat would you like me to do?", ["low"]),
        ("One thing.\n\nWhat would you like me to do?", ["medium"]),
        ("Could you check one of these?\n\n- the log\n- the trace\n", ["high"]),
    ],
)
def test_a_question_with_its_answers_is_a_choice(text: str, efforts: list[str]) -> None:
    assert [question.effort for question in find_questions(text)] == efforts


def test_a_question_wrapped_in_json_is_found_in_its_place() -> None:
    text = '{"note": "done", "ask": ["Which port, \\u00e9?", "x"], "n": 1}'
    [question] = find_questions(text)
    assert (question.text, question.rule, text[question.start : question.end]) == (
        "Which port, \\u00e9?",
        "json",
        "Which port, \\u00e9?",
    )


def test_a_question_that_ends_in_a_list_is_one_question() -> None:
    text = "Done.\n\nWould you like me to:\n\n1. Start with the API?\n2. Write the tests first?\n\nBoth take an hour."
    [question] = find_questions(text)
    assert question.text == "Would you like me to:\n\n1. Start with the API?\n2. Write the tests first?"
    assert (question.rule, question.effort) == ("list of answers", "low")


@pytest.mark.parametrize(
    "text",
    ["Should I:\n- delete it\n- keep it", "Can you share:\n- the command\n- its output"],
)
def test_a_question_that_ends_in_a_list_needs_no_mark(text: str) -> None:
    assert texts(text) == [text]


def test_code_in_code_does_not_hide_the_end() -> None:
    text = "Send this:\n\n```\nHere:\n\n```python\nx = 1\n```\n```\n\nThis tests it.\n\nWant me to test more for you?"
    assert texts(text) == ["Want me to test more for you?"]


def test_a_rule_below_a_question_makes_no_heading_of_it() -> None:
    assert texts("Shall I proceed?\n---\nThe rest follows.") == ["Shall I proceed?"]


def test_a_question_is_found_once_in_a_text() -> None:
    assert texts("Shall I go on? It is late.\n\n**shall I go on?**") == ["Shall I go on?"]


def test_offsets_point_into_the_text() -> None:
    text = "Gut — 🎉 fertig.\r\n\r\n- **Option:** `a?b`\r\n\r\nSoll ich weitermachen?"
    [question] = find_questions(text)
    assert (question.start, question.end) == (42, 64)
    assert text[42:64] == "Soll ich weitermachen?"


def test_effort_is_judged_with_the_question() -> None:
    [question] = find_questions("Should I investigate how the session cache behaves before proceeding?")
    assert (question.effort, question.effort_rule) == ("high", "deep work")


def test_the_end_of_a_very_long_text_is_read() -> None:
    text = "Line of a log.\n\n" * 20_000 + "Shall I go on?"
    [question] = find_questions(text)
    assert text[question.start : question.end] == "Shall I go on?"


def test_of_an_endless_question_the_end_is_kept() -> None:
    [question] = find_questions("want me " * 7_000 + "to go on?")
    assert (question.end - question.start, question.text[-9:]) == (1_000, "to go on?")


pieces = st.sampled_from(
    [
        "? ",
        "?",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "```",
        "~~~\n",
        "`",
        "**",
        "- ",
        "1. ",
        "> ",
        "# ",
        "    ",
        "you ",
        "(",
        ")",
        "| a | b |\n|---|---|\n",
        "Should I ",
        "want me to: ",
        "let me know which ",
        "Open questions:\n\n",
        '"',
        "“",
        "”",
        "<pre>",
        "</pre>",
        "<!-- ",
        "https://x.y/?z ",
        "é",
        "你吗？",
        "\u2028",
        "\x00",
        "\ud800",
        "İ",
        "word ",
        "It is. ",
        "## Decisions\n\n",
        "### Decision 1: x\n\n",
        "- A) x\n",
        "- **Option B** y\n",
        "(a) z\n",
        "Decisions for you:\n\n",
    ]
)
anything = st.one_of(st.lists(pieces, max_size=60).map("".join), st.text(max_size=300))


@settings(max_examples=500, deadline=None)
@given(anything)
def test_any_text_gives_slices_of_itself_in_order(text: str) -> None:
    found = find_questions(text)
    assert [text[question.start : question.end] for question in found] == [question.text for question in found]
    assert [question.start for question in found] == sorted(question.start for question in found)
    assert all(question.text.strip() for question in found)
    assert len({question.text for question in found}) == len(found)


@settings(max_examples=500, deadline=None)
@given(anything, st.integers(0, 400))
def test_reading_may_begin_late_without_changing_the_rest(text: str, wanted: int) -> None:
    wanted = min(wanted, len(text))
    late = blocks_of(text, wanted)
    whole = blocks_of(text)
    assert [block for block in late if block.end > wanted] == [block for block in whole if block.end > wanted]


@settings(max_examples=500, deadline=None)
@given(anything)
def test_plain_paragraphs_are_the_same_whether_parsed_or_not(text: str) -> None:
    plain = blocks_of(text)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(prose, "_STRUCTURE", re.compile(""))
        parsed = blocks_of(text)
    assert plain == parsed


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("# Decision 1: " * 5_000, 0),
        ("## Decisions for you\n\n" + "- A) x or y\n" * 5_000, 2),
        ("**Choose one:**\n\n" + "- A) x\n  - B) y\n" * 3_000, 1),
        ("Please and " * 5_000 + "send it", 1),
        ("? " * 30_000, 0),
        (". " * 30_000 + "what?", 1),
        ("- " * 30_000 + "a?", 0),
        ("](" * 30_000 + "?", 0),
        ("should I x or y? " * 3_500, 1),
        ("want me: " * 7_000 + "?", 1),
        ("`" * 30_000 + " you?", 0),
        ("|a?" * 9_000 + "\n|--" * 9_000, 1),
    ],
)
def test_hostile_text_is_read_to_its_end(text: str, count: int) -> None:
    assert len(find_questions(text)) == count
