"""Parses shell commands: their simple commands, the operators between these, and the words of each."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.tool_output.code_texts import tests_of_code
from ppp_tui.tool_output.wrappers import ELSEWHERE, REPEATING, wrapped_words

MAX_COMMAND_CHARS = 20_000
"""Characters of a command that are parsed."""

_INTERPRETERS = frozenset({"node", "php", "ruby", "perl", "bun"})
_INSTALLED = lazy_pattern(r"(?:^|[/\\])\.?(?:bin|Scripts)[/\\][\w.-]+\Z")
"""A program that a package manager put beside its interpreter."""

_KEYWORDS = frozenset({"if", "elif", "while", "until", "do", "then", "else", "!", "{", "("})
_PYTHON = lazy_pattern(r"(?:python|pypy)[\d.]*(?:\.exe)?\Z|py(?:\.exe)?\Z")
_READING_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "mksh", "ash", "fish", "nu", "csh", "tcsh"})
"""Programs that run what they read, such as a here-document."""
_SHELLS = _READING_SHELLS | {"eval", "powershell", "pwsh", "cmd"}
"""Programs, and a built-in of shells, that take a command as text."""
_VALUED_OF_SHELLS = lazy_pattern(r"-[A-Za-z]*[oO]\Z|--(?:rcfile|init-file|config|env-config)\Z")
"""Options of shells that a value follows."""
_VALUED_OF_PYTHON = frozenset({"-X", "-W"})
_ASSIGNMENT = lazy_pattern(r"[A-Za-z_]\w*=", re.ASCII)
_HEREDOC = lazy_pattern(r"<<-?\s*(['\"]?)(\w+)\1")
_DOCUMENT = lazy_pattern(r" \x00(\d+)\x00 ")
"""The mark that replaces a here-document in its line."""
_REDIRECTION = lazy_pattern(r"(?:\d|&)?>{1,2}\|?\s*(?:&\d|\S+)|<\s*[^\s<(]\S*")
_WRITES = lazy_pattern(r"(?:\d|&)?>{1,2}\|?\s*(?!&\d|/dev/|/tmp/)\S")
_ENDING = lazy_pattern(r"\.(?:exe|cmd|bat|ps1|js|phar)\Z")
_SUBSTITUTION = lazy_pattern(r"\$\([^()]*\)|`[^`]*`")
_OF_SUBSTITUTION = lazy_pattern(r"""\\.|['"]|`([^`]*)`|[$<]\((?!\()""", re.DOTALL)
"""What begins or hides a command substitution; of one in backquotes, all of it."""
_PAREN = lazy_pattern(r"[()]")
_SUBSTITUTED = lazy_pattern("\1(\\d+)\1")
"""The mark that replaces a command substitution in its line."""
_WORDS = lazy_pattern(r"""(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*"|['"])+""", re.DOTALL)
"""Words as a shell splits them; a quote without its end counts as a letter."""

_PIECE = lazy_pattern(
    r"""((?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[<>]&|&>|[^;\n|&'"\\<>]+|['"\\<>])+)|(&&|\|\||\|&|[;\n|&])""", re.DOTALL
)
"""Text between operators, including quoted text and redirections with an ampersand; or an operator."""

_OPERATOR = lazy_pattern(r"(&&|\|\||\|&|[;\n|]|(?<![<>])&(?!>))")
"""An operator, where nothing is quoted."""
_QUOTING = lazy_pattern(r"""['"\\]|[<>]&&|&>&""")
"""What hides an operator, or what only `_PIECE` reads as the shell does."""

_COMMENT = lazy_pattern(r"^[ \t]*#.*$", re.MULTILINE)
_QUOTED = lazy_pattern(r"""'([^']*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
_ESCAPED = lazy_pattern(r"\\(.)", re.DOTALL)
_WINDOWS_PATH = lazy_pattern(r"(?:\A|(?<=[=\s:]))[A-Za-z]:\\|\A\.{1,2}\\|\A[\w.-]+\\[\w.-]+")
_UNCLOSED = 3
"""Unclosed substitutions after which the search stops: each search reads to the end of the command."""
MAX_NESTED_SHELLS = 3
"""Shells within shells (``bash -c "bash -c …"``) that are opened."""


class SimpleCommand(NamedTuple):
    """One simple command."""

    words: tuple[str, ...]
    """Without wrappers, assignments, redirections and quotes."""
    assigned: tuple[str, ...]
    """Variables that are set for it."""
    is_writing: bool
    """Whether its output goes to a file that is neither a device nor temporary."""
    program: str
    """The program's name without its folder; of ``python -m NAME`` the module's."""
    joined_by: str
    """The operator after it, '' at the end."""
    is_elsewhere: bool = False
    """Whether it runs on another machine, so that it names files of that one."""
    is_repeated: bool = False
    """Whether it repeats, on each change or each commit, so that its exit code is that of no single run."""


@lru_cache(maxsize=512)
def simple_commands(command: str) -> tuple[SimpleCommand, ...]:
    """Return the simple commands of a shell command, in order; those in here-documents that a shell reads included."""
    return _parts(command[:MAX_COMMAND_CHARS], 0)


def unquoted(word: str) -> str:
    """Return a word as the program receives it, without quotes and escapes."""
    if "'" not in word and '"' not in word:
        if "\\" not in word:
            return word
        return word if _WINDOWS_PATH.search(word) else _ESCAPED.sub(r"\1", word)
    inner = word[1:-1]
    if word[0] == word[-1] == "'" and inner and "'" not in inner:
        return inner
    if word[0] == word[-1] == '"' and inner and '"' not in inner and "\\" not in inner:
        return inner
    return _QUOTED.sub(lambda quoted: quoted[1] if quoted[1] is not None else quoted[2].replace('\\"', '"'), word)


def _parts(command: str, depth: int) -> tuple[SimpleCommand, ...]:
    commands: list[SimpleCommand] = []
    outer, substituted = _without_substitutions(command)
    bare, documents = _without_documents(outer)
    for piece, joined_by in _split(bare):
        inner_texts = [substituted[int(place)] for place in _SUBSTITUTED.findall(piece)] if substituted else []
        if inner_texts:
            piece = _SUBSTITUTED.sub("", piece)
        place = _DOCUMENT.search(piece) if documents else None
        part = _read(piece if place is None else _DOCUMENT.sub(" ", piece), joined_by)
        document = documents[int(place[1])] if place is not None else ""
        may_nest = depth < MAX_NESTED_SHELLS
        if inner_texts and may_nest:
            nested = tuple(inner_part for text in inner_texts for inner_part in _parts(text, depth + 1))
            # The exit code of an assignment is that of the command whose output it takes.
            mark = ";" if part.words else joined_by
            commands += (*nested[:-1], *(last._replace(joined_by=mark) for last in nested[-1:]))
        inner = _inner_command(part) if may_nest and part.program in _SHELLS else None
        if inner is None and document and may_nest and _reads_commands(part):
            inner, document = document, ""
        if inner is not None:
            nested = _parts(inner, depth + 1)
            if document and nested and _reads_commands(nested[-1]):
                nested = (*nested[:-1], *_parts(document, depth + 1))
            if part.is_elsewhere or part.program in ELSEWHERE:
                nested = tuple(command._replace(is_elsewhere=True) for command in nested)
            if part.is_repeated:
                nested = tuple(command._replace(is_repeated=True) for command in nested)
            # The operator after the inner shell follows its last command.
            commands += (*nested[:-1], *(last._replace(joined_by=joined_by) for last in nested[-1:]))
        elif part.words:
            commands.append(part)
    return tuple(commands)


def _reads_commands(part: SimpleCommand) -> bool:
    """Return whether a command runs what it reads: a shell without a script, on this machine or another."""
    return part.program == "ssh" or (
        part.program in _READING_SHELLS and all(word.startswith("-") for word in part.words[1:])
    )


def _inner_command(part: SimpleCommand) -> str | None:
    """Return the command that a shell gets as text, None if it gets none."""
    if part.program == "eval":
        return " ".join(part.words[1:])
    if part.program in ("powershell", "pwsh", "cmd"):
        texts = [place for place, word in enumerate(part.words) if word.lower() in ("-c", "-command", "/c")]
        return " ".join(part.words[texts[0] + 1 :]) if texts else None
    place = 1
    while place < len(part.words) - 1:
        word = part.words[place]
        if not word.startswith("-"):
            return None
        if (not word.startswith("--") and "c" in word) or word == "--command":
            return part.words[place + 1]
        place += 2 if _VALUED_OF_SHELLS.match(word) else 1
    return None


def _without_substitutions(command: str) -> tuple[str, list[str]]:
    """Return a command with a mark in place of each substitution, and the substituted commands."""
    if "$(" not in command and "`" not in command and "<(" not in command:
        return command, []
    kept: list[str] = []
    texts: list[str] = []
    is_quoted, begin, place, unclosed = False, 0, 0, 0
    while unclosed < _UNCLOSED and (token := _OF_SUBSTITUTION.search(command, place)):
        place = token.end()
        if token[0] == '"':
            is_quoted = not is_quoted
        elif token[0] == "'":
            place = place if is_quoted else command.find("'", place) + 1 or place
        elif token[0][0] in "$<" or (token[1] is not None and not is_quoted):
            # Backquotes within double quotes are mostly Markdown.
            end = place if token[1] is not None else _closing(command, place)
            if end:
                kept += (command[begin : token.start()], f"$\1{len(texts)}\1")
                texts.append(command[place : end - 1] if token[1] is None else token[1])
                begin = place = end
            else:
                unclosed += 1
    kept.append(command[begin:])
    return "".join(kept), texts


def _closing(command: str, place: int) -> int:
    """Return the index after the parenthesis that closes the one before `place`, 0 if none does."""
    depth = 1
    for paren in _PAREN.finditer(command, place):
        depth += 1 if paren[0] == "(" else -1
        if not depth:
            return paren.end()
    return 0


def _without_documents(command: str) -> tuple[str, list[str]]:
    """Return a command with a mark in place of each here-document, and the documents."""
    if "$(" in command or "`" in command:
        command = _SUBSTITUTION.sub("$", command)
    if "\n" in command:
        command = command.replace("\\\n", " ")
    if "#" in command:
        command = _COMMENT.sub("", command)
    if "<<" not in command:
        return command, []
    kept: list[str] = []
    documents: list[list[str]] = []
    open_ends: list[tuple[str, list[str]]] = []
    for line in command.split("\n"):
        if open_ends:
            end, document = open_ends[0]
            if line.strip() == end:
                open_ends.pop(0)
            else:
                document.append(line)
            continue
        for heredoc in _HEREDOC.finditer(line):
            documents.append([])
            open_ends.append((heredoc[2], documents[-1]))
        numbers = count(len(documents) - len(open_ends))
        kept.append(_HEREDOC.sub(lambda _: f" \0{next(numbers)}\0 ", line))  # noqa: B023 - it is called at once
    return "\n".join(kept), ["\n".join(document) for document in documents]


def _split(command: str) -> list[tuple[str, str]]:
    """Split a command at its operators, except in quotes; return each piece with the operator after it."""
    if not _QUOTING.search(command):
        alternating = [*_OPERATOR.split(command), ""]
        return list(zip(alternating[::2], alternating[1::2], strict=True))
    pieces: list[tuple[str, str]] = []
    before = ""
    for piece, operator in _PIECE.findall(command):
        if operator:
            pieces.append((before, operator))
        before = piece
    return [*pieces, (before, "")]


@lru_cache(maxsize=512)
def _read(text: str, joined_by: str) -> SimpleCommand:
    is_writing = ">" in text and bool(_WRITES.search(_QUOTED.sub("quoted", text)))
    is_quoted = "'" in text or '"' in text or "\\" in text
    bare = (_redirected(text) if ">" in text or "<" in text else text).strip().lstrip("(")
    words = _WORDS.findall(bare) if is_quoted else bare.split()
    assigned: list[str] = []
    is_elsewhere = is_repeated = False
    while words:
        word = words[0]
        if "=" in word and _ASSIGNMENT.match(word):
            assigned.append(unquoted(words.pop(0)))
        elif word in _KEYWORDS:
            words.pop(0)
        elif (inner := _wrapped(words)) is not None:
            is_elsewhere = is_elsewhere or _name(word) in ELSEWHERE
            is_repeated = is_repeated or _name(word) in REPEATING
            # `wrapped_words` may have quoted the text for the shell.
            words, is_quoted = inner, is_quoted or inner[:2] == ["sh", "-c"]
        else:
            break
    if words and words[-1].endswith(")") and "(" not in " ".join(words):
        words[-1] = words[-1].rstrip(")")
    plain = tuple(filter(None, map(unquoted, words) if is_quoted else words))
    return SimpleCommand(
        words=plain,
        assigned=tuple(assigned),
        is_writing=is_writing,
        program=_name(plain[0]) if plain else "",
        joined_by=joined_by,
        is_elsewhere=is_elsewhere,
        is_repeated=is_repeated,
    )


def _redirected(text: str) -> str:
    """Return a simple command without its redirections; quoted text stays."""
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match[0])
        return f"\0{len(held) - 1}\0"

    plain = _REDIRECTION.sub(" ", _QUOTED.sub(hold, text))
    return re.sub(r"\0(\d+)\0", lambda match: held[int(match[1])], plain)


def _wrapped(words: list[str]) -> list[str] | None:
    """Return the command that a command runs (``uv run X``, ``ssh HOST X``, ``python -m X``), None if it runs none."""
    name = _name(unquoted(words[0]))
    is_interpreter = name.startswith("py") and _PYTHON.match(name) is not None
    if is_interpreter and (module := _module_place(words)):
        return words[module:] or None
    if (tests := tests_of_code("python" if is_interpreter else name, words, unquoted)) is not None:
        return tests
    if (is_interpreter or name in _INTERPRETERS) and len(words) > 1 and _INSTALLED.search(unquoted(words[1])):
        return words[1:]
    return wrapped_words(name, words, unquoted)


def _module_place(words: list[str]) -> int:
    """Return the index of the module in ``python -m MODULE``, 0 if there is none."""
    place = 1
    while place < len(words) and words[place].startswith("-"):
        if words[place] == "-m":
            return place + 1
        place += 2 if words[place] in _VALUED_OF_PYTHON else 1
    return 0


@lru_cache(maxsize=1024)
def _name(word: str) -> str:
    name = word.replace("\\", "/").rpartition("/")[2] or word
    return _ENDING.sub("", name) if "." in name else name
