"""Effort by the answer: what a question asked of the user shows in what the user had to say.

That is the paper's meaning (arXiv 2511.02208, section 4.3). Low: the answer says nothing that was not known, or picks
what was offered. Medium: the user could not or would not answer. High: the answer says something new.
An answer that does not take the question up judges nothing; nor does a question that has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.model.question import Effort

VERSION = 1
"""Raised whenever the same answer would be judged otherwise."""

METHOD = f"reply-{VERSION}"
"""What rows carry as their method that were judged by the answer."""

MAX_REPLY_CHARS = 8_000
"""Characters of an answer, and of what was known before, that are looked at."""

MAX_FREE_WORDS = 60
"""Words of a next prompt that may still be an answer though it repeats no word of the question."""

MIN_NEW_WORDS = 3
"""New words that make an answer say something new."""

MIN_NEW_SHARE = 0.4
"""The share of an answer's words that must be new for it to say something new."""

_REFUSES = lazy_pattern(
    r"""
    \b(?: i\ (?:do\ not|don['’]?t|dont)\ (?:know|care|remember|mind|understand) | no\ idea | not\ sure | idk | dunno
        | unsure | (?:it\ )?(?:does\ not|doesn['’]?t|doesnt)\ matter | whatever | up\ to\ you
        | you\ (?:decide|choose|pick) | your\ (?:choice|call) | (?:rather|prefer)\ not | no\ preference
        | (?:skip|ignore)\ (?:it|this|that|the\ question) | (?:can['’]?t|cannot|can\ not|won['’]?t)\ (?:say|tell|answer)
        | stop\ asking | (?:just\ )?figure\ it\ out | use\ your\ (?:own\ )?judge?ment | irrelevant
        | why\ (?:do|are)\ you\ ask\w* | what\ do\ you\ mean )\b
    | ^\W*(?:skip|\?+)\W*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_AFFIRMS = lazy_pattern(
    r"""
    ^\W*(?: y | n | yes | yep | yeah | yup | no | nope | nah | ok | okay | sure | please | go\ ahead | go | do\ it
        | proceed | continue | correct | right | exactly | sounds\ good | looks\ good | lgtm | fine | agreed? | both
        | neither | all | none | the\ (?:first|second|third|last|former|latter) | first | second | option
        | [a-e1-9] )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TURNS_AWAY = lazy_pattern(
    r"""
    ^\W*(?: (?:now|next|also|then|thanks|thank\ you|great|good|perfect|nice|cool),?\  )*
      (?: now | next | also | (?:can|could|would)\ you | please\ \w+ | i['’]?d\ like\ you\ to | let['’]?s
        | add | write | fix | create | make | implement | update | remove | delete | run | check | commit | push | show
        | explain | find | look | refactor | review | test | build | rename | move | read | change )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OPEN = lazy_pattern(
    r"\b(?:what|which|where|how|who|whom|whose|when|why|describe|explain|tell|provide)\b", re.IGNORECASE
)
_WORD = lazy_pattern(r"[^\W_]+(?:[._/-][^\W_]+)*")
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """
        a an the and or but if of to in on at for with by from as is are was were be been it its this that these those i
        we you they he she my our your me us them do does did done have has had will would can could should shall may
        might must not no yes so then than there here what which who how when where why please just also too very only
        all any some more most use using make let want need like get go one two both ok okay sure thanks thank add keep
        """,
    )
)


def judge_reply(
    question: str, options: Sequence[str], answer: str, earlier_texts: Iterable[str], *, is_direct: bool
) -> tuple[Effort, str] | None:
    """Return the effort that an answer shows and the rule that decided, None where it shows nothing.

    `earlier_texts` is what had been said before: prompts and the agent's own words. `is_direct` means that the answer
    was given through the asking tool; a next prompt may be about something else.
    """
    reply = " ".join(answer[:MAX_REPLY_CHARS].split())
    if not reply:
        return None
    folded = reply.casefold()
    if any(option.strip() and option.strip().casefold() in folded for option in options):
        return "low", "picked an answer that was offered"
    if _REFUSES.search(reply[:400]):
        return "medium", "could not or would not answer"
    words = _content(reply)
    asked = _content(" ".join((question, *options)))
    before = set(asked)
    for text in earlier_texts:
        before |= _content(text[-MAX_REPLY_CHARS:])
    new = words - before
    # To what can be answered by yes or no, whatever follows the answer is not what was asked for.
    if _AFFIRMS.search(reply) and (len(new) < MIN_NEW_WORDS or not _OPEN.search(question)):
        return "low", "said yes, no or which"
    if (
        not is_direct
        and not words & asked
        and new
        and (_TURNS_AWAY.search(reply) or len(reply.split()) > MAX_FREE_WORDS)
    ):
        return None
    if len(new) >= MIN_NEW_WORDS and len(new) >= MIN_NEW_SHARE * len(words):
        return "high", "told what nobody had said before"
    return "low", "said what was known"


def _content(text: str) -> set[str]:
    """Return the words of a text that mean something by themselves, without their endings."""
    stems = set()
    for word in _WORD.findall(text.casefold()):
        stem = re.sub(r"(?:ing|ed|es|s)$", "", word) if len(word) > 4 else word
        if word not in _COMMON:
            stems.add(stem)
    return stems
