"""A model that judges questions, over real HTTP on loopback: what is sent, what is kept, and what without it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import Any, Literal

import pytest

from ppp_tui.ingest.jobs.llm_classifier import RETRY_MS, QueuedQuestion, rate_questions
from ppp_tui.ingest.jobs.model_request import ModelError
from ppp_tui.ingest.jobs.score import ScoreJob
from ppp_tui.ingest.options import Classifier
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import FrozenClock
from ppp_tui.store.write import Writer
from tests.ingest.house import LATER_MS, House
from tests.ingest.model_server import Model, settings

KEY = "secret-of-ann"
EFFORTS = "SELECT question_text, effort_level, method FROM trajectory_questions ORDER BY id"


def ingest(house: House, classifier: Classifier, *, keeps_text: bool = True) -> str:
    """Read everything once; returns what the run had to tell."""
    writer = Writer(house.database)
    try:
        options = house.options(classifier=classifier, keeps_text=keeps_text)
        Pipeline(writer, options, FrozenClock(LATER_MS), {"MODEL_KEY": KEY}, house.home).run(follow=False)
        return str(writer._connection.execute("SELECT trouble FROM ingest_status").fetchone()[0])
    finally:
        writer.close()


def ask(house: House, name: str, *questions: str) -> None:
    records = [record for question in questions for record in ({"prompt": "Go"}, {"say": question}, {"done": 1})]
    house.write(name, *records)


def asked(model: Model) -> list[list[Any]]:
    """The questions of each request."""
    return [json.loads(body["messages"][-1]["content"]) for _, _, body in model.requests]


def test_a_model_judges_and_is_named(house: House, model: Model) -> None:
    ask(house, "a.note", "Shall I go on?", "Which port?")
    assert ingest(house, settings(model)) == ""
    assert house.ask(EFFORTS) == [("Shall I go on?", "high", "llm-1 small"), ("Which port?", "high", "llm-1 small")]
    assert house.ask("SELECT DISTINCT scored_by FROM trajectory_turns") == [("questions-7 llm-1 small",)]
    [(path, headers, body)] = model.requests
    assert (path, headers["Authorization"]) == ("/v1/chat/completions", f"Bearer {KEY}")
    assert (body["model"], asked(model)) == ("small", [["Shall I go on?", "Which port?"]])


@pytest.mark.parametrize("version", ["", "/", "/v1", "/v1/"])
def test_anthropic_is_asked_its_own_way(house: House, model: Model, version: str) -> None:
    ask(house, "a.note", "Shall I go on?")
    ingest(house, settings(model, base_url=f"{model.address}{version}", api="anthropic"))
    [(path, headers, body)] = model.requests
    assert (path, headers["x-api-key"], headers["anthropic-version"]) == ("/v1/messages", KEY, "2023-06-01")
    assert [message["role"] for message in body["messages"]] == ["user"]
    assert house.ask(EFFORTS) == [("Shall I go on?", "high", "llm-1 small")]


def test_a_question_is_asked_once_for_all_sessions(house: House, model: Model) -> None:
    ask(house, "a.note", "Shall I go on?", "Which port?")
    ingest(house, settings(model))
    ask(house, "b.note", "Which port?", "Shall I go on?")
    ingest(house, settings(model))
    assert len(model.requests) == 1
    assert house.ask("SELECT count(*) FROM judged_efforts") == [(2,)]
    assert [row[2] for row in house.ask(EFFORTS)] == ["llm-1 small"] * 4


def test_questions_of_many_sessions_go_together_in_batches(house: House, model: Model) -> None:
    for number in range(5):
        ask(house, f"{number}.note", f"Shall I take port {number}?")
    ingest(house, settings(model, batch_size=3))
    assert [len(questions) for questions in asked(model)] == [3, 2]
    assert {row[1] for row in house.ask(EFFORTS)} == {"high"}


@pytest.mark.parametrize(
    ("status", "says", "why"),
    [
        (500, "", "status 500"),
        (200, "no idea", "it did not answer with one level per question"),
        (200, '["low", "low"]', "it did not answer with one level per question"),
        (200, '["severe"]', "it answered with a level that there is not"),
        (200, "[" * 100_000, "it did not answer with one level per question"),
        (200, "x" * 1_000_001, "its answer is too long"),
    ],
)
def test_without_a_word_from_the_model_the_wording_judges_and_it_is_said(
    house: House, model: Model, status: int, says: str, why: str
) -> None:
    model.status, model.says = status, says
    ask(house, "a.note", "Shall I go on?")
    assert ingest(house, settings(model)) == (
        f"The model that judges questions is left alone for a while ({why}): their wording judges."
    )
    assert house.ask(EFFORTS) == [("Shall I go on?", "low", "heuristic-6")]
    assert len(model.requests) == 1
    model.status, model.says = 200, ""
    assert ingest(house, settings(model)) == ""
    assert house.ask(EFFORTS) == [("Shall I go on?", "high", "llm-1 small")]


@pytest.mark.parametrize("api", ["openai", "anthropic"])
@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"choices": []}', b'{"content": [{"type": "text"}]}', b"null"]
)
def test_answer_of_another_form_is_no_answer(
    model: Model, monkeypatch: pytest.MonkeyPatch, api: Literal["openai", "anthropic"], body: bytes
) -> None:
    monkeypatch.setattr("ppp_tui.ingest.jobs.model_request._read", lambda *_: body)
    with pytest.raises(ModelError, match=rf"^it does not answer as {api} does$"):
        rate_questions([QueuedQuestion("Shall I go on?", ())], settings(model, api=api), {"MODEL_KEY": KEY})


def test_a_silent_model_is_not_waited_for_longer_than_allowed(house: House, model: Model) -> None:
    model.is_silent = True
    ask(house, "a.note", "Shall I go on?")
    assert "(no answer within 0.2 s)" in ingest(house, settings(model, timeout_s=0.2))
    assert house.ask(EFFORTS) == [("Shall I go on?", "low", "heuristic-6")]


def test_a_model_that_is_not_there_is_named_by_its_host(house: House, model: Model) -> None:
    ask(house, "a.note", "Shall I go on?")
    told = ingest(house, settings(model, base_url="http://127.0.0.1:1/v1"))
    assert "(127.0.0.1 cannot be reached: ConnectionRefusedError)" in told


@pytest.mark.parametrize("key", ["", "two\nlines", "schlüssel"])
def test_a_key_that_is_none_is_told_by_the_name_of_its_variable_alone(model: Model, key: str) -> None:
    with pytest.raises(ModelError, match=r"^the variable MODEL_KEY holds no key$"):
        rate_questions([QueuedQuestion("Shall I go on?", ())], settings(model), {"MODEL_KEY": key})
    assert model.requests == []


def test_without_a_variable_no_key_is_sent(model: Model) -> None:
    wanted = [QueuedQuestion("Which port?", ("80", "81"))]
    assert rate_questions(wanted, settings(model, key_variable=""), {"MODEL_KEY": KEY}) == ["high"]
    assert "Authorization" not in model.requests[0][1]
    assert asked(model) == [[{"question": "Which port?", "answers offered": ["80", "81"]}]]


def test_the_key_is_kept_nowhere(house: House, model: Model) -> None:
    ask(house, "a.note", "Shall I go on?")
    ingest(house, settings(model))
    assert KEY.encode() not in house.database.read_bytes()


@pytest.mark.parametrize("method", ["heuristic", "spec", "reply"])
def test_no_other_method_sends_anything(house: House, model: Model, method: str) -> None:
    ask(house, "a.note", "Shall I go on?")
    ingest(house, settings(model, method=method))
    assert model.requests == []


def test_a_model_that_failed_is_left_alone_for_a_while_and_then_asked_again(house: House, model: Model) -> None:
    ask(house, "a.note", "Shall I go on?")
    house.ingest()
    model.status = 500
    answered = threading.Event()
    writer = Writer(house.database)
    judging = ScoreJob(writer, house.options(classifier=settings(model)), {"MODEL_KEY": KEY}, answered.set)

    def judge_at(now_ms: int) -> int:
        """Judge until nothing is left; returns how often the model was asked by then."""
        answered.clear()
        while judging.run_slice(now_ms) or (judging.is_waiting and answered.wait(10)):
            pass
        return len(model.requests)

    assert judge_at(LATER_MS) == judge_at(LATER_MS + RETRY_MS - 1) == 1
    model.status = 200
    assert judge_at(LATER_MS + RETRY_MS) == 2
    assert judging.trouble == ""
    writer.close()
    assert house.ask(EFFORTS) == [("Shall I go on?", "high", "llm-1 small")]


def test_who_asks_no_model_loads_nothing_for_it() -> None:
    code = (
        "import sys, ppp_tui.ingest.pipeline; print([name for name in sys.modules if name in ('http.client', 'ssl')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


def test_what_is_kept_without_text_is_not_asked_about(house: House, model: Model) -> None:
    ask(house, "a.note", "Shall I go on?")
    ingest(house, settings(model), keeps_text=False)
    assert model.requests == []
    assert house.ask(EFFORTS) == [("", "low", "heuristic-6")]
