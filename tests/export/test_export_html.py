"""A session as one page of HTML: what is on it, and that nothing of it is markup of a stranger or loads anything."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from ppp_tui.export import export_trajectory
from ppp_tui.text.secrets import Redactor
from tests.query.database_fixture import Database

_TAGS = (
    "html head meta title style body h1 h2 h3 dl dt dd nav a section div p details summary b span pre code em strong "
    "ul ol li blockquote br hr table thead tbody tr th td s figure figcaption svg text line rect polyline"
)
ALLOWED = frozenset(_TAGS.split(" "))


class Page(HTMLParser):
    """The tags and texts of a page."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.opened: list[str] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "srcset")]
        self.links += [value or "" for name, value in attrs if name == "href"]
        if ("class", "step failed") in attrs:
            self.opened.append("open" if ("open", None) in attrs else "shut")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        """All text, on one line."""
        return " ".join(" ".join(self.texts).split())


def page(database: Database, redactor: Redactor | None = None) -> Page:
    content = "".join(export_trajectory(database.path, 1, "html", redactor))
    assert "default-src 'none'" in content
    return Page(content)


def turn(database: Database, number: int, response: str = "", **columns: object) -> int:
    database.turn(1, number, columns.pop("prompt", "Do it"), response, **columns)  # type: ignore[arg-type]
    return (1 << 20) + number


def test_page_has_turns_steps_outputs_and_questions(database: Database) -> None:
    database.session(1, {"turns": 2, "steps": 2, "failed_steps": 1}, title="Add a login", model="opus-4")
    turn(database, 1, "I **look**.", latency_ms=21_000)
    database.step(1, 1, 1, target="pytest -q", status="failed", exit_code=1, output_preview="1 failed")
    database.step(1, 1, 2, kind="read", tool="Read", target="app.py")
    database.question(
        1,
        1,
        1,
        "Which one?",
        method="m",
        rule="r",
        source="tool",
        options='["A", "B"]',
        answer="B",
        answer_status="given",
    )
    turn(database, 2)
    shown = page(database)
    assert "Add a login" in shown.text
    assert "Bash pytest -q (exit 1) 1 failed" in shown.text
    assert "Read app.py (ok)" in shown.text
    assert "question, low effort: Which one? (A | B)" in shown.text
    assert shown.tags.count("section") == 2
    assert shown.tags.count("strong") == 1
    assert shown.opened == ["open"]
    assert shown.links == ["#t1", "#t2"]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "</pre></section><img src=x onerror=alert(1)>",
        "![x](https://evil.example/x.png)",
        "[x](javascript:alert(1)) [y](data:text/html,x) [z](file:///etc/passwd)",
        '"><iframe src=//evil.example>',
        "\x1b[31m\x00\u202e<b onclick=x>",
        "<style>@import url(//evil.example)</style>",
    ],
)
def test_hostile_text_is_text(database: Database, hostile: str) -> None:
    database.session(1, title=hostile, agent_name=hostile, model=hostile, branch=hostile)
    turn(database, 1, hostile, prompt=hostile)
    database.step(1, 1, 1, tool=hostile, target=hostile, output_preview=hostile, status="failed")
    shown = page(database)
    assert set(shown.tags) <= ALLOWED
    assert [link for link in shown.links if not link.startswith(("#t", "https://"))] == []


def test_links_of_the_web_stay_links(database: Database) -> None:
    database.session(1)
    turn(database, 1, "See [the docs](https://docs.example/a?b=1&c=2).")
    assert page(database).links == ["#t1", "https://docs.example/a?b=1&c=2"]


def test_cost_of_turns_is_drawn_and_unknown_cost_is_not(database: Database) -> None:
    database.session(1)
    for number in (1, 2, 3):
        turn(database, number)
    assert "svg" not in page(database).tags
    for number, cost in ((1, 10_000), (2, 40_000)):
        database.writer.execute(
            "UPDATE trajectory_turns SET cost_micros = ?, requests = 1 WHERE turn_number = ?", (cost, number)
        )
    shown = page(database)
    assert shown.tags.count("svg") == 1
    assert "turn 2: $0.04" in shown.text


def test_secrets_are_taken_out_and_counted(database: Database) -> None:
    database.session(1)
    turn(database, 1, "The key is sk-" + "ant-a1B2c3D4e5F6g7H8i9J0k1L2.")
    redactor = Redactor()
    assert "‹redacted:anthropic-key:…k1L2›" in page(database, redactor).text
    assert dict(redactor.counts) == {"anthropic-key": 1}
