"""Whether a prompt leaves open what is wanted, by the rules of the trajectory documents (SPEC-PPP-001).

A verb that names no result, a part of the system without its kind or version, and words for an unknown amount add up.
The documents call a prompt vague above `THRESHOLD`, and give one that lies on it as their example; here it is vague.
"""

from __future__ import annotations

import re

THRESHOLD = 0.5
"""From here on a prompt is vague; the most is 1.3."""

MAX_PROMPT_CHARS = 2000
"""Characters of a prompt that are looked at: who writes more says what is wanted."""

_VERB = re.compile(
    r"\b(?:implement|add|make|create|do|build|fix|update|change|improve|handle|set ?up)\b", re.IGNORECASE
)
_OPEN_PARTS = (
    (re.compile(r"\boauth\b", re.IGNORECASE), re.compile(r"\boauth[ -]?[12](?:\.\d)?\b", re.IGNORECASE)),
    (
        re.compile(r"\b(?:database|db)\b", re.IGNORECASE),
        re.compile(r"\b(?:sqlite|postgres\w*|mysql|mariadb|mongo\w*|redis|oracle|dynamo\w*|duckdb)\b", re.IGNORECASE),
    ),
    (
        re.compile(r"\b(?:auth|authentication|log ?in|sign ?in)\b", re.IGNORECASE),
        re.compile(
            r"\b(?:jwt|oauth|saml|oidc|openid|session|cookie|token|basic|bearer|password|ldap|passkey)s?\b",
            re.IGNORECASE,
        ),
    ),
)
_AMOUNT = re.compile(
    r"\b(?:some|several|few|many|various|stuff|things?|etc|better|faster|appropriate)\b", re.IGNORECASE
)


def vagueness(prompt: str) -> float:
    """Return how much a prompt leaves open, from 0 to 1.3."""
    looked_at = prompt[:MAX_PROMPT_CHARS]
    score = 0.2 if _VERB.search(looked_at) else 0.0
    score += sum(0.3 for part, kind in _OPEN_PARTS if part.search(looked_at) and not kind.search(looked_at))
    score += 0.1 * min(2, len(_AMOUNT.findall(looked_at)))
    return round(score, 2)


def is_vague(prompt: str) -> bool:
    """Return whether a prompt leaves so much open that an agent ought to ask; False for an unknown one."""
    return bool(prompt.strip()) and len(prompt) <= MAX_PROMPT_CHARS and vagueness(prompt) >= THRESHOLD
