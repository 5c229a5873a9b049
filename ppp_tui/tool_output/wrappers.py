"""Wrappers, programs that run the command after them: one table of how each is called.

Other modules look at the wrapped command only, wherever and as whichever user it runs.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import NamedTuple

from ppp_tui.model.patterns import lazy_pattern


class Wrapper(NamedTuple):
    """How a wrapper takes the command that it runs."""

    verbs: frozenset[str] = frozenset()
    """Words of which one must precede the command; none if the program does nothing else."""
    before_verb: frozenset[str] = frozenset()
    """Words that may precede that one."""
    operands: int = 0
    """Words between the verb and the command: a host, a folder, an image."""
    valued: frozenset[str] = frozenset()
    """Options that a value follows."""
    marks: frozenset[str] = frozenset()
    """Words after which the command follows."""
    texts: frozenset[str] = frozenset()
    """Options whose value is the command as text."""
    is_named: bool = False
    """Whether the command needs a mark or such an option; other words are the wrapper's own."""
    is_text: bool = False
    """Whether a shell reads the command's words, joined by spaces."""
    takes_options_late: bool = False
    """Whether options may follow the operands."""
    takes_modules: bool = False
    """Whether ``-m`` with a Python module may replace the command."""
    has_scripts: bool = False
    """Whether a word for tests in place of the command names a script of the project, not the program ``test``."""
    runs_nothing: frozenset[str] = frozenset()
    """Options with which no command is run."""
    is_elsewhere: bool = False
    """Whether the command runs on a machine with other files."""
    is_repeating: bool = False
    """Whether the command repeats, on each change or each commit."""


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


_PROGRAM = Wrapper()
_DASHES = word_set("--")
_OF_TOOLS = word_set(
    "--with --extra --group --package --project --directory --env-file --python -p --source --rcfile -f -d -C --filter "
    "-F --prefix -n --name -u --user --cd --from --with-requirements --with-editable -w --workspace --cwd"
)
_OF_CONTAINERS = word_set(
    "-e --env --env-file -w --workdir -u --user -v --volume --mount --name --network -p --publish --entrypoint "
    "--platform -f --file --profile --project-name --index -l --label -m --memory --cpus --add-host --gpus --pull"
)
_TOOL = Wrapper(verbs=word_set("run"), valued=_OF_TOOLS, takes_modules=True, has_scripts=True)
_EXECUTING_TOOL = _TOOL._replace(verbs=word_set("exec"))
_PACKAGES = Wrapper(valued=_OF_TOOLS, has_scripts=True)
_CONTAINER = Wrapper(
    verbs=word_set("exec run"), before_verb=word_set("compose container"), operands=1, valued=_OF_CONTAINERS
)
_POD = Wrapper(
    verbs=word_set("exec"), valued=word_set("-n --namespace -c --container --context"), marks=_DASHES, is_named=True
)
_TOOLS_OF_NIX = Wrapper(
    verbs=word_set("develop shell"),
    valued=word_set("--extra-experimental-features --experimental-features -C"),
    marks=word_set("-c --command"),
    is_named=True,
)
_VERSIONS = Wrapper(
    verbs=word_set("exec x"),
    valued=word_set("-C --cd -E --env"),
    marks=_DASHES,
    texts=word_set("-c --command"),
    is_named=True,
)
_SECRETS = Wrapper(verbs=word_set("run exec"), marks=_DASHES, texts=word_set("--command"), is_named=True)
_SHIM = Wrapper(verbs=word_set("exec"))

