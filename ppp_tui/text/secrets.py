"""Takes secrets out of text that leaves the database: keys, tokens and passwords of known shapes.

Patterns are a best effort: a secret without a known shape stays. Each pattern is looked for only where one of its
literal beginnings stands in the text, so that text without any costs little. Titles and previews are cut: a part of
a secret at the end of a text is taken out as well.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from typing import NamedTuple

KEPT_CHARS = 4
"""Last characters of a secret that stay, so that its owner knows which it was."""

MIN_KEPT_CHARS = 16
"""A shorter secret is taken out completely."""


class SecretPattern(NamedTuple):
    """A shape of secrets."""

    name: str
    literals: tuple[str, ...]
    """One of these stands in every text with such a secret; in lower case where the pattern ignores case."""
    pattern: re.Pattern[str]
    """The secret is its first group, or the whole match without groups; a match without the group is no secret."""
    ignores_case: bool
    reach: int
    """Characters at the end of a text that are searched, 0 for all of it."""


def _pattern(name: str, literals: str, expression: str, flags: int = 0, reach: int = 0) -> SecretPattern:
    parts = tuple(literals.split(" "))
    return SecretPattern(name, parts, re.compile(expression, flags), bool(flags & re.IGNORECASE), reach)


_ENDS = r"(?![A-Za-z0-9_-])"
_CUT = r"(?=(?:…|\.\.\.)?\s*\Z)"
"""The end of a text. Repetitions before it give nothing back: each beginning would try all of its ends."""
_KEY = r"(?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----"
PATTERNS = (
    _pattern(
        "private-key",
        "PRIVATE",
        # A key without an end reaches to the next one: else each beginning would be read on for 20,000 characters.
        rf"-----BEGIN {_KEY}(?:(?!-----BEGIN {_KEY}).){{1,20000}}?(?:-----END {_KEY}|(?=-----BEGIN {_KEY}))",
        re.DOTALL,
    ),
    _pattern("anthropic-key", "sk-ant-", r"\bsk-ant-[A-Za-z0-9_-]{20,200}"),
    _pattern("stripe-key", "sk_live_ sk_test_ rk_live_ rk_test_", r"\b[rs]k_(?:live|test)_[0-9A-Za-z]{16,200}"),
    _pattern("openai-key", "sk-", r"\bsk-(?!ant-)(?:proj-|svcacct-|admin-|or-v1-)?[A-Za-z0-9_-]{20,250}"),
    _pattern(
        "github-token",
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255})",
    ),
    _pattern("gitlab-token", "glpat- gldt- glrt-", r"\bgl(?:pat|dt|rt)-[A-Za-z0-9_-]{20,100}"),
    _pattern("aws-access-key", "AKIA ASIA", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    _pattern(
        "aws-secret-key",
        "secret_access_key secretaccesskey",
        r"secret_?access_?key[\\\"'\s:=]{1,8}([A-Za-z0-9/+=]{40})(?![A-Za-z0-9/+=])",
        re.IGNORECASE,
    ),
    _pattern("google-api-key", "AIza", r"\bAIza[0-9A-Za-z_-]{35}" + _ENDS),
    _pattern("google-oauth-token", "ya29.", r"\bya29\.[0-9A-Za-z_-]{20,500}"),
    _pattern("slack-token", "xox", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,250}"),
    _pattern("slack-webhook", "hooks.slack.com/", r"hooks\.slack\.com/(?:services|workflows)/([A-Za-z0-9/_-]{20,200})"),
    _pattern("npm-token", "npm_", r"\bnpm_[A-Za-z0-9]{36}" + _ENDS),
    _pattern("pypi-token", "pypi-", r"\bpypi-[A-Za-z0-9_-]{50,500}"),
    _pattern("huggingface-token", "hf_", r"\bhf_[A-Za-z0-9]{30,100}"),
    _pattern("sendgrid-key", "SG.", r"\bSG\.[\w-]{16,64}\.[\w-]{16,100}"),
    _pattern("digitalocean-token", "dop_v1_ doo_v1_", r"\bdo[op]_v1_[a-f0-9]{64}"),
    _pattern("linear-key", "lin_api_", r"\blin_api_[A-Za-z0-9]{32,64}"),
    _pattern("azure-key", "AccountKey=", r"AccountKey=([A-Za-z0-9+/]{40,100}={0,2})"),
    _pattern(
        "json-web-token",
        "eyJ",
        # The second way passes over what has no second part, which would be tried again from each of its beginnings.
        r"\b(?:(eyJ[A-Za-z0-9_-]{8,}+\.eyJ[A-Za-z0-9_-]{8,8000}+\.[A-Za-z0-9_-]{8,2000})|eyJ[A-Za-z0-9_-]*+)",
    ),
    _pattern("url-password", "://", r"://[^/\s:@\"'\\]{1,100}:([^/\s:@\"'\\]{3,200})@[\w.-]"),
    _pattern(
        "authorization",
        "authorization",
        r"authorization[\\\"']{0,3}\s*[:=]\s*[\\\"']{0,3}(?:bearer|basic|token)\s+([A-Za-z0-9._~+/=-]{12,4000})",
        re.IGNORECASE,
    ),
    _pattern(
        "assigned-secret",
        "api_key apikey api-key secret token password passwd",
        r"(?:api[_-]?key|secret|token|password|passwd)[\\\"']{0,3}\s{0,3}[:=]\s{0,3}[\\\"']{0,3}"
        r"((?=[^\s\"'\\,;]{0,60}[0-9])(?=[^\s\"'\\,;]{0,60}[A-Za-z])[A-Za-z0-9._~+/=!@#$%^&*-]{16,200})",
        re.IGNORECASE,
    ),
    _pattern(
        "cut-secret",
        "sk- k_live_ k_test_ ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- gldt- glrt- AKIA ASIA AIza ya29. xox npm_ "
        "pypi- hf_ SG. dop_v1_ doo_v1_ lin_api_ eyJ",
        r"\b(?:sk-|[rs]k_(?:live|test)_|gh[pousr]_|github_pat_|gl(?:pat|dt|rt)-|AKIA|ASIA|AIza|ya29\.|xox[abeoprs]-|"
        r"npm_|pypi-|hf_|SG\.|do[op]_v1_|lin_api_|eyJ)((?=[A-Za-z_.-]{0,60}[0-9])[A-Za-z0-9_.-]{6,8000}+)" + _CUT,
        reach=8200,
    ),
    _pattern(
        "cut-secret",
        "accountkey= authorization api_key apikey api-key secret token password passwd",
        r"(?:secret_?access_?key[\\\"'\s:=]{1,8}|accountkey=|"
        r"authorization[\\\"']{0,3}\s*[:=]\s*[\\\"']{0,3}(?:bearer|basic|token)\s+|"
        r"(?:api[_-]?key|secret|token|password|passwd)[\\\"']{0,3}\s{0,3}[:=]\s{0,3}[\\\"']{0,3})"
        r"((?=[^\s\"'\\,;]{0,60}[0-9])(?=[^\s\"'\\,;]{0,60}[A-Za-z])[A-Za-z0-9._~+/=!@#$%^&*-]{6,200}+)" + _CUT,
        re.IGNORECASE,
        reach=400,
    ),
    _pattern(
        "cut-secret",
        "://",
        r"://[^/\s:@\"'\\]{1,100}:(?=[^\s]{0,200}[A-Za-z])([^/\s:@\"'\\]{3,200}+)" + _CUT,
        reach=400,
    ),
    _pattern(
        "cut-secret",
        "PRIVATE",
        rf"(-----BEGIN {_KEY}.{{1,20000}}+)\Z",
        re.DOTALL,
        reach=20_100,
    ),
)
"""All shapes that are known, the most certain first."""


class Redactor:
    """Replaces secrets in texts, and counts them by name."""

    def __init__(self) -> None:
        """Begin with nothing replaced."""
        self.counts: Counter[str] = Counter()

    def redact(self, text: str) -> str:
        """Return text with each secret as ``‹redacted:github-token:…a1b2›``."""
        lowered = ""
        for name, literals, pattern, ignores_case, reach in PATTERNS:
            if ignores_case:
                lowered = lowered or text.lower()
                if not any(literal in lowered for literal in literals):
                    continue
            elif not any(literal in text for literal in literals):
                continue
            start = max(0, len(text) - reach) if reach else 0
            replace = partial(self._replacement, name)
            text = text[:start] + pattern.sub(replace, text[start:]) if start else pattern.sub(replace, text)
        return text

    def _replacement(self, name: str, match: re.Match[str]) -> str:
        group = 1 if match.re.groups else 0
        secret = match[group]
        if secret is None or secret.startswith("‹redacted:"):
            return match[0]
        self.counts[name] += 1
        is_whole = name not in ("private-key", "cut-secret")
        tail = f":…{secret[-KEPT_CHARS:]}" if len(secret) >= MIN_KEPT_CHARS and is_whole else ""
        begin, end = match.span(group)
        matched = match[0]
        offset = match.start()
        return f"{matched[: begin - offset]}‹redacted:{name}{tail}›{matched[end - offset :]}"
