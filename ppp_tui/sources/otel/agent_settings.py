"""What makes each agent send OpenTelemetry to a receiver: variables, or keys in its own settings file.

Settings are changed as text or plain values; whoever calls reads and writes the files.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

SettingsForm = Literal["json", "toml", "environment"]

BEGIN, END = "# begin: ppp-tui otel setup\n", "# end: ppp-tui otel setup\n"
"""Stand around what is added to a TOML file."""


_OPENCODE = (
    'Put "experimental": {"openTelemetry": true} into opencode.json, too: else it sends nothing of requests and tools.'
)


class AgentSettings(NamedTuple):
    """How one agent is told to send."""

    form: SettingsForm
    place: tuple[str, ...]
    """Parts of the settings file's path below the home; () where there is none."""
    home_variable: str
    """Environment variable that names another folder than the first part of the place; '' for none."""
    values: Mapping[str, Any]
    """Keys of the JSON file by their path with dots, or environment variables."""
    text: str = ""
    """What is added to the TOML file."""
    note: str = ""
    """What is kept back unless the user asks for it, or what else is to be set."""


class SettingsConflictError(ValueError):
    """The settings cannot be changed without a loss; the message says why."""


def agent_settings(agent: str, address: str) -> AgentSettings:
    """Return how an agent is told to send to an address such as ``http://127.0.0.1:4318``. KeyError for no agent."""
    exporter = {"OTEL_EXPORTER_OTLP_ENDPOINT": address, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}
    claude = {
        "CLAUDE_CODE_ENABLE_TELEMETRY": "1",
        "CLAUDE_CODE_ENHANCED_TELEMETRY_BETA": "1",
        "OTEL_LOGS_EXPORTER": "otlp",
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_TRACES_EXPORTER": "otlp",
        **exporter,
    }
    telemetry = {"enabled": True, "target": "local", "otlpEndpoint": address, "otlpProtocol": "http"}
    dotted = {f"telemetry.{name}": value for name, value in telemetry.items()}
    codex = (
        f'{BEGIN}[otel]\nexporter = {{ otlp-http = {{ endpoint = "{address}/v1/logs", protocol = "binary" }} }}\n{END}'
    )
    prompts = "Prompts are sent unless telemetry.logPrompts is false."
    return {
        "claude": AgentSettings(
            "json",
            (".claude", "settings.json"),
            "CLAUDE_CONFIG_DIR",
            {f"env.{name}": value for name, value in claude.items()},
            note="Prompts, answers and tool inputs are sent only with OTEL_LOG_USER_PROMPTS=1, "
            "OTEL_LOG_ASSISTANT_RESPONSES=1 and OTEL_LOG_TOOL_DETAILS=1.",
        ),
        "codex": AgentSettings(
            "toml",
            (".codex", "config.toml"),
            "CODEX_HOME",
            {},
            codex,
            "Inputs and outputs of tools are sent in any case, prompts only with otel.log_user_prompt = true.",
        ),
        "gemini": AgentSettings("json", (".gemini", "settings.json"), "", dotted, note=prompts),
        "qwen": AgentSettings("json", (".qwen", "settings.json"), "", dotted, note=prompts),
        "copilot": AgentSettings("environment", (), "", {"COPILOT_OTEL_ENABLED": "1", **exporter}),
        "opencode": AgentSettings("environment", (), "", exporter, note=_OPENCODE),
    }[agent]


AGENTS = ("claude", "codex", "gemini", "qwen", "copilot", "opencode")
"""Agents that `agent_settings` knows."""


def settings_file(settings: AgentSettings, environment: Mapping[str, str], home: Path) -> Path | None:
    """Return an agent's settings file, None if variables are all there is."""
    if not settings.place:
        return None
    named = environment.get(settings.home_variable, "") if settings.home_variable else ""
    return Path(named).expanduser() / settings.place[-1] if named else home.joinpath(*settings.place)


def shown(settings: AgentSettings) -> str:
    """Return what a user adds by hand: lines of a shell, or a part of the settings file."""
    if settings.form == "environment":
        return "".join(f"export {name}={value}\n" for name, value in settings.values.items())
    if settings.form == "toml":
        return settings.text
    return json.dumps(_put({}, settings.values), indent=2) + "\n"


def added(settings: AgentSettings, content: str) -> str:
    """Return a settings file's content with what makes the agent send. Raises SettingsConflictError."""
    if settings.form == "toml":
        stripped = removed(settings, content)
        if "otel" in _toml(stripped):
            raise SettingsConflictError("it has a table otel of its own: change that by hand")
        gap = "" if not stripped or stripped.endswith("\n") else "\n"
        changed = f"{stripped}{gap}{settings.text}"
        _toml(changed)
        return changed
    return json.dumps(_put(_json(content), settings.values), indent=2, ensure_ascii=False) + "\n"


def removed(settings: AgentSettings, content: str) -> str:
    """Return a settings file's content without what `added` put there. Raises SettingsConflictError."""
    if settings.form == "toml":
        before, begin, rest = content.partition(BEGIN)
        _, end, after = rest.partition(END)
        return before + after if begin and end else content
    decoded = _json(content)
    for name, value in settings.values.items():
        section, _, key = name.partition(".")
        holder = decoded.get(section)
        # What the user changed since is the user's.
        if isinstance(holder, dict) and holder.get(key) == value:
            del holder[key]
            if not holder:
                del decoded[section]
    return json.dumps(decoded, indent=2, ensure_ascii=False) + "\n"


def _put(decoded: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in values.items():
        section, _, key = name.partition(".")
        holder = decoded.setdefault(section, {})
        if not isinstance(holder, dict):
            raise SettingsConflictError(f"{section} is no object there: change it by hand")
        if key in holder and holder[key] != value:
            raise SettingsConflictError(f"{name} is set to something else there: change it by hand")
        holder[key] = value
    return decoded


def _json(content: str) -> dict[str, Any]:
    try:
        decoded = json.loads(content) if content.strip() else {}
    except (ValueError, RecursionError) as error:
        raise SettingsConflictError("it is no plain JSON (comments, for one): change it by hand") from error
    if not isinstance(decoded, dict):
        raise SettingsConflictError("it is no JSON object: change it by hand")
    return decoded


def _toml(content: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise SettingsConflictError(f"it is no TOML ({error}): mend it first") from error
