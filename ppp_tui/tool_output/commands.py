"""Shell commands: whether one runs tests or could, changes files, and has its tests' exit code.

The one place that decides whether a command is a test run, for scores and for reports alike. Some programs always run
tests; others (scripts, hooks, makefiles) may, which only the summary in their output shows.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from ppp_tui.model.event_values import StepStatus
from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.shell import SimpleCommand, simple_commands
from ppp_tui.tool_output.wrappers import word_set

_SHOWING = frozenset(
    {
        "cat",
        "bat",
        "head",
        "tail",
        "less",
        "more",
        "nl",
        "grep",
        "egrep",
        "fgrep",
        "rg",
        "ag",
        "zgrep",
        "zcat",
        "awk",
        "gawk",
        "sed",
        "cut",
        "sort",
        "uniq",
        "tr",
        "wc",
        "column",
        "jq",
        "yq",
        "diff",
        "cmp",
        "strings",
        "xxd",
        "od",
        "file",
        "stat",
        "ls",
        "tree",
        "find",
        "fd",
        "which",
        "type",
        "whoami",
        "pwd",
        "date",
        "echo",
        "printf",
        "gh",
        "glab",
        "journalctl",
        "ps",
        "top",
        "df",
        "du",
        "mktemp",
        "seq",
        "nproc",
        "sleep",
        "wait",
        "true",
        "false",
        "test",
        "[",
        "[[",
        "cd",
        "pushd",
        "popd",
        "export",
        "set",
        "unset",
        "source",
        ".",
        "exit",
        "do",
        "done",
        "for",
        "if",
        "then",
        "else",
        "fi",
        "while",
        "read",
        "shift",
        "return",
        "kill",
        "curl",
        "wget",
        "env",
        "printenv",
        "hostname",
        "uname",
        "id",
        "realpath",
        "dirname",
        "basename",
        "md5sum",
        "sha256sum",
        "tmux",
        "screen",
        "{",
        "}",
        "(",
        ")",
        "!",
        ":",
        "Get-Content",
        "Get-ChildItem",
        "Select-String",
        "Set-Location",
    }
)
"""Programs and words of the shell that run no tests and change no file of a project."""

_CHANGING = frozenset(
    {
        "tee",
        "cp",
        "mv",
        "mkdir",
        "rm",
        "rmdir",
        "touch",
        "chmod",
        "ln",
        "patch",
        "apply_patch",
        "tar",
        "unzip",
        "rsync",
        "dd",
        "truncate",
        "install",
        "pip",
        "pip3",
        "apt",
        "apt-get",
        "brew",
    }
)
"""Programs that run no tests either, and change files."""

_GIT_SHOWS = frozenset(
    {
        "log",
        "show",
        "diff",
        "status",
        "blame",
        "grep",
        "branch",
        "remote",
        "rev-parse",
        "ls-files",
        "reflog",
        "describe",
        "shortlog",
        "cat-file",
        "config",
        "fetch",
        "worktree",
        "tag",
        "rev-list",
        "merge-base",
        "symbolic-ref",
        "for-each-ref",
        "show-ref",
        "ls-tree",
        "ls-remote",
        "name-rev",
        "check-ignore",
        "add",
        "commit",
        "push",
    }
)
"""Subcommands of git that leave the working tree as it is."""

_GIT_HOOKS = frozenset({"commit", "push", "merge", "rebase", "bisect"})
"""Subcommands of git that may run tests by themselves."""

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
"""What may follow ``test`` in a name: not what is only done for tests."""
_TEST_WORD = lazy_pattern(
    rf"(?:[\w-]+:|\+)?tests?{_FOR_TESTS}|--test\Z|nextest\Z|runtest\Z|(?:\w+/)?test(?:Only|Quick)\b"
)
_TARGET_WORD = lazy_pattern(rf"(?:[\w-]+[:_-]|\+)?tests?{_FOR_TESTS}")
"""A script or a target that somebody named."""
_TEST_TASK = lazy_pattern(r":?(?:[\w-]+:)*(?:\w*[tT]est\w*|check|verify)\Z")
"""Tasks of builders that run a project's tests on the way."""