WRAPPERS = {
    # as somebody else, for so long, on so many processors
    "sudo": Wrapper(
        valued=word_set("-u --user -g --group -h --host -p --prompt -C -D --chdir -R -r -t -T -U"),
        runs_nothing=word_set("-l --list -v --validate -e --edit -k -K"),
    ),
    "doas": Wrapper(valued=word_set("-u -C")),
    "su": Wrapper(texts=word_set("-c --command"), is_named=True),
    "runuser": Wrapper(valued=word_set("-u --user -g -G"), texts=word_set("-c --command")),
    "chroot": Wrapper(operands=1),
    "time": Wrapper(valued=word_set("-f --format -o --output")),
    "timeout": Wrapper(operands=1, valued=word_set("-k --kill-after -s --signal")),
    "gtimeout": Wrapper(operands=1, valued=word_set("-k --kill-after -s --signal")),
    "nice": Wrapper(valued=word_set("-n --adjustment")),
    "ionice": Wrapper(valued=word_set("-c --class -n --classdata")),
    "chrt": Wrapper(operands=1, valued=word_set("-T -P -D")),
    "taskset": Wrapper(operands=1),
    "flock": Wrapper(
        operands=1, valued=word_set("-w --timeout -E"), texts=word_set("-c --command"), takes_options_late=True
    ),
    "systemd-run": Wrapper(valued=word_set("-p --property -u --unit -E --setenv -M -H --slice --uid --gid -d")),
    "nohup": _PROGRAM,
    "setsid": _PROGRAM,
    "exec": Wrapper(valued=word_set("-a")),
    "command": Wrapper(runs_nothing=word_set("-v -V")),
    # with other variables, streams, screens
    "env": Wrapper(valued=word_set("-u --unset -C --chdir"), texts=word_set("-S --split-string")),
    "cross-env": _PROGRAM,
    "stdbuf": Wrapper(valued=word_set("-i --input -o --output -e --error")),
    "unbuffer": _PROGRAM,
    "busybox": _PROGRAM,
    # again and again
    "watch": Wrapper(valued=word_set("-n --interval"), is_repeating=True),
    "entr": Wrapper(texts=word_set("-s"), is_repeating=True),
    "watchexec": Wrapper(
        valued=word_set(
            "-e --exts -w --watch -W --watch-non-recursive -i --ignore -f --filter -d --debounce --delay-run -s "
            "--signal --stop-signal --stop-timeout --shell -E --env -o --on-busy-update --project-origin --workdir"
        ),
        is_text=True,
        is_repeating=True,
    ),
    "reflex": Wrapper(valued=word_set("-r --regex -R -g --glob -G -d -t"), is_repeating=True),
    "nodemon": Wrapper(texts=word_set("-x --exec"), is_named=True, is_repeating=True),
    "chokidar": Wrapper(texts=word_set("-c --command"), is_named=True, is_repeating=True),
    "git": Wrapper(
        verbs=word_set("run"),
        before_verb=word_set("bisect"),
        valued=word_set("-C -c --git-dir --work-tree"),
        is_repeating=True,
    ),
    "hyperfine": Wrapper(
        valued=word_set("-w --warmup -r --runs -m -M -p --prepare -c --cleanup -L -N --export-json"), is_text=True
    ),
    "parallel": Wrapper(valued=word_set("-j --jobs -n -N --delay --timeout")),
    "chronic": _PROGRAM,
    "winpty": _PROGRAM,
    "script": Wrapper(
        operands=1, valued=word_set("-E -o -T -I -O -B -m"), texts=word_set("-c --command"), takes_options_late=True
    ),
    "xvfb-run": Wrapper(
        valued=word_set("-n --server-num -s --server-args -e --error-file -f --auth-file -p -w --wait")
    ),
    "dbus-run-session": Wrapper(valued=word_set("--config-file --dbus-daemon")),
    "xargs": Wrapper(valued=word_set("-n --max-args -P --max-procs -I -L -d --delimiter -a --arg-file -s -E")),
    "strace": Wrapper(valued=word_set("-e -o -p -s -u -E -P -a -S -O -b -I")),
    # on another machine, in a container
    "ssh": Wrapper(
        operands=1,
        valued=word_set("-b -B -c -D -E -e -F -I -i -J -L -l -m -O -o -p -P -Q -R -S -W -w"),
        is_text=True,
        takes_options_late=True,
        is_elsewhere=True,
    ),
    "wsl": Wrapper(valued=word_set("-d --distribution -u --user --cd")),
    "vagrant": Wrapper(verbs=word_set("ssh"), texts=word_set("-c --command"), is_named=True, is_elsewhere=True),
    "docker": _CONTAINER,
    "docker-compose": _CONTAINER,
    "podman": _CONTAINER,
    "podman-compose": _CONTAINER,
    "nerdctl": _CONTAINER,
    "toolbox": Wrapper(verbs=word_set("run"), valued=word_set("-c --container -d --distro -r --release")),
    "distrobox": Wrapper(verbs=word_set("enter"), marks=word_set("-- -e"), is_named=True),
    "kubectl": _POD,
    "oc": _POD,
    "lxc": _POD,
    "incus": _POD,
    # with the tools of a project
    "nix": _TOOLS_OF_NIX,
    "nix-shell": Wrapper(texts=word_set("--run --command"), is_named=True),
    "guix": Wrapper(verbs=word_set("shell environment"), marks=_DASHES, is_named=True),
    "direnv": Wrapper(verbs=word_set("exec"), operands=1),
    "devbox": Wrapper(verbs=word_set("run"), valued=word_set("-c --config -e --env --env-file"), has_scripts=True),
    "flox": Wrapper(verbs=word_set("activate"), marks=_DASHES, texts=word_set("-c --command"), is_named=True),
    "mise": _VERSIONS,
    "rtx": _VERSIONS,
    "asdf": _SHIM,
    "pyenv": _SHIM,
    "rbenv": _SHIM,
    "nodenv": _SHIM,
    "volta": Wrapper(verbs=word_set("run"), valued=word_set("--node --npm --pnpm --yarn")),
    "fnm": Wrapper(verbs=word_set("exec"), valued=word_set("--using")),
    "nvm": Wrapper(verbs=word_set("exec"), operands=1),
    "corepack": _PROGRAM,
    "dotenv": Wrapper(before_verb=word_set("run"), valued=word_set("-e -f --file -v -c -p")),
    "dotenvx": _SECRETS,
    "doppler": _SECRETS,
    "infisical": _SECRETS,
    "op": _SECRETS,
    "chamber": _SECRETS,
    "aws-vault": _SECRETS,
    "conda": Wrapper(verbs=word_set("run"), valued=word_set("-n --name -p --prefix --cwd"), has_scripts=True),
    "mamba": Wrapper(verbs=word_set("run"), valued=word_set("-n --name -p --prefix --cwd"), has_scripts=True),
    "micromamba": Wrapper(
        verbs=word_set("run"), valued=word_set("-n --name -p --prefix --cwd -a -r"), has_scripts=True
    ),
    "uv": _TOOL._replace(before_verb=word_set("tool")),
    "uvx": _PACKAGES,
    "pipx": _TOOL._replace(valued=word_set("--spec --python --pip-args --index-url")),
    "poetry": _TOOL,
    "pipenv": _TOOL,
    "pdm": _TOOL,
    "rye": _TOOL,
    "hatch": _TOOL._replace(valued=word_set("-e --env -p --project")),
    "pixi": _TOOL._replace(
        verbs=word_set("run exec x"), valued=word_set("-e --environment -p --platform --manifest-path -s --spec -c -w")
    ),
    "coverage": _TOOL,
    "bundle": _EXECUTING_TOOL,
    "composer": Wrapper(verbs=word_set("exec"), valued=word_set("-d --working-dir")),
    "npm": _EXECUTING_TOOL._replace(verbs=word_set("exec x")),
    "pnpm": _EXECUTING_TOOL._replace(verbs=word_set("exec dlx"), valued=_OF_TOOLS - {"-w"}),
    "yarn": _EXECUTING_TOOL._replace(verbs=word_set("exec dlx")),
    "bun": _EXECUTING_TOOL._replace(verbs=word_set("x")),
    "npx": _PACKAGES._replace(texts=word_set("-c --call")),
    "bunx": _PACKAGES,
    "pnpx": _PACKAGES,
}
"""By the program's name."""

