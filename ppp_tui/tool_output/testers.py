"""Whether a simple command certainly runs tests, by its program and arguments."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.shell import SimpleCommand
from ppp_tui.tool_output.wrappers import word_set

_TEST_RUNNERS = frozenset(
    {
        "pytest",
        "py.test",
        "unittest",
        "nose2",
        "nosetests",
        "trial",
        "tox",
        "nox",
        "jest",
        "vitest",
        "mocha",
        "ava",
        "karma",
        "rspec",
        "phpunit",
        "pest",
        "ctest",
        "behave",
        "bats",
        "cypress",
        "playwright",
        "gotestsum",
        "nextest",
        "ginkgo",
        "prove",
        "tap",
        "tape",
        "doctest",
        "nose",
        "robot",
        "busted",
        "elm-test",
        "shellspec",
        "codecept",
        "eunit",
        "Pkg.test",
        "testthat",
        "tinytest",
        "ptw",
        "pytest-watch",
        "pytest-watcher",
    }
)
"""Programs that do nothing but run tests."""

_TOOLS = frozenset(
    {
        "npm",
        "pnpm",
        "yarn",
        "bun",
        "deno",
        "cargo",
        "go",
        "dotnet",
        "mvn",
        "mvnw",
        "gradle",
        "gradlew",
        "swift",
        "mix",
        "zig",
        "make",
        "gmake",
        "just",
        "task",
        "mise",
        "rake",
        "rails",
        "flutter",
        "dart",
        "bazel",
        "sbt",
        "lein",
        "stack",
        "cabal",
        "dune",
        "meson",
        "manage.py",
        "ng",
        "nx",
        "turbo",
        "django-admin",
        "node",
        "composer",
        "artisan",
        "xcodebuild",
        "poe",
        "invoke",
        "inv",
        "tsx",
        "react-scripts",
        "lerna",
        "bazelisk",
        "buck",
        "buck2",
        "pants",
        "moon",
        "earthly",
        "ninja",
        "cmake",
        "scons",
        "doit",
        "mage",
        "crystal",
        "nimble",
        "gleam",
        "rebar3",
        "forge",
        "hardhat",
        "anchor",
        "wasm-pack",
        "terraform",
        "opa",
        "molecule",
    }
)
"""Programs that run tests if a word of the command begins with `test`."""

_RUNNERS_OF_SCRIPTS = frozenset({"uv", "poetry", "pdm", "rye", "pixi", "hatch", "devbox"})
"""Programs that run tests as a script of the project (``pdm run test``), or by a word of their own (``rye test``)."""

_TEST_SCRIPTS = ("manage.py", "artisan")
"""Scripts that run tests when their first word says so, whatever interpreter runs them."""

_TEST_PROGRAMS = _TEST_RUNNERS | _TOOLS | _RUNNERS_OF_SCRIPTS
_FOR_TESTS = r"(?![\w./]|[\w:-]*[:_-](?:prepare|setup|build|compile|lint|clean|install|deps|data|fixtures|env)\b)"
"""What must not follow ``test`` in a name: such tasks only prepare tests."""
_TEST_WORD = lazy_pattern(
    rf"(?:[\w-]+:|\+)?tests?{_FOR_TESTS}|--test\Z|nextest\Z|runtest\Z|(?:\w+/)?test(?:Only|Quick)\b"
)
_TARGET_WORD = lazy_pattern(rf"(?:[\w-]+[:_-]|\+)?tests?{_FOR_TESTS}")
"""A script or a target of a project."""
_TEST_TASK = lazy_pattern(r":?(?:[\w-]+:)*(?:\w*[tT]est\w*|check|verify)\Z")
"""Tasks of builders that run a project's tests on the way."""

