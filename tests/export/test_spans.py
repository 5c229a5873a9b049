"""A session as spans: which there are, how they hang together, and what each says in the words of its receiver."""

from __future__ import annotations

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ppp_tui.export.otlp import annotation_request, header_pairs, otlp_request, protobuf, traces_url
from ppp_tui.export.spans import Span, SpanEvent, session_spans
from ppp_tui.query.connect import open_reader
from ppp_tui.query.scores.consensus import ScoreWeights, TechnicalWeights
from ppp_tui.query.scores.score_settings import ScoreSettings
from ppp_tui.settings.trace_formats import TraceFormat
from ppp_tui.text.secrets import Redactor
from tests.query.database_fixture import Database

AT = "2026-11-20 11:00:0"


@pytest.fixture(autouse=True)
def _session(database: Database) -> None:
    """Session 1 with a request, a failed command and a step that started sub-agent 2."""
    database.session(1, title="Add a login")
    database.turn(1, 1, "Do it", "Done.", ended_at=f"{AT}9.000")
    database.usage(1, 1, 1, f"{AT}1.000", 20, cost_micros=30_000, cache_read_tokens=900)
    database.usage(1, 1, 2, f"{AT}1.500", 20, is_counted=0)
    database.step(1, 1, 1, target="make", status="failed", exit_code=2, started_at=f"{AT}2.000", ended_at=f"{AT}3.000")
    database.step(1, 1, 2, kind="message", target="")
    database.step(1, 1, 3, kind="subagent", tool="Task", child_native_id="native-2", started_at=f"{AT}4.000")
    database.session(2, parent_id=1)
    database.turn(2, 1, "Look")


def spans(database: Database, dialect: TraceFormat, scoring: ScoreSettings | None = None) -> list[Span]:
    reader = open_reader(database.path)
    try:
        return list(session_spans(reader, 1, dialect, scoring))
    finally:
        reader.close()


def test_spans_hang_together_and_ids_stay_the_same(database: Database) -> None:
    made = spans(database, "otlp")
    assert [span.name for span in made[:5]] == [
        "claude session",
        "turn 1",
        "chat m1",
        "execute_tool Bash",
        "execute_tool Task",
    ]
    root, turn, request, tool, task, child, child_turn = made
    assert root.parent_id == b""
    assert {turn.parent_id, child.parent_id} <= {root.span_id, task.span_id}
    assert (turn.parent_id, request.parent_id, tool.parent_id) == (root.span_id, turn.span_id, turn.span_id)
    assert child_turn.parent_id == child.span_id
    assert len({span.trace_id for span in made}) == 1
    assert len({span.span_id for span in made}) == 7
    assert spans(database, "otlp") == made
    assert [span.is_failed for span in made] == [False, False, False, True, False, False, False]
    assert tool.ended_at - tool.started_at == 1000


def test_failed_request_and_compaction_are_no_tool_calls(database: Database) -> None:
    database.step(1, 1, 4, kind="error", tool="overloaded", target="", status="ok", output_preview="529")
    database.step(1, 1, 5, kind="compaction", tool="auto", target="", status="ok")
    error, compaction = spans(database, "openinference")[5:7]
    assert (error.name, error.is_failed) == ("chat", True)
    assert error.attributes == {
        "session.id": "native-1",
        "openinference.span.kind": "LLM",
        "error.type": "overloaded",
        "output.value": "529",
    }
    assert (compaction.name, compaction.is_failed) == ("compaction", False)
    assert compaction.attributes == {"session.id": "native-1", "openinference.span.kind": "CHAIN"}


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        (
            "openinference",
            {
                "session.id": "native-1",
                "openinference.span.kind": "LLM",
                "llm.model_name": "m1",
                "llm.token_count.prompt": 1000,
                "llm.token_count.completion": 20,
                "llm.token_count.prompt_details.cache_read": 900,
                "llm.token_count.prompt_details.cache_write": 0,
                "llm.cost.total": 0.03,
            },
        ),
        (
            "genai",
            {
                "gen_ai.conversation.id": "native-1",
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": "m1",
                "gen_ai.usage.input_tokens": 1000,
                "gen_ai.usage.output_tokens": 20,
                "gen_ai.usage.cache_read.input_tokens": 900,
                "gen_ai.usage.cache_creation.input_tokens": 0,
            },
        ),
        (
            "langfuse",
            {
                "langfuse.session.id": "native-1",
                "langfuse.observation.type": "generation",
                "gen_ai.request.model": "m1",
                "langfuse.observation.usage_details": (
                    '{"input": 100, "output": 20, "input_cache_read": 900, "input_cache_creation": 0}'
                ),
                "langfuse.observation.cost_details": '{"total": 0.03}',
            },
        ),
    ],
)
def test_request_is_told_in_the_words_of_its_receiver(
    database: Database, dialect: TraceFormat, expected: dict[str, object]
) -> None:
    assert spans(database, dialect)[2].attributes == expected


