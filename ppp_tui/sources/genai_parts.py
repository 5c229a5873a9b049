"""Messages made of Google's content parts, as Gemini CLI and Qwen Code keep them: texts, calls, results and usage."""

from __future__ import annotations

from typing import NamedTuple

from ppp_tui.model.event import Ref, RequestMeasured
from ppp_tui.model.limits import MAX_COUNT
from ppp_tui.sources.json_records import JsonObject, compact_json, count_of, object_of, text_of

_WRAPPED = ("<untrusted_context>\n", "\n</untrusted_context>")
"""Text that Gemini CLI puts around the output of tools."""

_TRAILERS = ("Error: ", "Exit Code: ", "Signal: ", "Background PIDs: ", "Process Group PGID: ")
"""Lines after a command's output."""

_OUTPUT = "Output: "
_EXIT = "Exit Code: "


class FunctionResponse(NamedTuple):
    """The result of a call, as it is sent to the model."""

    id: str
    name: str
    text: str
    is_error: bool


class ShellOutput(NamedTuple):
    """A command's output, and its tool's report."""

    text: str
    exit_code: int | None
    is_failed: bool
    """It ended with another code than 0, or by a signal."""


class GenaiUsage(NamedTuple):
    """Disjoint token counts of a request."""

    input_tokens: int
    cache_read_tokens: int
    output_tokens: int
    """Reasoning included."""
    reasoning_tokens: int
    context_tokens: int
    """Prompt and answer: what the conversation takes of the window."""


def parts_of(content: object) -> list[JsonObject]:
    """Return the parts of a content, which may be a text, a part, or a list of both."""
    entries = content if isinstance(content, list) else [content]
    return [{"text": entry} if isinstance(entry, str) else entry for entry in entries if isinstance(entry, str | dict)]


def joined_text(parts: list[JsonObject], *, is_thought: bool = False) -> str:
    """Return the joined texts of the parts that are thoughts, or of those that are not."""
    return "".join(text_of(part, "text") for part in parts if (part.get("thought") is True) == is_thought)


def function_responses(parts: list[JsonObject]) -> list[FunctionResponse]:
    """Return the results among parts."""
    responses = (object_of(part, "functionResponse") for part in parts if "functionResponse" in part)
    return [FunctionResponse(text_of(it, "id"), text_of(it, "name"), *_response_text(it)) for it in responses]


def _response_text(response: JsonObject) -> tuple[str, bool]:
    body = object_of(response, "response")
    for name, is_error in (("output", False), ("error", True)):
        value = body.get(name)
        if value:
            return unwrapped(value) if isinstance(value, str) else compact_json(value), is_error
    return (compact_json(body) if body and "output" not in body else ""), False


def unwrapped(text: str) -> str:
    """Return a tool's output without the tags that mark it as foreign text."""
    begin, end = _WRAPPED
    return text[len(begin) : -len(end)] if text.startswith(begin) and text.endswith(end) else text


def read_shell_output(text: str) -> ShellOutput:
    """Return a command's output without the lines that its tool puts around it.

    Gemini CLI names an exit code only if it is not 0, Qwen Code always.
    """
    is_plain = text.startswith(_OUTPUT)
    before, marker, output = ("", _OUTPUT, text[len(_OUTPUT) :]) if is_plain else text.partition(f"\n{_OUTPUT}")
    if not marker or (before and not before.startswith("Command: ")):
        return ShellOutput(text, None, is_failed=False)
    exit_code: int | None = 0
    is_killed = False
    lines = output.split("\n")
    while len(lines) > 1 and lines[-1].startswith(_TRAILERS):
        line = lines.pop()
        if line.startswith(_EXIT):
            exit_code = _number(line[len(_EXIT) :])
        elif line.startswith("Signal: ") and line[len("Signal: ") :] not in ("0", "(none)"):
            is_killed = True
    if is_killed and exit_code == 0:
        exit_code = None
    text = "\n".join(lines)
    return ShellOutput("" if text == "(empty)" else text, exit_code, is_failed=is_killed or bool(exit_code))


def _number(text: str) -> int | None:
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


def request_measured(usage: GenaiUsage, key: str, model: str, at: int, ref: Ref) -> RequestMeasured:
    """Return the event of a request's tokens."""
    return RequestMeasured(
        at,
        ref,
        key=key,
        model=model,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        cache_read_tokens=usage.cache_read_tokens,
    )


class UsageNames(NamedTuple):
    """A format's names for the counts of a request."""

    prompt: str
    output: str
    cached: str
    thoughts: str
    tool: str
    total: str


TELEMETRY_NAMES = UsageNames(
    prompt="input_token_count",
    output="output_token_count",
    cached="cached_content_token_count",
    thoughts="thoughts_token_count",
    tool="tool_token_count",
    total="total_token_count",
)
"""In the telemetry of Gemini CLI, and of Qwen Code, which descends from it."""


def read_usage(record: JsonObject, names: UsageNames) -> GenaiUsage | None:
    """Return the counts of a request, None where the record has none.

    The prompt includes what came from the cache. Whether the output includes thoughts differs by provider, and shows in
    the total: Gemini counts them apart, OpenAI's interface within.
    """
    prompt, output = count_of(record, names.prompt), count_of(record, names.output)
    if prompt is None and output is None:
        return None
    prompt, output = prompt or 0, output or 0
    cached, thoughts = count_of(record, names.cached) or 0, count_of(record, names.thoughts) or 0
    tool, total = count_of(record, names.tool) or 0, count_of(record, names.total)
    cached = min(cached, prompt)
    if total != prompt + output + tool or not output:
        output = min(output + thoughts, MAX_COUNT)
    fresh = min(prompt - cached + tool, MAX_COUNT)
    return GenaiUsage(fresh, cached, output, min(thoughts, output), min(prompt + tool + output, MAX_COUNT))