_TARGET_TOOLS = frozenset({"make", "gmake", "ninja", "just", "rake", "scons", "doit", "mage", "inv", "invoke", "poe"})
"""Programs whose words are targets."""
_SCRIPT_TOOLS = frozenset({"npm", "pnpm", "yarn", "bun", "composer", "turbo", "lerna", "nx", "mise", "moon", "dart"})
"""Programs that run a script of the project, named after ``run``."""
_OWN_WORDS = {
    "npm": ("t", "tst"),
    "cargo": ("t",),
    "crystal": ("spec",),
    "rebar3": ("eunit", "ct"),
    "make": ("check",),
    "gmake": ("check",),
    "ninja": ("check",),
    "rake": ("spec",),
}
"""A program's own words for running tests."""
_OTHER_VERBS = word_set(
    "build run check vet new create init add install i ci remove uninstall rm generate g get publish restore update "
    "upgrade pack clean fmt format lint list ls info why query cquery aquery fetch doc docs bench clippy tree metadata "
    "search link pub analyze compile package tool work env sln nuget ef dev start serve typecheck tsc eslint prettier "
    "plan apply validate"
)
"""Words after which a tool does something other than running tests."""
_VALUED = word_set(
    "-C -f --directory --file --manifest-path -p --package --filter -F --workspace --prefix --project --cwd --dir "
    "--target-dir --features --config -c --stack-yaml"
)
"""Options of tools that a value follows."""

_NO_RUN = frozenset({"--version", "--help", "--collect-only", "--co", "--list", "--listTests", "--no-run", "-h"})
_DRY_RUNS = {
    "make": ("-n", "--dry-run", "--just-print", "--recon"),
    "gmake": ("-n", "--dry-run", "--just-print", "--recon"),
    "just": ("-n", "--dry-run", "-l", "--show"),
    "rake": ("-T", "--tasks", "-P", "-D", "-n", "--dry-run"),
    "go": ("-c", "-list"),
    "mvn": ("-DskipTests", "-Dmaven.test.skip=true", "-DskipTests=true", "-Dmaven.test.skip"),
    "mvnw": ("-DskipTests", "-Dmaven.test.skip=true", "-DskipTests=true", "-Dmaven.test.skip"),
    "gradle": ("-m", "--dry-run"),
    "gradlew": ("-m", "--dry-run"),
}
"""Options with which a program runs no tests."""


@lru_cache(maxsize=1024)
def is_test(part: SimpleCommand) -> bool:
    """Return whether a simple command certainly runs tests."""
    words = part.words[1:]
    if part.program not in _TEST_PROGRAMS and not any(word.endswith(_TEST_SCRIPTS) for word in words):
        return False
    if _NO_RUN.intersection(words) or any(word in words for word in _DRY_RUNS.get(part.program, ())):
        return False
    named = [word for word in words if not word.startswith("-") or word == "--test"]
    if part.program in _TEST_RUNNERS:
        return named[:1] not in (["install"], ["init"], ["open"], ["codegen"], ["show-report"])
    if named and named[0].replace("\\", "/").rpartition("/")[2] in _TEST_SCRIPTS:
        return named[1:2] == ["test"]
    if part.program in ("gradle", "gradlew", "mvn", "mvnw"):
        excluded = {after for before, after in pairwise(words) if before in ("-x", "--exclude-task")}
        return any(_TEST_TASK.match(word) and word not in excluded for word in named)
    if part.program in _RUNNERS_OF_SCRIPTS:
        return any(map(_TEST_WORD.match, named[1:2] if named[:1] == ["run"] else named[:1]))
    return part.program in _TOOLS and _tool_runs_tests(part.program, words)


def _tool_runs_tests(program: str, words: tuple[str, ...]) -> bool:
    """Return whether a tool that does other things as well runs tests with these arguments."""
    if program == "cmake":
        return any(before in ("--target", "-t") and _TARGET_WORD.match(after) for before, after in pairwise(words))
    named = [
        word
        for before, word in zip(("", *words), words, strict=False)
        if word == "--test" or (not word.startswith("-") and before not in _VALUED)
    ]
    own_words = _OWN_WORDS.get(program, ())
    if program in _TARGET_TOOLS:
        return any(word in own_words or _TARGET_WORD.match(word) for word in named)
    if named and named[0] in own_words:
        return True
    for place, word in enumerate(named[:3]):
        if word in ("run", "run-script") and program in _SCRIPT_TOOLS:
            return bool(named[place + 1 :]) and _TARGET_WORD.match(named[place + 1]) is not None
        if _TEST_WORD.match(word):
            return True
        if word in _OTHER_VERBS and (program, word) != ("zig", "build"):
            return False
    return False
