"""Which shell commands run tests, and how the last run of them ended, as far as an exit code tells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from ppp_tui.model.event import StepStatus

VERSION = 1

_SHELL = re.compile(r"^\s*(?:\S*/)?(?:ba|z|da)?sh\s+-l?c\s+(['\"]?)(.*?)\1\s*$", re.DOTALL)
_QUOTED = re.compile(r"'[^']*'|\"(?:\\.|[^\"\\])*\"")
_REDIRECTED = re.compile(r"\d?>{1,2}(?:&\d|\s*\S+)|&>{1,2}\s*\S+")
_PARTS = re.compile(r"(\|\||&&|\|&?|;|&|\n)")
_ASSIGNMENT = re.compile(r"^\w+=\S*$")
_PYTHON = re.compile(r"^(?:python|pypy)[\d.]*$")
_NUMBER = re.compile(r"^[\d.]+[smh]?$")

_RUNNERS = frozenset(
    {
        "pytest", "py.test", "unittest", "nose2", "trial", "tox", "nox", "jest", "vitest", "mocha", "ava", "karma",
        "rspec", "phpunit", "ctest", "behave", "bats", "cypress", "playwright",
    }
)  # fmt: skip
_TOOLS = frozenset(
    {
        "npm", "pnpm", "yarn", "bun", "deno", "cargo", "go", "dotnet", "mvn", "mvnw", "gradle", "gradlew", "swift",
        "mix", "zig", "make", "just", "rake", "rails", "flutter", "dart", "bazel", "sbt", "lein", "stack", "cabal",
        "dune", "meson", "manage.py", "ng", "nx", "hatch", "django-admin",
    }
)  # fmt: skip
"""Programs that run tests when they are told to, by a word that begins with `test`."""
_WRAPPERS = frozenset(
    {
        "sudo", "time", "env", "nice", "nohup", "timeout", "exec", "command", "npx", "bunx", "uvx", "xvfb-run", "run",
        "uv", "poetry", "pipenv", "pdm", "rye", "bundle", "coverage", "dlx", "then", "do", "(", "{",
    }
)  # fmt: skip
"""Words that may stand before the command that counts."""


class Ran(NamedTuple):
    """A shell step as it stands in the archive."""

    command: str
    exit_code: int | None
    status: StepStatus


def runs_tests(command: str) -> bool:
    """Whether a shell command runs tests, whatever else it does."""
    return any(_is_test(part) for part in _split(command)[::2])


@lru_cache(maxsize=4096)
def passed(ran: Ran) -> bool | None:
    """Whether the tests that a step ran all passed; None if it ran none, is not over, or hides how they ended.

    A later command that runs in any case, or one that reads the tests' output, puts its own exit code in place of
    theirs.
    """
    parts = _split(ran.command)
    tests = [place for place, part in enumerate(parts) if place % 2 == 0 and _is_test(part)]
    if not tests or ran.status in ("running", "denied", "cancelled", "unknown"):
        return None
    after = {
        mark for mark, rest in zip(parts[tests[-1] + 1 :: 2], parts[tests[-1] + 2 :: 2], strict=True) if rest.strip()
    }
    if "pipefail" in ran.command:
        after -= {"|", "|&"}
    if after - {"&&"}:
        return None
    return ran.exit_code == 0 if ran.exit_code is not None else ran.status == "ok"


def last_result(newest_first: Iterable[Ran]) -> bool | None:
    """How the last test run whose end is known came out; None if there is none."""
    return next((result for ran in newest_first if (result := passed(ran)) is not None), None)


def _split(command: str) -> list[str]:
    """Commands, and between each two what joins them."""
    inner = _SHELL.match(command)
    plain = _QUOTED.sub("quoted", inner[2] if inner else command)
    return _PARTS.split(_REDIRECTED.sub(" ", plain))


def _is_test(part: str) -> bool:
    words = [word for word in part.split() if not _ASSIGNMENT.match(word)]
    while words and (words[0] in _WRAPPERS or words[0].startswith("-") or _NUMBER.match(words[0])):
        words = words[1:]
    if not words:
        return False
    name = words[0].rsplit("/", 1)[-1]
    if _PYTHON.match(name):
        return _is_test(" ".join(words[2:] if words[1:2] == ["-m"] else words[1:]))
    told = [word for word in words[1:] if not word.startswith("-")]
    if name in _RUNNERS:
        return told[:1] != ["install"] and not {"--version", "--help", "--collect-only"} & set(words)
    if name in _TOOLS:
        return any(re.match(r"(?:[\w-]+:)?tests?\b", word) for word in told[:3]) or (name == "make" and "check" in told)
    return False