ELSEWHERE = frozenset(name for name, wrapper in WRAPPERS.items() if wrapper.is_elsewhere)
"""Wrappers whose command runs on another machine."""

REPEATING = frozenset(name for name, wrapper in WRAPPERS.items() if wrapper.is_repeating)
"""Wrappers that repeat their command."""

_INSTALLED_RUNNERS = frozenset({"jest", "vitest", "mocha", "ava", "playwright", "cypress", "pytest"})
"""Programs that package managers run without a verb, or as if they were scripts."""

_SCRIPT = lazy_pattern(r"tests?(?![\w./])")
_BUNDLED = lazy_pattern(r"-[A-Za-z]+c\Z")
"""Short options in one word, of which the last takes a command."""


def wrapped_words(name: str, words: list[str], unquoted: Callable[[str], str]) -> list[str] | None:
    """Return the words of the command that a wrapper runs, [] if it runs none, None if `name` is not a wrapper.

    A command that is given as text is one of a shell: ``sh -c TEXT``. Words may be quoted; `unquoted` returns what a
    program sees of one.
    """
    wrapper = WRAPPERS.get(name)
    if wrapper is None:
        return None
    rest: list[str] | None = words[1:]
    if wrapper.verbs or wrapper.before_verb:
        rest = _after_verb(wrapper, words[1:])
    command = _after_options(wrapper, rest, unquoted) if rest is not None else None
    if command or wrapper.verbs or wrapper.operands or wrapper.is_named:
        return command or None
    return command if command is not None or not wrapper.has_scripts else None


