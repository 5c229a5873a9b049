"""The one validator of decisions and quality signals: codes out of closed lists, no text of prompts or answers.

Each rule stands once, as constants and GLOB patterns, from which both the function that a call and the import of a
journal use and the condition of the database's triggers are made: what one of the three refuses, the others refuse.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from ppp_tui.model.agent_codes import (
    CODES,
    REASONS,
    validate_decision_type,
    validate_reason_code,
    validate_signal_code,
    validate_signal_type,
)

BLOCKED_KEYS = (
    "prompt",
    "response",
    "reasoning",
    "thought",
    "message",
    "content",
    "text",
    "output",
    "input",
    "chain_of_thought",
    "explanation",
    "rationale",
)
"""Names, in any case, that no key of metadata may have; if its value is text, no part of the key either."""

HARMLESS_KEYS = ("response_mode",)
"""Keys with such a part that are allowed, as they hold no text of a user or agent."""

MAX_SELECTED_CHARS = 200
MAX_VALUE_CHARS = 100
MAX_METADATA_CHARS = 8000
"""Characters of metadata as JSON."""

MAX_INTEGER = 2**53
MAX_REAL = 1e308

_KEY = ("[A-Za-z]*", "[^A-Za-z0-9_.-]")
_IDENTIFIER = ("[A-Za-z0-9_]*", "[^A-Za-z0-9_.:/@+-]")
"""How a name begins, and a character that it does not contain, as GLOB patterns."""

NO_TYPE = "there is no such type"
NO_CODE = "its type has no such code"
NO_IDENTIFIER = "what was selected is no identifier"
NO_CANDIDATE = "what was selected is none of the candidates"
NO_CANDIDATES = "candidates are no list of identifiers"
NO_SHARE = "confidence or weight is no number from 0 to 1"
NO_BOOLEAN = "the value is neither true nor false"
NO_METADATA = "metadata is no JSON object, or too long"
NO_KEY = "a key of metadata is no plain name"
TEXT_KEY = "a key of metadata names text that is not to be kept"
NO_PRIMITIVE = "a value of metadata is no text, number, boolean or null"
LONG_VALUE = f"a text of metadata has more than {MAX_VALUE_CHARS} characters"
NO_NUMBER = "a number of metadata is not finite or too large"

_ODD_ESCAPES = ("*\\u0000*", "*\\u[dD][89abcdefABCDEF]*")
"""Escapes that programs read in different ways: the character zero, and halves of characters."""


class EntryFaultError(ValueError):
    """A decision or a signal that is not to be kept; the message says why, and quotes nothing of it."""


def check_decision(
    decision_type: object, selected: object, reason_code: object, confidence: object, metadata: str, candidates: str
) -> None:
    """Check a decision with its metadata and candidates as JSON. Raises EntryFaultError."""
    if not validate_decision_type(decision_type):
        raise EntryFaultError(NO_TYPE)
    if not validate_reason_code(decision_type, reason_code):
        raise EntryFaultError(NO_CODE)
    if not is_identifier(selected):
        raise EntryFaultError(NO_IDENTIFIER)
    _check_share(confidence)
    _check_metadata(metadata)
    if candidates != "[]":
        names = _parsed(candidates)
        if not isinstance(names, list) or not all(map(is_identifier, names)):
            raise EntryFaultError(NO_CANDIDATES)
        if names and selected not in names:
            raise EntryFaultError(NO_CANDIDATE)


def check_signal(signal_type: object, signal_code: object, value: object, weight: object, metadata: str) -> None:
    """Check a quality signal with its metadata as JSON. Raises EntryFaultError."""
    if not validate_signal_type(signal_type):
        raise EntryFaultError(NO_TYPE)
    if not validate_signal_code(signal_type, signal_code):
        raise EntryFaultError(NO_CODE)
    if not isinstance(value, bool):
        raise EntryFaultError(NO_BOOLEAN)
    _check_share(weight)
    _check_metadata(metadata)


def metadata_json(metadata: object) -> str:
    """Return metadata as JSON. Raises EntryFaultError for what is no dictionary of primitives."""
    if metadata is None:
        return "{}"
    if not isinstance(metadata, Mapping) or len(metadata) > MAX_METADATA_CHARS:
        raise EntryFaultError(NO_METADATA)
    pairs = dict(metadata)
    if not all(isinstance(key, str) for key in pairs):
        raise EntryFaultError(NO_KEY)
    for value in pairs.values():
        if value is not None and not isinstance(value, str | int | float):
            raise EntryFaultError(NO_PRIMITIVE)
        if isinstance(value, str) and len(value) > MAX_VALUE_CHARS:
            raise EntryFaultError(LONG_VALUE)
    return _encoded(pairs, NO_METADATA)


def candidates_json(candidates: object) -> str:
    """Return candidates as JSON. Raises EntryFaultError for what is no sequence of identifiers."""
    if not isinstance(candidates, list | tuple) or not all(map(is_identifier, candidates)):
        raise EntryFaultError(NO_CANDIDATES)
    return _encoded(list(candidates), NO_CANDIDATES)


def is_identifier(value: object) -> bool:
    """Return whether a value is a name as of a tool, a model or a route: no space, no sentence."""
    return isinstance(value, str) and 0 < len(value) <= MAX_SELECTED_CHARS and _is_plain(value, _IDENTIFIER)


def trigger_script(table: str) -> str:
    """Return the statements that make the database refuse what `check_decision` or `check_signal` refuses.

    `table` is ``agent_decisions`` or ``agent_quality_signals``.
    """
    word = "decision" if table == "agent_decisions" else "signal"
    faults = [
        f"        WHEN {condition}\n            THEN RAISE(ABORT, '{word}: {message}')"
        for message, condition in _conditions(table)
    ]
    # Rows without metadata, nearly all of them, are spared its rules.
    faults.append("        WHEN NEW.metadata IS '{}' THEN NULL")
    faults += [
        f"        WHEN {condition}\n            THEN RAISE(ABORT, '{word}: {message}')"
        for message, condition in _metadata_conditions()
    ]
    body = "\n".join(faults)
    return "\n".join(
        f"CREATE TRIGGER {table}_{event.lower()}_checked BEFORE {event} ON {table} BEGIN\n"
        f"    SELECT CASE\n{body}\n    END;\nEND;"
        for event in ("INSERT", "UPDATE")
    )


def _check_share(share: object) -> None:
    if share is None:
        return
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise EntryFaultError(NO_SHARE)


def _check_metadata(metadata: str) -> None:
    if metadata == "{}":
        return
    pairs = _parsed(metadata)
    if not isinstance(pairs, _Pairs):
        raise EntryFaultError(NO_METADATA)
    for key, value in pairs:
        if not _is_plain(key, _KEY):
            raise EntryFaultError(NO_KEY)
        if _names_text(key, is_text=isinstance(value, str)):
            raise EntryFaultError(TEXT_KEY)
        if isinstance(value, list):
            raise EntryFaultError(NO_PRIMITIVE)
        if isinstance(value, str) and len(value) > MAX_VALUE_CHARS:
            raise EntryFaultError(LONG_VALUE)
        if not isinstance(value, str | bool) and value is not None:
            limit = MAX_INTEGER if isinstance(value, int) else MAX_REAL
            if not -limit <= value <= limit:
                raise EntryFaultError(NO_NUMBER)


class _Pairs(list[tuple[str, Any]]):
    """The keys and values of a JSON object, repeated keys included."""


def _parsed(text: str) -> object:
    """Return what JSON says, an object as `_Pairs`. Raises EntryFaultError where programs may differ in reading it."""
    if "\0" in text or len(text) > MAX_METADATA_CHARS or any(_matches(pattern, text) for pattern in _ODD_ESCAPES):
        raise EntryFaultError(NO_METADATA)
    try:
        return json.loads(text, object_pairs_hook=_Pairs, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise EntryFaultError(NO_METADATA) from error


def _refuse(_: str) -> None:
    raise EntryFaultError(NO_METADATA)


def _encoded(value: object, fault: str) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise EntryFaultError(fault) from error
    return text


def _names_text(key: str, *, is_text: bool) -> bool:
    lowered = key.lower()
    if lowered in HARMLESS_KEYS:
        return False
    if re.sub(r"[_.-]", "", lowered) in _BLOCKED_WHOLE:
        return True
    lower, cased = f"_{lowered}_", f"_{key}_"
    return is_text and (
        any(_matches(pattern, lower) for pattern in _LOWER_PARTS)
        or any(_matches(pattern, cased) for pattern in _CASED_PARTS)
    )


_BLOCKED_WHOLE = tuple(key.replace("_", "") for key in BLOCKED_KEYS)
_PARTS = tuple(part for key in BLOCKED_KEYS if "_" not in key for part in (key, f"{key}s"))
_LOWER_PARTS = tuple(f"*[^a-z]{part}[^a-z]*" for part in _PARTS)
"""Patterns of keys in lower case between two underscores; digits and signs part words."""
_CASED_PARTS = tuple(
    pattern
    for part in _PARTS
    for pattern in (f"*{part.title()}[^a-z]*", f"*[^A-Za-z]{part}[A-Z]*", f"*[a-z]{part.upper()}[^A-Z]*")
)
"""Patterns of keys as they are written, where capitals part words."""


def _is_plain(text: str, name: tuple[str, str]) -> bool:
    beginning, foreign = name
    return _matches(beginning, text) and not _matches(f"*{foreign}*", text)


def _matches(pattern: str, text: str) -> bool:
    return _regex(pattern).fullmatch(text) is not None


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    """Return a GLOB pattern of stars and classes as a regular expression."""
    pieces = re.split(r"(\*|\[[^]]*\])", pattern)
    return re.compile(
        "".join(".*" if piece == "*" else piece if piece.startswith("[") else re.escape(piece) for piece in pieces),
        re.DOTALL,
    )


def _conditions(table: str) -> Iterator[tuple[str, str]]:
    """Yield messages with the condition of each on a row of the table, those of metadata left out."""
    if table == "agent_decisions":
        yield from _code_conditions(REASONS, "decision_type", "reason_code")
        yield NO_IDENTIFIER, _no_identifier("NEW.selected")
        yield NO_CANDIDATES, _no_json("NEW.candidates", "[", "[]")
        each = "FROM json_each(NEW.candidates) AS c"
        some = "NEW.candidates <> '[]' AND "
        foreign = _no_identifier("c.value")
        yield NO_CANDIDATES, f"{some}EXISTS (SELECT 1 {each} WHERE c.type <> 'text' OR {foreign})"
        yield (
            NO_CANDIDATE,
            f"{some}EXISTS (SELECT 1 {each}) AND NOT EXISTS (SELECT 1 {each} WHERE c.value = NEW.selected)",
        )
    else:
        yield from _code_conditions(CODES, "signal_type", "signal_code")
        yield NO_BOOLEAN, "typeof(NEW.value) <> 'integer' OR NEW.value NOT IN (0, 1)"
    share = "confidence" if table == "agent_decisions" else "weight"
    yield NO_SHARE, f"NEW.{share} IS NOT NULL AND NOT (typeof(NEW.{share}) = 'real' AND NEW.{share} BETWEEN 0 AND 1)"


def _code_conditions(codes: Mapping[str, tuple[str, ...]], kind: str, code: str) -> Iterator[tuple[str, str]]:
    """Yield messages and conditions on codes, one text between bars: SQLite would build a list for each row."""
    kinds = "|".join(codes)
    pairs = "|".join(f"{name}/{each}" for name in codes for each in codes[name])
    for message, column, listed, wanted in (
        (NO_TYPE, kind, kinds, f"NEW.{kind}"),
        (NO_CODE, code, pairs, f"NEW.{kind} || '/' || NEW.{code}"),
    ):
        strange = f"typeof(NEW.{column}) <> 'text' OR NEW.{column} GLOB '*[^a-z_]*'"
        yield message, f"{strange} OR NOT instr('|{listed}|', '|' || {wanted} || '|')"


def _metadata_conditions() -> Iterator[tuple[str, str]]:
    """Return the conditions on metadata, in the order of their tests: only an object is looked into."""
    yield NO_METADATA, _no_json("NEW.metadata", "{", "{}")
    beginning, foreign = _KEY
    parts = " OR ".join(
        f"EXISTS (SELECT 1 FROM json_each('{json.dumps(patterns)}') AS p WHERE {key} GLOB p.value)"
        for key, patterns in (("'_' || lower(m.key) || '_'", _LOWER_PARTS), ("'_' || m.key || '_'", _CASED_PARTS))
    )
    plain = "replace(replace(replace(lower(m.key), '_', ''), '.', ''), '-', '')"
    for message, fault in (
        (NO_KEY, f"m.key NOT GLOB '{beginning}' OR m.key GLOB '*{foreign}*'"),
        (
            TEXT_KEY,
            (
                f"lower(m.key) NOT IN ({_quoted(HARMLESS_KEYS)}) AND ({plain} IN ({_quoted(_BLOCKED_WHOLE)}) "
                f"OR (m.type = 'text' AND ({parts})))"
            ),
        ),
        (NO_PRIMITIVE, "m.type IN ('array', 'object')"),
        (LONG_VALUE, f"m.type = 'text' AND length(m.value) > {MAX_VALUE_CHARS}"),
        (
            NO_NUMBER,
            (
                f"(m.type = 'integer' AND m.value NOT BETWEEN -{MAX_INTEGER} AND {MAX_INTEGER}) "
                f"OR (m.type = 'real' AND m.value NOT BETWEEN -{MAX_REAL!r} AND {MAX_REAL!r})"
            ),
        ),
    ):
        yield message, f"EXISTS (SELECT 1 FROM json_each(NEW.metadata) AS m WHERE {fault})"


def _no_json(column: str, opening: str, empty: str) -> str:
    """Return a condition that a column holds no JSON that begins with `opening`; invalid JSON fails in `json_each`.

    Other JSON functions are not available in triggers of a schema that is not trusted.
    """
    odd = " OR ".join(f"{column} GLOB '{pattern}'" for pattern in _ODD_ESCAPES)
    return (
        f"{column} IS NOT '{empty}' AND CASE WHEN typeof({column}) <> 'text' OR {_has_zero(column)} "
        f"OR length({column}) > {MAX_METADATA_CHARS} OR {odd} "
        f"THEN 1 ELSE substr(ltrim({column}, char(9, 10, 13, 32)), 1, 1) <> '{opening}' END"
    )


def _no_identifier(value: str) -> str:
    beginning, foreign = _IDENTIFIER
    return (
        f"typeof({value}) <> 'text' OR {_has_zero(value)} OR length({value}) > {MAX_SELECTED_CHARS} "
        f"OR {value} NOT GLOB '{beginning}' OR {value} GLOB '*{foreign}*'"
    )


def _has_zero(value: str) -> str:
    """Return a condition that a text holds the character zero, at which functions of SQLite stop reading."""
    return f"instr(CAST({value} AS BLOB), x'00')"


def _quoted(names: Mapping[str, object] | tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)
