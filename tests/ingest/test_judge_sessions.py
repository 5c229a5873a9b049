"""A model that judges whole sessions, over real HTTP on loopback: what is sent and when, and what is kept of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ppp_tui.ingest.jobs.model_request import ModelError
from ppp_tui.ingest.jobs.session_judge import judge_session
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import FrozenClock, from_text
from ppp_tui.model.evaluation import EvaluatedSession, EvaluatedTurn, Evidence, SessionEvaluation
from ppp_tui.store.write import Writer
from tests.ingest.house import House
from tests.ingest.model_server import Model, settings
from tests.ingest.notes_source import DAY

MINUTE_MS = 60_000
ANSWER = {
    "goal": {"verdict": "Bad", "reason": "no login", "turns": [1, 99, "x"]},
    "retention": {"verdict": "good", "reason": "", "turns": []},
    "coherence": {"verdict": "mixed", "reason": "r" * 500, "turns": None},
    "progression": {"verdict": "unknown"},
}
BY_MODEL = "SELECT name, verdict, score, evidence FROM evaluations WHERE method = 'llm-1 small' ORDER BY name"
TURN = EvaluatedTurn(1, "typed", "completed", "Add a login", "Done.", 5)
SESSION = EvaluatedSession("claude", "/shop", "", False, (TURN,))


def ingest(house: House, model: Model, now_ms: int, **changes: Any) -> str:
    """Read everything once at some moment; returns what the run had to tell."""
    options = {"classifier": settings(model)._replace(method="heuristic"), "judges_sessions": True, **changes}
    writer = Writer(house.database)
    try:
        Pipeline(writer, house.options(**options), FrozenClock(now_ms), {"MODEL_KEY": "k"}, house.home).run(
            follow=False
        )
        return str(writer._connection.execute("SELECT trouble FROM ingest_status").fetchone()[0])
    finally:
        writer.close()


def last_sign(house: House) -> int:
    """Unix milliseconds."""
    return from_text(house.ask("SELECT max(last_at) FROM trajectory_summaries")[0][0])


@pytest.fixture
def rested(house: House, model: Model) -> int:
    """A session of one turn, read and not judged; the moment of its last sign of life."""
    house.write("a.note", {"prompt": "Add a login"}, {"say": "Done."}, {"done": 1})
    ingest(house, model, DAY, judges_sessions=False)
    model.says = json.dumps(ANSWER)
    return last_sign(house)


def test_session_that_rested_is_judged_once_with_the_turns_that_the_model_names(
    house: House, model: Model, rested: int
) -> None:
    assert ingest(house, model, rested + 11 * MINUTE_MS) == ""
    assert house.ask(BY_MODEL) == [
        ("coherence", "mixed", 0.5, '[[1, "judged up to this turn"]]'),
        ("goal", "bad", 0.0, '[[1, "judged up to this turn"], [1, "named by the model"]]'),
        ("progression", "unknown", None, '[[1, "judged up to this turn"]]'),
        ("retention", "good", 1.0, '[[1, "judged up to this turn"]]'),
    ]
    ingest(house, model, rested + 20 * MINUTE_MS)
    assert len(model.requests) == 1
    assert house.ask("SELECT count(*) FROM evaluations WHERE method = 'rules-2'") == [(4,)]


def test_session_that_went_on_is_judged_again(house: House, model: Model, rested: int) -> None:
    ingest(house, model, rested + 11 * MINUTE_MS)
    house.append("a.note", {"prompt": "And a logout"}, {"say": "Done."}, {"done": 1})
    ingest(house, model, last_sign(house), judges_sessions=False)
    ingest(house, model, last_sign(house) + 11 * MINUTE_MS)
    assert len(model.requests) == 2
    assert "And a logout" in model.requests[1][2]["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("later_ms", "changes"),
    [
        (9 * MINUTE_MS, {}),
        (25 * 60 * MINUTE_MS, {}),
        (11 * MINUTE_MS, {"judges_sessions": False}),
        (11 * MINUTE_MS, {"keeps_text": False}),
    ],
)
def test_nothing_is_sent_of_sessions_at_work_of_history_or_unasked(
    house: House, model: Model, rested: int, later_ms: int, changes: dict[str, Any]
) -> None:
    ingest(house, model, rested + later_ms, **changes)
    assert model.requests == []


def test_model_that_fails_is_told_and_rules_stay(house: House, model: Model, rested: int) -> None:
    model.status = 500
    assert ingest(house, model, rested + 11 * MINUTE_MS) == (
        "The model that judges sessions is left alone for a while (status 500): rules alone do."
    )
    assert house.ask(BY_MODEL) == []
    assert house.ask("SELECT count(*) FROM evaluations") == [(4,)]


def test_long_texts_are_cut_before_they_are_sent(model: Model) -> None:
    model.says = json.dumps(ANSWER)
    long = TURN._replace(prompt="p" * 900 + "SECRET", response="HIDDEN" + "r" * 900)
    judged = judge_session(SESSION._replace(turns=(long,) * 50), settings(model), {"MODEL_KEY": "k"})
    sent = json.loads(model.requests[0][2]["messages"][-1]["content"])
    assert (len(sent["turns"]), len(sent["turns"][0]["asked"]), len(sent["turns"][0]["answered"])) == (40, 600, 600)
    assert "SECRET" not in json.dumps(sent)
    assert "HIDDEN" not in json.dumps(sent)
    assert judged["retention"] == SessionEvaluation("good", 1.0, "", (Evidence(1, "judged up to this turn"),))
    assert len(judged["coherence"].reason) == 300


@pytest.mark.parametrize(
    "reply", ["I cannot", "[]", '{"goal": 1}', json.dumps({**ANSWER, "goal": {"verdict": "fine"}}), "{" * 5000]
)
def test_answer_of_another_shape_is_refused(model: Model, reply: str) -> None:
    model.says = reply
    with pytest.raises(ModelError):
        judge_session(SESSION, settings(model), {"MODEL_KEY": "k"})