def _after_verb(wrapper: Wrapper, words: list[str]) -> list[str] | None:
    """Return the words after the verb that makes a program run a command, None without such a verb."""
    place = 0
    while place < len(words):
        word = words[place]
        if word.startswith("-") and word != "--":
            place += 2 if word in wrapper.valued else 1
        elif word in wrapper.verbs:
            return words[place + 1 :]
        elif word in wrapper.before_verb:
            place += 1
        elif not wrapper.verbs:
            return words[place:]
        elif wrapper.has_scripts:
            as_script = words[place + 1 :] if word == "run" else words[place:]
            return as_script if as_script and as_script[0] in _INSTALLED_RUNNERS else None
        else:
            return None
    return None


def _after_options(wrapper: Wrapper, words: list[str], unquoted: Callable[[str], str]) -> list[str] | None:
    """Return the command after a wrapper's options and operands, [] for none, None for a script of a project."""
    operands, place = wrapper.operands, 0
    while place < len(words):
        word, following = words[place], words[place + 1 :]
        if word in wrapper.marks:
            return following
        if text := _text(wrapper, word, following):
            return ["sh", "-c", text]
        is_option = word.startswith("-") and len(word) > 1
        if word in wrapper.runs_nothing:
            return []
        if word == "-m" and wrapper.takes_modules:
            return following
        if word == "--" and not wrapper.is_named:
            return _command(wrapper, following[operands:], unquoted)
        if is_option and (operands or wrapper.takes_options_late or not wrapper.operands):
            place += 2 if word in wrapper.valued else 1
        elif wrapper.is_named:
            place += 1
        elif operands and not is_option:
            operands -= 1
            place += 1
        else:
            return _command(wrapper, words[place:], unquoted)
    return []


def _command(wrapper: Wrapper, words: list[str], unquoted: Callable[[str], str]) -> list[str] | None:
    """Return the words of a command as a shell would get them, None for a script of a project."""
    if wrapper.has_scripts and words and _SCRIPT.match(words[0]):
        return None
    if not wrapper.is_text or not words:
        return words
    return ["sh", "-c", words[0] if len(words) == 1 else shlex.quote(" ".join(map(unquoted, words)))]


def _text(wrapper: Wrapper, word: str, following: list[str]) -> str:
    """Return the command that an option gives as text, '' for another word."""
    if not wrapper.texts or not word.startswith("-"):
        return ""
    option, sign, value = word.partition("=")
    if sign:
        return value if option in wrapper.texts else ""
    is_text = word in wrapper.texts or ("-c" in wrapper.texts and _BUNDLED.match(word) is not None)
    return following[0] if is_text and following else ""
