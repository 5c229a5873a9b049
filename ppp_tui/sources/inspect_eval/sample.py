"""Makes plain lines of one sample: its task as specification, its score as artifact, its events as steps."""

from __future__ import annotations

from typing import NamedTuple

from ppp_tui.sources.json_records import JsonObject, compact_json, count_of, millis_from, object_of, objects_of, text_of
from ppp_tui.sources.plain.made_lines import PlainLine, texts_of

_GRADES = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
"""Inspect's letters: correct, partial, incorrect, no answer."""

_SHELLS = frozenset({"bash", "bash_session", "shell", "execute_bash"})
_ATTACHMENT = "attachment://"
MAX_KEY_CHARS = 120


class Evaluation(NamedTuple):
    """Facts that all samples of a log share."""

    task: str
    model: str
    run: str
    solver: str
    """'' for the task's own."""


def lines_of(sample: JsonObject, evaluation: Evaluation, *, is_new: bool) -> list[PlainLine]:
    """Return the lines of a sample; only those of its score where it was read before."""
    identity = sample.get("id")
    name = identity if isinstance(identity, str) else compact_json(identity)
    epoch = count_of(sample, "epoch") or 1
    key = f"{evaluation.run}:{name}"[:MAX_KEY_CHARS] + f":{epoch}"
    body = _begin(sample, evaluation, name, epoch)
    if is_new:
        body += _body(sample)
    body += _artifact(sample)
    return [{"trajectory": key, **line} for line in body]


def _begin(sample: JsonObject, evaluation: Evaluation, name: str, epoch: int) -> list[PlainLine]:
    agent = f"{evaluation.solver or 'inspect'} {evaluation.model.rpartition('/')[2]}".strip()
    start = {
        "type": "start",
        "at": text_of(sample, "started_at"),
        "agent_name": agent,
        "model": evaluation.model.rpartition("/")[2],
        "spec_id": f"{evaluation.task}/{name}",
        "run_id": f"{evaluation.run} epoch {epoch}",
        "title": f"{evaluation.task}/{name}",
    }
    return [start]


def _body(sample: JsonObject) -> list[PlainLine]:
    texts = _Attachments(object_of(sample, "attachments"))
    prompt = texts.resolve(_prompt(sample))
    began, ended = text_of(sample, "started_at"), text_of(sample, "completed_at")
    lines: list[PlainLine] = [{"type": "turn", "at": began, "prompt": prompt, "key": "sample"}]
    for number, event in enumerate(objects_of(sample, "events")):
        lines += _event(event, number, texts)
    error, limit = object_of(sample, "error"), object_of(sample, "limit")
    status = "failed" if error or limit else "completed"
    message = text_of(error, "message") or (f"limit of {text_of(limit, 'type')}" if limit else "")
    lines.append({"type": "response", "at": ended, "status": status})
    return [*lines, {"type": "finish", "at": ended, "outcome": status, "message": message}]


class _Attachments:
    """Long texts that a sample holds apart."""

    def __init__(self, texts: JsonObject) -> None:
        self._texts = texts

    def resolve(self, text: str) -> str:
        """Return the text that a reference stands for, any other text as it is."""
        if not text.startswith(_ATTACHMENT):
            return text
        return text_of(self._texts, text.removeprefix(_ATTACHMENT)) or text


def _prompt(sample: JsonObject) -> str:
    given = sample.get("input")
    if isinstance(given, str):
        return given
    asked = [message for message in objects_of(sample, "input") if text_of(message, "role") == "user"]
    return "\n\n".join(texts_of(message.get("content")) for message in asked)


def _event(event: JsonObject, number: int, texts: _Attachments) -> list[PlainLine]:
    kind, at = text_of(event, "event"), text_of(event, "timestamp")
    if event.get("pending") is True:
        return []
    if kind == "model":
        lines = _model(event, number, texts)
    elif kind == "tool":
        lines = [_tool(event, number, texts)]
    else:
        lines = []
    return [{"at": at, **line} for line in lines]


def _model(event: JsonObject, number: int, texts: _Attachments) -> list[PlainLine]:
    output, error = object_of(event, "output"), text_of(event, "error")
    if error:
        return [{"type": "error", "message": error}]
    lines: list[PlainLine] = []
    for choice in objects_of(output, "choices")[:1]:
        text = texts.resolve(texts_of(object_of(choice, "message").get("content")))
        if text:
            lines.append({"type": "response", "text": text, "status": "open"})
    usage = object_of(output, "usage")
    # An answer from Inspect's own cache is no request to a provider.
    if usage and event.get("cache") != "read":
        lines.append(
            {
                "type": "usage",
                "model": (text_of(output, "model") or text_of(event, "model")).rpartition("/")[2],
                "key": text_of(event, "uuid") or f"event {number}",
                "input_tokens": count_of(usage, "input_tokens") or 0,
                "output_tokens": count_of(usage, "output_tokens") or 0,
                "reasoning_tokens": count_of(usage, "reasoning_tokens"),
                "cache_read_tokens": count_of(usage, "input_tokens_cache_read") or 0,
                "cache_write_tokens": count_of(usage, "input_tokens_cache_write") or 0,
            }
        )
    return lines


def _tool(event: JsonObject, number: int, texts: _Attachments) -> PlainLine:
    tool, arguments, result = text_of(event, "function"), object_of(event, "arguments"), event.get("result")
    command = text_of(arguments, "command") or text_of(arguments, "cmd") or text_of(arguments, "code")
    text = result if isinstance(result, str) else texts_of(result) or compact_json(result)
    error = text_of(object_of(event, "error"), "message")
    return {
        "type": "step",
        "kind": "shell" if tool in _SHELLS else "tool",
        "tool": tool,
        "key": f"event {number}",
        "status": "failed" if error else "ok",
        "input": texts.resolve(command or compact_json(arguments)),
        "output": error or texts.resolve(text),
        "duration_ms": millis_from(event.get("working_time")),
    }


def _artifact(sample: JsonObject) -> list[PlainLine]:
    """Return what the sample was graded by; the first score that is a number, a letter or a truth value counts."""
    scores = object_of(sample, "scores")
    if not scores:
        return []
    values = {name: object_of(scores, name).get("value") for name in scores}
    graded = [share for value in values.values() if (share := share_of(value)) is not None]
    answer = next((text_of(object_of(scores, name), "answer") for name in scores), "")
    line = {"type": "artifact", "content": {"answer": answer, "scores": values}, "score": next(iter(graded), None)}
    return [{"at": text_of(sample, "completed_at"), **line}]


def share_of(value: object) -> float | None:
    """Return a score as a share from 0 to 1, None for other values."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float):
        return float(value) if 0 <= value <= 1 else None
    return _GRADES.get(value) if isinstance(value, str) else None
