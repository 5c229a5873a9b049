"""Makes plain lines of the steps of SWE-agent: thought, action and observation, without times or exit codes."""

from __future__ import annotations

from ppp_tui.sources.json_records import JsonObject, count_of, millis_from, object_of, objects_of, text_of
from ppp_tui.sources.plain.made_lines import PlainLine, cost_of, texts_of


def first_prompt(document: JsonObject) -> str:
    """Return the task as the model was given it, '' if the history does not hold it."""
    prompts = (entry for entry in objects_of(document, "history") if text_of(entry, "role") == "user")
    return next((texts_of(entry.get("content")) for entry in prompts if not entry.get("is_demo")), "")


def lines_of(step: JsonObject, number: int, model: str) -> list[PlainLine]:
    """Return the lines that the step of that number makes."""
    del model
    lines: list[PlainLine] = []
    thought = text_of(step, "thought") or text_of(step, "response")
    if thought:
        lines.append({"type": "response", "text": thought, "status": "open"})
    action = text_of(step, "action").strip()
    if action:
        lines.append(
            {
                "type": "step",
                "kind": "shell",
                "tool": action.split(maxsplit=1)[0][:100],
                "key": f"step {number}",
                "status": "unknown",
                "input": action,
                "output": text_of(step, "observation"),
                "duration_ms": millis_from(step.get("execution_time")),
            }
        )
    return lines


def total_usage(info: JsonObject, model: str) -> list[PlainLine]:
    """Return a line with the tokens of the whole run, which is all that is recorded of them."""
    stats = object_of(info, "model_stats")
    sent, received = count_of(stats, "tokens_sent"), count_of(stats, "tokens_received")
    if sent is None or received is None:
        return []
    line = {"type": "usage", "model": model, "key": "total", "input_tokens": sent, "output_tokens": received}
    return [line | {"cost_usd": cost_of(stats.get("instance_cost"))}]
