"""Runs a real agent's command line through a scenario, in a home of its own.

Nothing of the person who runs the tests is read or touched: the agent gets a clean environment, a temporary home, and
the scripted model instead of its provider.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from tests.agents.model_server import ModelServer
from tests.agents.scenario import Scenario

HERE = Path(__file__).parent
BINARIES = HERE / "node_modules" / ".bin"
TURN_TIMEOUT_S = 120.0
"""How long one turn may take: the slowest takes about four seconds."""

AgentName = Literal["claude_code", "codex", "gemini_cli", "opencode", "pi", "qwen_code"]
"""The agents that are run, by the names of the sources that read them."""


class Package(NamedTuple):
    """Where an agent's command line comes from."""

    name: str
    """On npm."""
    command: str


PACKAGES: dict[AgentName, Package] = {
    "claude_code": Package("@anthropic-ai/claude-code", "claude"),
    "codex": Package("@openai/codex", "codex"),
    "gemini_cli": Package("@google/gemini-cli", "gemini"),
    "opencode": Package("opencode-ai", "opencode"),
    "pi": Package("@mariozechner/pi-coding-agent", "pi"),
    "qwen_code": Package("@qwen-code/qwen-code", "qwen"),
}
MODELS: dict[AgentName, str] = {
    "claude_code": "claude-opus-4-5",
    "codex": "gpt-5-codex",
    "gemini_cli": "gemini-2.5-pro",
    "opencode": "scripted-model",
    "pi": "scripted-model",
    "qwen_code": "qwen3-coder",
}
"""The model that each asks for."""


def pinned_version(agent: AgentName) -> str:
    """The version that package.json asks for."""
    version = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"][PACKAGES[agent].name]
    return str(version)


def what_is_missing(agent: AgentName) -> str:
    """Why the agent cannot be run, in one sentence; '' if it can."""
    binary = BINARIES / PACKAGES[agent].command
    if not binary.exists():
        return f"{PACKAGES[agent].name} is not installed: run make agents, with Node.js on the path"
    try:
        done = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{binary} does not run: {error}"
    # pi prints its version on standard error.
    if done.returncode or pinned_version(agent) not in done.stdout + done.stderr:
        return f"{binary} is not version {pinned_version(agent)}: {(done.stdout + done.stderr).strip()[-200:]}"
    return ""


def environment(agent: AgentName, home: Path, url: str) -> dict[str, str]:
    """All that the agent is told of the world, with the settings file that it needs."""
    temporary = home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    clean = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "TMPDIR": str(temporary)}
    if agent == "claude_code":
        return {
            **clean,
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_KEY": "offline",
            "DISABLE_AUTOUPDATER": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        }
    if agent == "gemini_cli":
        _write(home / ".gemini" / "settings.json", json.dumps(GEMINI_SETTINGS))
        return {
            **clean,
            "GEMINI_API_KEY": "offline",
            "GOOGLE_GEMINI_BASE_URL": url,
            "GEMINI_CLI_TRUST_WORKSPACE": "true",
        }
    if agent == "qwen_code":
        _write(home / ".qwen" / "settings.json", json.dumps(QWEN_SETTINGS))
        return {
            **clean,
            "OPENAI_API_KEY": "offline",
            "OPENAI_BASE_URL": f"{url}/v1",
            "OPENAI_MODEL": MODELS[agent],
        }
    if agent == "opencode":
        settings = {**OPENCODE_SETTINGS, "provider": {"scripted": _opencode_provider(url)}}
        _write(home / ".config" / "opencode" / "opencode.json", json.dumps(settings))
        # Else it installs a package for plugins into its settings folder, in the background.
        offline = {"npm_config_offline": "true", "OPENCODE_DISABLE_MODELS_FETCH": "1"}
        return {**clean, **offline, "OPENCODE_DISABLE_AUTOUPDATE": "1"}
    if agent == "pi":
        _write(home / ".pi" / "agent" / "models.json", json.dumps({"providers": {"scripted": _pi_provider(url)}}))
        return {**clean, "PI_OFFLINE": "1", "PI_SKIP_VERSION_CHECK": "1"}
    config = home / ".codex" / "config.toml"
    _write(config, CODEX_SETTINGS.format(model=MODELS["codex"], url=url))
    return {**clean, "SCRIPTED_KEY": "offline"}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


_PRIVATE = {"usageStatisticsEnabled": False}
GEMINI_SETTINGS = {
    "security": {"auth": {"selectedType": "gemini-api-key"}, "folderTrust": {"enabled": False}},
    "privacy": _PRIVATE,
    "general": {"disableAutoUpdate": True, "enableAutoUpdate": False},
}
QWEN_SETTINGS = {
    "security": {"auth": {"selectedType": "openai"}, "folderTrust": {"enabled": False}},
    "privacy": _PRIVATE,
    "telemetry": {"enabled": False},
    # Else it asks the model what to remember of each session, in the background, and waits for that at its end.
    "memory": {"enableManagedAutoMemory": False},
}