_TARGET_TOOLS = frozenset({"make", "gmake", "ninja", "just", "rake", "scons", "doit", "mage", "inv", "invoke", "poe"})
"""Programs whose words are targets."""
_SCRIPT_TOOLS = frozenset({"npm", "pnpm", "yarn", "bun", "composer", "turbo", "lerna", "nx", "mise", "moon", "dart"})
"""Programs that run a script of the project by the word behind ``run``."""
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
"""Words for tests that a program has of its own."""
_OTHER_VERBS = word_set(
    "build run check vet new create init add install i ci remove uninstall rm generate g get publish restore update "
    "upgrade pack clean fmt format lint list ls info why query cquery aquery fetch doc docs bench clippy tree metadata "
    "search link pub analyze compile package tool work env sln nuget ef dev start serve typecheck tsc eslint prettier "
    "plan apply validate"
)
"""Words that have a tool do something else with what stands behind them."""
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
_LOGS = lazy_pattern(r"\b(?:docker|docker-compose|podman|kubectl)\s+(?:compose\s+)?logs\b")
_PIPES = frozenset({"|", "|&"})


def runs_tests(command: str) -> bool:
    """Return whether a shell command runs tests, whatever else it does and whatever it prints."""
    return any(map(is_test, simple_commands(command)))


def may_run_tests(command: str) -> bool:
    """Return whether any program of a command could run tests: not if all only show, search or move."""
    shows_logs = "logs" in command and _LOGS.search(command)
    return not shows_logs and any(map(is_runner, simple_commands(command)))


def changes_nothing(command: str) -> bool:
    """Return whether a command leaves the project's files alone, as far as its programs are known."""
    for part in simple_commands(command):  # noqa: SIM110 - a generator costs more than what it goes through
        if part.is_writing or not _is_showing(part):
            return False
    return True


def changes_beside(command: str) -> bool:
    """Return whether a command that runs tests does something else, too, that may change the project's files."""
    acting = 0
    for part in simple_commands(command):
        acting += not _is_showing(part)
        if part.is_writing or acting > 1:
            return True
    return False


_COMMIT = lazy_pattern(r"\bgit\b(?:\s+-\S+(?:\s+(?![-;&|])\S+)?)*\s+commit(?![\w-])(?![^;&|]*--dry-run)")


def is_commit(command: str) -> bool:
    """Return whether a shell command makes a commit, if it ends well."""
    return "commit" in command and _COMMIT.search(command) is not None


@lru_cache(maxsize=4096)
def passed_by_exit(command: str, exit_code: int | None, status: StepStatus) -> bool | None:
    """Return whether the tests that a command ran all passed, by its exit code; None where that does not show it.

    A later command that runs in any case, or one that reads the tests' output, puts its own exit code in place of
    theirs.
    """
    commands = simple_commands(command)
    tests = [place for place, part in enumerate(commands) if is_test(part)]
    if not tests or status in ("running", "denied", "cancelled", "unknown"):
        return None
    marks = {part.joined_by for part in commands[tests[-1] : -1]}
    if "pipefail" in command:
        marks -= _PIPES
    if marks - {"&&"} or commands[-1].joined_by == "&":
        return None
    return exit_code == 0 if exit_code is not None else status == "ok"


@lru_cache(maxsize=1024)
def is_test(part: SimpleCommand) -> bool:
    """Return whether a simple command runs tests for certain."""
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
    return part.program in _TOOLS and _is_told_to_test(part.program, words)


def _is_told_to_test(program: str, words: tuple[str, ...]) -> bool:
    """Return whether the words behind a tool, which does other things as well, have it run tests."""
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


def is_runner(part: SimpleCommand) -> bool:
    """Return whether a simple command could run tests."""
    if part.program == "git":
        return len(part.words) > 1 and part.words[1] in _GIT_HOOKS
    return part.program not in _CHANGING and part.program not in _SHOWING


def _is_showing(part: SimpleCommand) -> bool:
    if part.program == "git":
        return len(part.words) < 2 or part.words[1] in _GIT_SHOWS
    if part.program == "sed":
        return not any(word.startswith(("-i", "--in-place")) for word in part.words)
    return part.program in _SHOWING