def test_langfuse_names_a_trace_by_its_session_and_not_by_a_sub_agent_of_it(database: Database) -> None:
    database.writer.execute("UPDATE trajectories SET title = 'Look around' WHERE id = 2")
    database.writer.execute(
        "INSERT INTO evaluations (trajectory_id, name, method, verdict, score, reason, evidence) "
        "VALUES (1, 'goal', 'rules-1', 'good', 0.75, 'tests passed', '[]')"
    )
    root, *_, child, _ = spans(database, "langfuse")
    assert root.attributes["langfuse.trace.name"] == "Add a login"
    assert root.attributes["langfuse.observation.metadata.evaluation_goal"] == "good (0.75): tests passed"
    assert "langfuse.trace.name" not in child.attributes
    assert child.attributes["langfuse.observation.metadata.title"] == "Look around"


SCORING = ScoreSettings("spec", ScoreWeights(0.6, 0.4), {}, TechnicalWeights(0.0, 1.0, 0.0, 0.0))


@pytest.mark.parametrize("is_enabled", [True, False])
def test_scores_are_evaluations_and_annotations_in_the_words_of_the_receiver(
    database: Database, *, is_enabled: bool
) -> None:
    database.writer.execute("UPDATE trajectory_summaries SET turns = 1 WHERE trajectory_id = 1")
    database.writer.execute(
        "INSERT INTO evaluations (trajectory_id, name, method, verdict, score, reason, evidence) "
        "VALUES (1, 'goal', 'rules-1', 'good', 0.75, 'tests passed', '[]')"
    )
    database.writer.execute("UPDATE trajectory_summaries SET steps = 10, failed_steps = 1 WHERE trajectory_id = 1")
    root = spans(database, "openinference", SCORING._replace(is_enabled=is_enabled))[0]
    told = {event.attributes["annotation.name"]: dict(event.attributes) for event in root.events}
    assert told["goal"] == {
        "gen_ai.evaluation.name": "goal",
        "gen_ai.evaluation.score.value": 0.75,
        "gen_ai.evaluation.score.label": "good",
        "gen_ai.evaluation.explanation": "tests passed",
        "annotation.name": "goal",
        "annotation.score": 0.75,
        "annotation.label": "good",
        "annotation.explanation": "tests passed",
        "annotation.annotator_kind": "CODE",
    }
    assert ("proactivity" in told) is is_enabled
    assert (told["technical"]["annotation.score"], told["technical"]["annotation.explanation"]) == (
        0.9,
        "technical score, profile spec",
    )
    assert all("annotation.name" not in event.attributes for event in spans(database, "genai", SCORING)[0].events)


def test_request_without_a_price_has_no_cost(database: Database) -> None:
    database.writer.execute("UPDATE token_usage SET cost_micros = NULL")
    assert "llm.cost.total" not in spans(database, "openinference")[2].attributes


