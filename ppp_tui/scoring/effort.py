"""What a question asks of the person: low, medium or high effort.

Effort here is that of answering. Low: a choice, a yes or no, a permission, a preference at hand. Medium: an open answer
that takes some thought or recall. High: work for the person (look up, run, describe, provide), or a deep or blocking
decision. Two judges of wording stand here: `judge_effort`, the default, and `judge_effort_spec`, which keeps the word
lists of the trajectory documents to the letter so that scores compare with theirs. `reply` judges by the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ppp_tui.model.question import Effort

VERSION = 2
"""Raised whenever `judge_effort` would judge a question otherwise."""

METHOD = f"heuristic-{VERSION}"
"""What rows judged by `judge_effort` carry as their method."""

METHOD_SPEC = "spec-1"
"""What rows judged by `judge_effort_spec` carry as their method."""

LONGEST = 600
"""Of a longer question only the end is judged: what is asked stands before the mark."""

OFFERED = "answers offered"
"""The rule where a question comes with its answers."""

_SPEC_HIGH = (
    "investigate", "research", "analyze", "determine", "what is the best way to", "how should i", "before proceeding",
)  # fmt: skip
_SPEC_LOW = ("which", "do you prefer", "would you like", "choose", "select", "pick")

_CLAUSE = r"(?: ^\W* | [,;:—–.-]\ * | \b(?:and|so|but|also|then|or)\ )"
_OPEN = r"(?:what(?!\ if)|how|where|when|who|whose|why)"
_RULES: tuple[tuple[str, Effort, str], ...] = (
    (
        "deep work",
        "high",
        r"\b(?: investigat\w+ | research(?!\ (?:file|note|doc)) | analy[sz]e | determine | deep[\ -]dive )\b",
    ),
    (
        "best way",
        "high",
        r"\bwhat(?:['’]s|\ is|\ would\ be)\ the\ (?:best|right|correct|safest|cleanest)\ (?:way|approach)\b",
    ),
    ("leave", "low", r"\b(?:confirm|approve|approval|ok|okay|go[\ -]ahead)\b[^.?!]{0,60}\bbefore\b"),
    (
        "direction",
        "medium",
        r"""
        \bhow\ (?:should|shall|would\ you\ like|do\ you\ want)\ (?:i|we|me)
        \ (?:to\ )?(?: proceed | continue | go\ on | move\ on )\b
        """,
    ),
    ("how to go on", "high", r"\bhow\ (?:should|shall|would\ you\ like|do\ you\ want)\ (?:i|we|me)\b"),
    (
        "blocking",
        "high",
        r"\bbefore\ (?:proceeding|continuing|moving\ on|going\ (?:on|further)|i\ (?:can\ )?(?:proceed|continue))\b",
    ),
    (
        "observation",
        "high",
        r"""
        \bwhat\ (?:[\w/-]+\ ){0,4}(?:do|did|can|are)\ you\ (?:see|get|getting|seeing)\b
        | \bwhat\ (?:does|do|did)\ [^?]{0,40}
          \b(?: logs? | console | output | terminal | screen | page | command | debugger )\b [^?]{0,20}
          \b(?: say | show | print | report )\b
        """,
    ),
    (
        "details",
        "medium",
        r"""
        (?: \b(?:can|could|would|will)\ you\ (?:please\ )? | \bplease\ | \bi\ need\ you\ to\  )
        (?: give | provide | share | tell )\b [^.?!]{0,30}
        \b(?: details? | more | context | information | preferences? | examples? | idea )\b
        """,
    ),
    (
        "work for the person",
        "high",
        r"""
        (?: \b(?:can|could|would|will)\ you\ (?:please\ |also\ |maybe\ |quickly\ )? | \bplease\ (?:also\ )?
          | \bi\ need\ you\ to\  )
        (?: check | run | re-?run | verify | test | try | look | find | point | share | send | paste | provide | show
          | describe | explain | reproduce | install | set\ up | upload | give | list | walk | elaborate | open | attach
          | export | measure )\b
        """,
    ),
    (
        "deep decision",
        "high",
        _CLAUSE + r"(?:what|how)\b(?!.*,\ .*\bor\b).*\b(?: architect\w+ | trade-?offs? | strateg\w+ | root\ cause )\b",
    ),
    ("explanation", "medium", r"\b(?:can|could|would|will)\ you\ (?:please\ )?(?:tell|clarify|remind|say)\b"),
    (
        "listed answers",
        "low",
        r"^[^?:]{0,60}\b(?:you\ (?:like|want|prefer|rather)|want\ me|(?:should|shall)\ (?:i|we))\b[^?:]{0,30}[:：]",
    ),
    ("suggestion", "low", _CLAUSE + r"(?:how|what)\ about\b"),
    ("open end", "medium", r"\bor\ (?:what|something\ else|anything\ else)\b"),
    (
        "recall",
        "medium",
        r"""
        \b(?: are | is | were )\ there\ (?:any|other|others|more|specific|particular|some)\b
        | \bdo\ you\ (?: have\ (?:any|a\ |an\ |some|specific) | know | remember | recall )\b
        | ^\W*(?:\d+[.)]\ )?any\ (?!objections?|problem)
        | ^\W*thoughts\b
        """,
    ),
    (
        "choice",
        "low",
        r"""
        ^(?! .* (?: ^\W* | [,;:—–-]\ ) (?: what | how | where | when | who | why )\b)
        .* \b(?: (?:should|shall)\ (?:i|we) | want | would\ you\ like | would\ you\ prefer )\b .* \bor\b
        """,
    ),
    ("choice after an open word", "low", _CLAUSE + r"(?:what|which|where|how|who|when)\b[^?(]*[,:—–]\ *[^?(]*\bor\b"),
    ("open question", "medium", _CLAUSE + _OPEN + r"\b"),
    (
        "tell me",
        "medium",
        r"""
        (?: ^\W* | [,;:.—–]\ | \b(?:and|so|just|please|then)\ )
        (?: tell\ me | let\ me\ know | i\ need\ to\ know | clarify )
        \ (?: what | how | where | when | who | why | more | about | your )\b
        """,
    ),
    ("choice", "low", r"\bor\b | \bvs\.?\b | \byes\s*/\s*no\b | \by/n\b | \boption\ [a-d1-4]\b"),
    (
        "enumeration",
        "medium",
        r"""
        \bwhich\ (?:[\w/-]+\ ){0,2} (?!this|was|does|has)[\w/-]{3,}s
        \ (?: should | do | does | are | can | would | currently | need | must | will )\b
        """,
    ),
    ("choice", "low", r"\b(?: which | choose | select | pick | prefer\w* | rather )\b"),
    (
        "permission",
        "low",
        r"""
        \b(?: should | shall | may | can | could | do )\ (?:i|we)\b | \bwant\b | \bwould\ you\ like\b | \blike\ me\ to\b
        | \b(?: proceed | go\ ahead | continue | ready | okay | ok | sound\ good | say\ the\ word | your\ call | approve
              | confirm | agree )\b
        """,
    ),
    (
        "yes or no",
        "low",
        _CLAUSE
        + r"(?: is | are | am | do | does | did | was | were | has | have | had | will | would | can | could | should"
        r" | isn['’]t | aren['’]t | don['’]t | doesn['’]t )\b",
    ),
    (
        "choice, not in English",
        "low",
        r"""
        \b(?: oder | oppure | atau | ou\ bien | quelles? | quels? | quale | quali | qual | cuál | welche[rsnm]?
            | soll\ ich | mau\ saya | te\ gustaría | quieres\ que | gostaria | voulez-vous | veux-tu | souhaite[sz]
            | möchtest | vuoi | préf\w+ | prefier\w+ )\b
        | 아니면 | 까요 | 할지 | 습니까 | 십니까 | 还是 | 哪 | 吗 | ますか | ですか | ましょうか | どちら
        """,
    ),
    ("short", "low", r"^(?:\S+\s+){0,7}\S+$"),
)

_COMPILED = tuple((name, level, re.compile(pattern, re.IGNORECASE | re.VERBOSE)) for name, level, pattern in _RULES)


_WORK = frozenset({"deep work", "work for the person", "observation"})
"""Rules that ask for work whatever answers are offered."""


def judge_effort(question: str, options: Sequence[str] = ()) -> tuple[Effort, str]:
    """The effort of answering a question, and the rule that decided; the first rule that fits wins.

    Where two or more `options` are offered, what would be an open question is a choice.
    """
    text = " ".join(question[-LONGEST:].split())
    for name, level, pattern in _COMPILED:
        if pattern.search(text):
            return ("low", OFFERED) if level != "low" and len(options) > 1 and name not in _WORK else (level, name)
    return ("low", OFFERED) if len(options) > 1 else ("medium", "no rule")


def judge_effort_spec(question: str) -> tuple[Effort, str]:
    """The effort by the documents' word lists: high words first, then low ones, else medium."""
    text = question.lower()
    for word in _SPEC_HIGH:
        if word in text:
            return "high", word
    for word in _SPEC_LOW:
        if word in text:
            return "low", word
    return "medium", "no word"