OPENCODE_SETTINGS = {
    "autoupdate": False,
    "share": "disabled",
    "model": f"scripted/{MODELS['opencode']}",
}


def _opencode_provider(url: str) -> dict[str, object]:
    return {
        "npm": "@ai-sdk/openai-compatible",
        "name": "scripted",
        "options": {"baseURL": f"{url}/v1", "apiKey": "offline"},
        "models": {MODELS["opencode"]: {"name": MODELS["opencode"]}},
    }


def _pi_provider(url: str) -> dict[str, object]:
    model = {
        "id": MODELS["pi"],
        "name": MODELS["pi"],
        "reasoning": False,
        "input": ["text"],
        "cost": {"input": 1, "output": 2, "cacheRead": 0.1, "cacheWrite": 0},
        "contextWindow": 128_000,
        "maxTokens": 8_000,
    }
    return {"baseUrl": f"{url}/v1", "api": "openai-completions", "apiKey": "offline", "models": [model]}


CODEX_SETTINGS = """\
model = "{model}"
model_provider = "scripted"

[model_providers.scripted]
name = "scripted"
base_url = "{url}/v1"
wire_api = "responses"
env_key = "SCRIPTED_KEY"
request_max_retries = 4
"""


def command(agent: AgentName, prompt: str, *, is_first: bool) -> list[str]:
    """One turn without a screen; a later one goes on with the session of the first."""
    binary = str(BINARIES / PACKAGES[agent].command)
    if agent == "claude_code":
        allowed = ["--allowedTools", "Bash", "Read", "Agent"]
        return [binary, "--print", prompt, "--model", MODELS[agent], *allowed, *([] if is_first else ["--continue"])]
    if agent in ("gemini_cli", "qwen_code"):
        again = ["--resume", "latest"] if agent == "gemini_cli" else ["--continue"]
        return [binary, "--yolo", "--model", MODELS[agent], "--prompt", prompt, *([] if is_first else again)]
    if agent == "opencode":
        # One argument per word: it puts an argument that holds a space in quotation marks.
        return [binary, "run", *([] if is_first else ["--continue"]), *prompt.split(" ")]
    if agent == "pi":
        model = ["--provider", "scripted", "--model", MODELS["pi"]]
        return [binary, *model, *([] if is_first else ["--continue"]), "--print", prompt]
    # Its sandbox needs rights that containers often lack; the scenarios' commands stay in the project's folder.
    free = ["--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"]
    return [binary, "exec", *([] if is_first else ["resume", "--last"]), *free, prompt]


class Run:
    """An agent that goes through a scenario in the background."""

    def __init__(
        self, agent: AgentName, scenario: Scenario, folder: Path, *, wait_s: float = 0.0, is_held: bool = False
    ) -> None:
        """Begin at once; `wait_s` goes by before each of the model's answers, with `is_held` the test releases them."""
        self.agent = agent
        self.home = folder / "home"
        self.project = folder / "shop"
        self.project.mkdir(parents=True)
        self.failure = ""
        """What went wrong, '' if nothing did."""
        self._scenario = scenario
        self._process: subprocess.Popen[str] | None = None
        self._is_stopped = False
        self._lock = threading.Lock()
        self._open = ExitStack()
        self.server = self._open.enter_context(ModelServer(scenario, wait_s=wait_s, is_held=is_held))
        self._environment = environment(agent, self.home, self.server.url)
        self._thread = threading.Thread(target=self._go, name=f"{agent} through {scenario.name}", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """All turns were taken, or one failed."""
        return not self._thread.is_alive()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """No further turn is begun meanwhile."""
        with self._lock:
            yield

    def finish(self) -> None:
        """Wait until all turns were taken. Raises AssertionError if one failed."""
        self._thread.join(TURN_TIMEOUT_S * len(self._scenario.turns))
        self.stop()
        assert not self.failure, self.failure

    def stop(self) -> None:
        """End the agent, if it is still at work, and its model."""
        with self._lock:
            self._is_stopped = True
            if self._process is not None and self._process.poll() is None:
                self._process.kill()
        self._open.close()
        self._thread.join(10)

    def _go(self) -> None:
        for number, turn in enumerate(self._scenario.turns, 1):
            with self._lock:
                if self._is_stopped:
                    return
                self._process = subprocess.Popen(
                    command(self.agent, turn.prompt, is_first=number == 1),
                    cwd=self.project,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                )
            try:
                said, _ = self._process.communicate(timeout=TURN_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                said, _ = self._process.communicate()
                said += f"\n(ended after {TURN_TIMEOUT_S} s)"
            if bool(self._process.returncode) != turn.fails:
                self.failure = f"{self.agent}, turn {number}: exit {self._process.returncode}\n{said[-2000:]}"
                return
