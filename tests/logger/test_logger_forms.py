"""A wrong value raises where it is made, with its field named; half a character does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from ppp_tui.logger import schemas as forms
from ppp_tui.logger.logger import TrajectoryLogger
from ppp_tui.logger.trajectory import Trajectory
from ppp_tui.store.logged import entries
from tests.logger.database_of import Database


@pytest.mark.parametrize(
    ("field", "call"),
    [
        ("prompt", lambda it: it.log_turn(5)),
        ("latency_ms", lambda it: it.log_turn("p", latency_ms=-1)),
        ("token_count", lambda it: it.log_turn("p", token_count=2**60)),
        ("status", lambda it: it.log_turn("p", status="done")),
        ("questions.1.effort", lambda it: it.log_turn("p", questions=[{"text": "a"}, {"text": "b", "effort": "x"}])),
        ("violations.0.preference_name", lambda it: it.log_turn("p", violations=[{"expected": "a", "actual": "b"}])),
        ("effort", lambda it: it.log_question("Which?", effort="Low")),
        ("severity", lambda it: it.log_violation("no_ask", "a", "b", "error")),
        ("kind", lambda it: it.log_step("dance")),
        ("input_tokens", lambda it: it.log_usage("m", 1.5, 1)),
        ("score", lambda it: it.log_artifact({}, score=1.01)),
        ("score", lambda it: it.log_artifact({}, score=True)),
        ("score", lambda it: it.log_artifact({}, score="0.5")),
        ("outcome", lambda it: it.finish("won")),
    ],
)
def test_what_is_wrong_is_named(log: TrajectoryLogger, field: str, call: Callable[[Trajectory], object]) -> None:
    trajectory = log.start("S", "a")
    with pytest.raises(ValidationError) as caught:
        call(trajectory)
    assert field in [".".join(map(str, error["loc"])) for error in caught.value.errors()]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("spec_id", {"spec_id": "", "agent_name": "a"}),
        ("attempt", {"spec_id": "S", "agent_name": "a", "attempt": 0}),
        ("path", {"spec_id": "S", "agent_name": "a", "path": "plan/a"}),
    ],
)
def test_what_is_wrong_with_a_trajectory_is_named(log: TrajectoryLogger, field: str, values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        log.start(**values)
    assert [error["loc"] for error in caught.value.errors()] == [(field,)]


@pytest.mark.parametrize("number", [-1, 1 << 20, True, 1.0, "1"])
def test_a_turn_that_cannot_be_is_refused(log: TrajectoryLogger, number: int) -> None:
    trajectory = log.start("S", "a")
    with pytest.raises(ValueError, match="turn"):
        trajectory.log_question("Q?", turn=number)
    with pytest.raises(ValueError, match="turn"):
        trajectory.log_turn("p", number=number)


def test_turn_after_the_last_possible_one_is_refused_and_logged_nowhere(log: TrajectoryLogger) -> None:
    trajectory = log.start("S", "a")
    trajectory.log_turn("p", number=(1 << 20) - 1)
    with pytest.raises(ValueError, match="1048576 is no number from 0 to 1048575"):
        trajectory.log_turn("one too many")
    assert trajectory.log_question("Q?").number == (1 << 20) - 1


def test_whole_number_is_a_score(database: Database, log: TrajectoryLogger) -> None:
    log.start("S", "a").log_artifact({}, score=1)
    assert log.flush()
    assert database.one("SELECT score FROM consensus_artifacts") == 1.0


def test_a_turn_of_another_trajectory_is_refused(log: TrajectoryLogger) -> None:
    turn = log.start("S", "a").log_turn("p")
    with pytest.raises(ValueError, match="no turn of the trajectory"):
        log.start("S", "b").log_question("Q?", turn=turn)


def test_half_a_character_is_mended(database: Database, log: TrajectoryLogger) -> None:
    trajectory = log.start("S", "a")
    trajectory.log_turn("cut \ud83d", "whole \ud83d\ude00", questions=[{"text": "\udc00?"}])
    assert log.flush()
    assert database.one("SELECT prompt, response FROM trajectory_turns") == ("cut \ufffd", "whole \U0001f600")
    assert database.one("SELECT question_text FROM trajectory_questions") == "\ufffd?"


def test_text_is_kept_as_it_is_whatever_it_holds(database: Database, log: TrajectoryLogger) -> None:
    log.start("S", "a").log_turn("a\0b\x1b[31m'\"--", "\u202e\r\n")
    assert log.flush()
    assert database.one("SELECT prompt, response, prompt_length FROM trajectory_turns") == (
        "a\0b\x1b[31m'\"--",
        "\u202e\r\n",
        12,
    )


def test_what_no_json_can_say_is_no_artifact(log: TrajectoryLogger) -> None:
    with pytest.raises(TypeError):
        log.start("S", "a").log_artifact(object())


@pytest.mark.parametrize(
    ("form", "entry", "renamed"),
    [
        (forms.StartForm, entries.Started, {}),
        (forms.TurnForm, entries.TurnLogged, {}),
        (forms.Question, entries.QuestionLogged, {}),
        (forms.Violation, entries.ViolationLogged, {}),
        (forms.StepForm, entries.StepLogged, {"kind": "step"}),
        (forms.UsageForm, entries.UsageLogged, {}),
        (forms.ArtifactForm, entries.ArtifactLogged, {"content": "content_json"}),
        (forms.FinishForm, entries.Finished, {}),
        (forms.Question, entries.QuestionEntry, {}),
        (forms.Violation, entries.ViolationEntry, {}),
    ],
)
def test_a_form_has_the_fields_of_its_entry_in_order(
    form: type[forms.Form], entry: type, renamed: dict[str, str]
) -> None:
    names = [renamed.get(name, name) for name in form.model_fields]
    if form is forms.StartForm:
        # The logger adds the process; these came before the agent's version.
        names[-1:-1] = ["pid", "metadata"]
    fields = [name for name in entry.__struct_fields__ if name not in ("trajectory", "at", "number")]  # type: ignore[attr-defined]
    assert fields[: len(names)] == names
    assert fields[len(names) :] in ([], ["hidden"])