@pytest.mark.parametrize(
    ("spent", "told"),
    [
        ({}, {}),
        (
            {"requests": 2, "unpriced_requests": 2, "input_tokens": 7, "output_tokens": 5},
            {"ppp.session.fresh_input_tokens": 7, "ppp.session.output_tokens": 5},
        ),
        (
            {"requests": 2, "unpriced_requests": 1, "input_tokens": 7, "output_tokens": 5, "cost_micros": 30_000},
            {
                "ppp.session.fresh_input_tokens": 7,
                "ppp.session.output_tokens": 5,
                "ppp.session.cost_usd": 0.03,
            },
        ),
    ],
)
def test_session_tells_only_sums_that_are_known(
    database: Database, spent: dict[str, int], told: dict[str, float]
) -> None:
    database.writer.execute("DELETE FROM trajectory_summaries WHERE trajectory_id = 1")
    database.put("trajectory_summaries", trajectory_id=1, last_at=f"{AT}9.000", **spent)
    sums = ("ppp.session.fresh_input_tokens", "ppp.session.output_tokens", "ppp.session.cost_usd")
    attributes = spans(database, "otlp")[0].attributes
    assert {name: attributes[name] for name in sums if name in attributes} == told


def test_protobuf_is_what_the_official_messages_read(database: Database) -> None:
    request = otlp_request("claude", "2.1", spans(database, "openinference"), Redactor().redact)
    message = ExportTraceServiceRequest()
    message.ParseFromString(protobuf(request))
    [resource] = message.resource_spans
    assert [(entry.key, entry.value.string_value) for entry in resource.resource.attributes][:2] == [
        ("service.name", "claude"),
        ("service.version", "2.1"),
    ]
    [scope] = resource.scope_spans
    assert len(scope.spans) == 7
    made = spans(database, "openinference")
    assert [(span.trace_id, span.span_id, span.parent_span_id) for span in scope.spans] == [
        (span.trace_id, span.span_id, span.parent_id) for span in made
    ]
    assert scope.spans[3].status.code == 2


def test_secrets_and_broken_characters_do_not_leave(database: Database) -> None:
    secret = "sk-" + "ant-a1B2c3D4e5F6g7H8i9J0k1L2"
    database.writer.execute("UPDATE trajectory_turns SET response = ?", (f"key {secret}",))
    text = str(otlp_request("claude", "", spans(database, "openinference"), Redactor().redact))
    assert secret not in text
    assert "‹redacted:anthropic-key:…k1L2›" in text


def test_annotations_are_those_of_phoenix_and_secrets_are_taken_out_of_them() -> None:
    facts: dict[str, str | float] = {
        "gen_ai.evaluation.name": "goal",
        "annotation.name": "goal",
        "annotation.score": 0.5,
        "annotation.label": "partial",
        "annotation.explanation": "key sk-1",
        "annotation.annotator_kind": "LLM",
    }
    event = SpanEvent("gen_ai.evaluation.result", 0, facts)
    span = Span(b"t" * 16, b"\x01" * 8, b"", "claude session", 0, 1, False, {}, (event, SpanEvent("other", 0, {})))
    assert annotation_request([span], lambda text: text.replace("sk-1", "…")) == {
        "data": [
            {
                "span_id": "01" * 8,
                "name": "goal",
                "annotator_kind": "LLM",
                "identifier": "ppp-tui",
                "result": {"score": 0.5, "label": "partial", "explanation": "key …"},
            }
        ]
    }


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:6006", "http://127.0.0.1:6006/v1/traces"),
        ("https://x.example/api/public/otel/", "https://x.example/api/public/otel/v1/traces"),
        ("http://x:4318/v1/traces", "http://x:4318/v1/traces"),
    ],
)
def test_traces_are_posted_below_the_address(url: str, expected: str) -> None:
    assert traces_url(url) == expected


@pytest.mark.parametrize("url", ["file:///etc/passwd", "localhost:4318", "ftp://x", "", "http://", "http://a:b@x/"])
def test_what_is_no_address_of_a_receiver_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"is no address|do not belong"):
        traces_url(url)


def test_headers_are_pairs() -> None:
    assert header_pairs("authorization=Basic abc=, x = y ,broken,=z") == {"authorization": "Basic abc=", "x": "y"}
