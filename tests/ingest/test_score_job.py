"""Questions and preferences in the database: judged once, anew with other settings, never against what was stated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ppp_tui.ingest.guard import Guard
from ppp_tui.ingest.jobs import score, score_trajectory
from ppp_tui.ingest.jobs.schedule import JobSchedule
from ppp_tui.ingest.options import Classifier
from ppp_tui.ingest.pricing import PriceTable
from ppp_tui.model.clock import FrozenClock
from ppp_tui.model.preference import Preferences
from ppp_tui.scoring.questions import detection as questions
from ppp_tui.store import scoring_queue
from ppp_tui.store.logged.entries import encode
from ppp_tui.store.logged.journal import Journal, journal_folder
from ppp_tui.store.verify import dump
from ppp_tui.store.write import Writer
from tests.ingest.house import LATER_MS, House

VIOLATIONS = (
    "SELECT u.turn_number, v.preference_name, v.expected, v.actual, v.severity, v.source, v.text_start, v.text_end "
    "FROM trajectory_violations AS v JOIN trajectory_turns AS u ON u.id = v.turn_id ORDER BY v.id"
)
VERDICTS = "SELECT preference_name, verdict, reward, detail FROM preference_verdicts ORDER BY 1"
EFFORTS = "SELECT question_text, effort_level, method FROM trajectory_questions ORDER BY id"
SCORERS = "SELECT DISTINCT scored_by FROM trajectory_turns"


def of_user(*names: str) -> dict[str, Any]:
    return {"preferences": Preferences(names)}


def by(method: str) -> dict[str, Any]:
    return {"classifier": Classifier(method)}  # type: ignore[arg-type]


def lines(house: House) -> list[str]:
    writer = Writer(house.database)
    try:
        return list(dump(writer._connection))
    finally:
        writer.close()


def talk(house: House) -> None:
    """Two turns: the first asks in prose, the second through a tool."""
    house.write(
        "a.note",
        {"project": "/home/ann/shop"},
        {"prompt": "Fix it", "at": 1},
        {"run": "c1"},
        {"end": "c1"},
        {"say": "It fails on port 80, as before.\n\nShould I use port 8080, or wait?"},
        {"done": 1, "at": 5},
        {"prompt": "8080", "at": 9},
        {"ask": "Which host?", "key": "q1", "options": ["one", "two"], "at": 10},
        {"end": "q1", "out": "two", "at": 12},
        {"say": "Done."},
        {"done": 1, "at": 13},
    )


def test_without_preferences_a_turn_is_judged_as_it_is_read(house: House) -> None:
    talk(house)
    house.ingest()
    assert house.ask(SCORERS) == [(f"questions-{questions.VERSION} heuristic-6",)]
    assert house.ask("SELECT scored_by FROM trajectory_summaries") == [("questions-7 heuristic-6",)]
    assert house.ask(VERDICTS) == house.ask(VIOLATIONS) == []


def test_a_violation_tells_what_was_expected_what_was_there_and_where(house: House) -> None:
    talk(house)
    house.ingest(**of_user("commas", "ask_many"))
    assert house.ask(VIOLATIONS) == [
        (1, "commas", "no commas", "1 comma", "major", "judged", 33, 65),
        (2, "ask_many", "everything in one ask", "ask 2", "critical", "judged", None, None),
    ]
    assert house.ask(VERDICTS) == [
        ("ask_many", "violated", -1.0, "2 asks"),
        ("commas", "violated", -0.5, "1 of 2 asks violated"),
    ]
    assert house.ask("SELECT violations FROM trajectory_turns ORDER BY id") == [(1,), (1,)]
    assert house.ask("SELECT violations FROM trajectory_summaries") == [(2,)]


def test_every_kind_of_verdict_is_given(house: House) -> None:
    talk(house)
    house.ingest(**of_user("do_selection", "first_try", "joke", "lang_multi", "professional", "exact_sentence_count:1"))
    assert house.ask(VERDICTS) == [
        ("do_selection", "kept", 0.0, "2 asks"),
        ("exact_sentence_count", "violated", -0.5, "1 of 2 answers violated"),
        ("first_try", "unjudged", 0.0, "1 of 2 asks not judged"),
        ("joke", "unjudged", 0.0, ""),
        ("lang_multi", "violated", -1.0, "2 of 2 asks violated"),
        ("professional", "not_applicable", 0.0, ""),
    ]


@pytest.mark.parametrize(
    "changes",
    [of_user("commas", "ask_many", "no_commas"), by("spec"), by("reply"), {**by("reply"), **of_user("first_try")}],
)
def test_what_is_judged_later_is_what_would_have_been_judged_at_once(
    house: House, tmp_path: Path, changes: dict[str, Any]
) -> None:
    talk(house)
    house.ingest()
    plain = lines(house)
    house.ingest(**changes)
    later = lines(house)
    house.ingest()
    assert lines(house) == plain
    house.database.unlink()
    house.ingest(**changes)
    assert lines(house) == later != plain


def test_a_longer_session_is_judged_in_slices(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score_trajectory, "SLICE_TURNS", 2)
    records = [record for number in range(7) for record in ({"prompt": f"p{number}"}, {"say": "Which port, 1 or 2?"})]
    house.write("a.note", *records)
    house.write("b.note", *records[:2])
    house.ingest(**of_user("commas"))
    assert house.ask("SELECT verdict, detail FROM preference_verdicts ORDER BY trajectory_id") == [
        ("violated", "7 of 7 asks violated"),
        ("violated", "1 of 1 ask violated"),
    ]


def test_the_newest_session_is_judged_first_and_what_is_heard_of_before_the_rest(house: House) -> None:
    for number, name in enumerate(("old", "new", "mid")):
        at = (5, 30, 20)[number]
        house.write(f"{name}.note", {"prompt": "Go", "at": at}, {"say": "Which port, 1 or 2?", "at": at})
    house.ingest()
    writer = Writer(house.database)
    judge = score.ScoreJob(writer, house.options(**of_user("commas")), {}, lambda: None)

    def judged() -> list[str]:
        rows = writer._connection.execute(
            "SELECT t.native_id FROM preference_verdicts AS p JOIN trajectories AS t ON t.id = p.trajectory_id"
        )
        return sorted(row[0] for row in rows)

    assert judge.run_slice(0) is True
    assert judged() == ["new"]
    with writer.transaction():
        writer._connection.execute(
            "UPDATE trajectory_summaries SET last_at = '2026-11-21 00:00:00.000' WHERE trajectory_id = "
            "(SELECT id FROM trajectories WHERE native_id = 'old')"
        )
    judge.note_commit()
    assert judge.run_slice(0) is True
    assert judged() == ["new", "old"]
    assert (judge.run_slice(0), judge.run_slice(0)) == (True, False)
    assert judged() == ["mid", "new", "old"]
    writer.close()


def test_score_job_does_not_search_again_while_nothing_changed(house: House) -> None:
    house.write("a.note", {"prompt": "Go", "at": 5}, {"say": "Which port, 1 or 2?", "at": 5})
    house.ingest()
    writer, other = Writer(house.database), Writer(house.database)
    statements: list[str] = []
    writer._connection.set_trace_callback(statements.append)
    job = score.ScoreJob(writer, house.options(), {}, lambda: None)

    def searches_of_slices(slices: int) -> int:
        statements.clear()
        assert not any(job.run_slice(0) for _ in range(slices))
        return sum("FROM trajectory_summaries WHERE scored_by" in statement for statement in statements)

    unscored = "UPDATE trajectory_summaries SET scored_by = ''"
    searches_at_first = searches_of_slices(100)
    assert searches_at_first == 1
    with writer.transaction() as summaries:
        summaries.call(lambda connection: connection.execute(unscored))
    job.note_commit()
    assert [job.run_slice(0) for _ in range(3)] == [True, False, False]
    with other.transaction() as summaries:
        summaries.call(lambda connection: connection.execute(unscored))
    assert [job.run_slice(0) for _ in range(3)] == [True, False, False]
    assert searches_of_slices(100) == 0
    writer.close()
    other.close()


def test_turns_that_another_job_imported_are_scored_in_the_same_run(house: House) -> None:
    writer = Writer(house.database)
    guard = Guard(None, FrozenClock(LATER_MS))
    jobs = JobSchedule(
        writer,
        house.options(),
        table=PriceTable(),
        environment={},
        home=house.home,
        guard=guard,
        clock=FrozenClock(LATER_MS),
        ready=lambda: None,
    )

    def run_all(now_ms: int) -> None:
        while jobs.run_one(now_ms, is_backfilling=False, follow=False):
            pass

    run_all(LATER_MS)
    journal = Journal.create(journal_folder(house.database), 1)
    turn = ("turned", "t" * 32, LATER_MS, 1, "Go", "Which port, 80 or 81?", None, None, "completed", (), ())
    journal.append(encode(turn))
    journal.close()
    run_all(LATER_MS + 2_000)
    writer.close()
    assert guard.trouble == ""
    assert house.ask(EFFORTS) == [("Which port, 80 or 81?", "low", "heuristic-6")]


def test_pending_trajectories_are_the_newest_first_whether_few_or_many(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer(house.database)
    with writer.transaction():
        for number in range(1, 7):
            writer._connection.execute(
                "INSERT INTO trajectories (id, spec_id, agent_name, source, native_id) VALUES (?1, ?1, 'a', 's', ?1)",
                (number,),
            )
            writer._connection.execute(
                "INSERT INTO trajectory_summaries (trajectory_id, scored_by, last_at) VALUES (?, ?, ?)",
                (number, ("now", "older", "zone")[number % 3], f"2026-11-2{number % 4} 00:00:00.000"),
            )
    assert writer.ask(scoring_queue.pending_trajectories, "now", 64) == [2, 5, 1, 4]
    assert writer.ask(scoring_queue.pending_trajectories, "now", 3) == [2, 5, 1]
    monkeypatch.setattr(scoring_queue, "MAX_SORTED_PENDING", 3)
    assert writer.ask(scoring_queue.pending_trajectories, "now", 64) == [2, 5, 1, 4]
    assert writer.ask(scoring_queue.pending_trajectories, "now", 3) == [2, 5, 1]
    writer.close()


def test_what_is_appended_is_judged_and_the_rest_stays(house: House) -> None:
    house.write("a.note", {"prompt": "Fix", "at": 1}, {"say": "Shall I go on?"}, {"done": 1, "at": 2})
    house.ingest(**of_user("answer_more"))
    assert house.ask(VIOLATIONS) == [
        (1, "answer_more", "at least three asks", "1 ask", "critical", "judged", None, None)
    ]
    house.append("a.note", {"prompt": "Yes", "at": 3}, {"say": "Which port?"})
    house.ingest(**of_user("answer_more"))
    assert house.ask(VERDICTS) == [("answer_more", "unjudged", 0.0, "2 asks so far")]
    assert house.ask(VIOLATIONS) == []
    house.append("a.note", {"done": 1, "at": 4})
    house.ingest(**of_user("answer_more"))
    assert [row[:4] for row in house.ask(VIOLATIONS)] == [(2, "answer_more", "at least three asks", "2 asks")]


def test_preferences_of_another_agent_or_folder_do_not_hold(house: House) -> None:
    talk(house)
    elsewhere = Preferences((), {"/home/ann/site": ("commas",)}, {"claude": ("commas",)})
    house.ingest(preferences=elsewhere)
    assert house.ask(VERDICTS) == []
    house.ingest(preferences=Preferences((), {"/home/ann": ("commas",)}, {"notes": ("one_question",)}))
    assert [row[:2] for row in house.ask(VERDICTS)] == [("commas", "violated"), ("one_question", "kept")]


def test_the_documents_word_lists_judge_what_was_judged_otherwise(house: House) -> None:
    talk(house)
    house.ingest()
    assert [row[1:] for row in house.ask(EFFORTS)] == [("low", "heuristic-6"), ("low", "heuristic-6")]
    house.ingest(**by("spec"))
    assert [row[1:] for row in house.ask(EFFORTS)] == [("medium", "spec-1"), ("low", "spec-1")]
    assert house.ask("SELECT low_questions, medium_questions FROM trajectory_summaries") == [(1, 1)]


def test_the_answer_judges_once_it_is_there(house: House) -> None:
    house.write("a.note", {"prompt": "Import it", "at": 1}, {"say": "Which store should I use?"}, {"done": 1, "at": 2})
    house.ingest(**by("reply"))
    assert house.ask(EFFORTS) == [("Which store should I use?", "low", "heuristic-6")]
    house.append("a.note", {"prompt": "The cluster at db7.internal, schema finance_eu, replicas in Frankfurt", "at": 9})
    house.ingest(**by("reply"))
    assert house.ask(EFFORTS) == [("Which store should I use?", "high", "reply-1")]


@pytest.mark.parametrize(
    ("end", "judged"),
    [
        ({"out": "Which host? two"}, ("low", "reply-1")),
        ({"out": "no idea"}, ("medium", "reply-1")),
        ({"status": "denied"}, ("medium", "reply-1")),
        ({"out": "the machine behind the staging gateway"}, ("high", "reply-1")),
        ({"out": ""}, ("low", "heuristic-6")),
    ],
)
def test_an_answer_through_the_tool_judges(house: House, end: dict[str, str], judged: tuple[str, str]) -> None:
    ask = {"ask": "Which host?", "key": "q1", "options": ["one", "two"], "at": 2}
    house.write("a.note", {"prompt": "Deploy it", "at": 1}, ask, {"end": "q1", "at": 3, **end})
    house.ingest(**by("reply"))
    assert [row[1:] for row in house.ask(EFFORTS)] == [judged]


def test_a_newer_rule_is_applied_to_what_is_in_the_database(house: House) -> None:
    talk(house)
    house.ingest()
    good = lines(house)
    writer = Writer(house.database)
    with writer.transaction():
        writer._connection.execute("UPDATE trajectory_questions SET effort_level = 'high', rule = 'older' WHERE id & 1")
        writer._connection.execute("UPDATE trajectory_turns SET scored_by = 'questions-1', high_questions = 1")
        writer._connection.execute("UPDATE trajectory_summaries SET scored_by = 'questions-1', high_questions = 2")
        writer._connection.execute("UPDATE trajectory_summaries SET low_questions = 0, low_asks = 0, high_asks = 2")
        writer._connection.execute("UPDATE trajectory_turns SET low_questions = 0")
    writer.close()
    (house.notes / "a.note").unlink()
    house.ingest()
    gone = [line.replace("health='vanished'", "health='ok'") for line in lines(house)]
    assert gone == good


def log(house: House, *statements: str) -> None:
    """What a program logs stands in the database without having been judged."""
    house.ingest()
    writer = Writer(house.database)
    with writer.transaction():
        writer._connection.execute(
            "INSERT INTO trajectories (id, spec_id, agent_name, source, native_id) VALUES (1, 'S', 'me', 'logger', 'n')"
        )
        writer._connection.execute("INSERT INTO trajectory_summaries (trajectory_id) VALUES (1)")
        writer._connection.execute(
            "INSERT INTO trajectory_turns (id, trajectory_id, turn_number, origin, status, prompt, response) "
            "VALUES (1048577, 1, 1, 'logged', 'completed', 'Fix', 'Done. Which port, 80 or 81?')"
        )
        for statement in statements:
            writer._connection.execute(statement)
    writer.close()


def test_a_logged_turn_is_judged_like_any_other(house: House) -> None:
    log(house)
    house.ingest(**of_user("commas"))
    assert house.ask(EFFORTS) == [("Which port, 80 or 81?", "low", "heuristic-6")]
    assert [row[:4] for row in house.ask(VIOLATIONS)] == [(1, "commas", "no commas", "1 comma")]
    assert house.ask("SELECT low_questions, violations FROM trajectory_summaries") == [(1, 1)]


def test_what_a_program_states_is_never_touched(house: House) -> None:
    log(
        house,
        "INSERT INTO trajectory_questions (id, turn_id, question_text, effort_level, method, source) "
        "VALUES (1099512676353, 1048577, 'Which port, 80 or 81?', 'high', 'stated', 'stated')",
        "INSERT INTO trajectory_violations (id, turn_id, preference_name, expected, actual, severity, method, source) "
        "VALUES (1099512676353, 1048577, 'commas', 'none', 'one', 'critical', 'stated', 'stated')",
    )
    house.ingest(**of_user("commas"))
    assert house.ask(EFFORTS) == [("Which port, 80 or 81?", "high", "stated")]
    assert [(row[3], row[4], row[5]) for row in house.ask(VIOLATIONS)] == [
        ("one", "critical", "stated"),
        ("1 comma", "major", "judged"),
    ]
    house.ingest()
    assert [row[5] for row in house.ask(VIOLATIONS)] == ["stated"]


def test_a_stated_violation_may_come_to_stand_where_a_judged_one_would(house: House) -> None:
    judged = ((1048577 << 20) | 1 << 19 | 15 << 12) + 0
    log(house)
    house.ingest(**of_user("commas"))
    assert house.ask("SELECT id FROM trajectory_violations") == [(judged,)]
    writer = Writer(house.database)
    with writer.transaction():
        writer._connection.execute("UPDATE trajectory_violations SET source = 'stated', actual = 'said'")
        writer._connection.execute("UPDATE trajectory_turns SET scored_by = ''")
        writer._connection.execute("UPDATE trajectory_summaries SET scored_by = ''")
    writer.close()
    house.ingest(**of_user("commas"))
    assert [(row[3], row[5]) for row in house.ask(VIOLATIONS)] == [("said", "stated"), ("1 comma", "judged")]


def test_a_stated_question_without_an_effort_is_judged(house: House) -> None:
    log(
        house,
        "INSERT INTO trajectory_questions (id, turn_id, question_text, effort_level, method, source) "
        "VALUES (1099512676353, 1048577, 'Could you run the tests and paste the log?', NULL, '', 'stated')",
    )
    house.ingest()
    assert house.ask(EFFORTS) == [("Could you run the tests and paste the log?", "high", "heuristic-6")]


def test_without_text_only_what_shows_in_figures_is_judged(house: House) -> None:
    talk(house)
    house.ingest(keeps_text=False, **of_user("commas", "ask_many", "no_commas"))
    assert [row[:2] for row in house.ask(VERDICTS)] == [
        ("ask_many", "violated"),
        ("commas", "unjudged"),
        ("no_commas", "unjudged"),
    ]
    assert house.ask("SELECT question_text FROM trajectory_questions") == [("",), ("",)]
    kept = lines(house)
    house.ingest(keeps_text=False, **of_user("commas", "ask_many", "no_commas"))
    assert lines(house) == kept


def test_a_copied_turn_is_held_against_the_session_that_it_is_from_alone(house: House) -> None:
    records: list[dict[str, Any]] = [
        {"prompt": "Fix", "key": "k1", "at": 1},
        {"say": "Which port, 1 or 2?"},
        {"done": 1, "at": 2},
    ]
    house.write("a.note", *records)
    house.write("b.note", *records, {"prompt": "More", "key": "k2", "at": 8}, {"say": "Done."})
    house.ingest(**of_user("commas"))
    verdicts = house.ask(
        "SELECT substr(f.path, -6), p.verdict FROM preference_verdicts AS p JOIN trajectories AS t "
        "ON t.id = p.trajectory_id JOIN source_files AS f ON f.id = t.file_id ORDER BY 1"
    )
    assert verdicts == [("a.note", "violated"), ("b.note", "not_applicable")]
    assert house.ask("SELECT sum(violations) FROM trajectory_summaries") == [(1,)]
