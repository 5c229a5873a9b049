"""What a prompt asks an agent to do: a kind of task by its first verb, and the object of that verb.

Rules over English words, without a model: the first sentence that begins with a verb of the table (after words of
courtesy) decides. A question is a task of the kind `explain`; a report of something that fails is one of the kind
`fix`. What fits no rule is `other`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

from ppp_tui.model.patterns import lazy_pattern

Kind = Literal[
    "fix",
    "add",
    "change",
    "refactor",
    "remove",
    "test",
    "review",
    "explain",
    "investigate",
    "document",
    "plan",
    "ship",
    "run",
    "continue",
    "other",
]
"""Kinds of tasks."""

VERSION = 1
"""Raised when the same prompt would get another kind."""

MAX_CHARS = 2000
"""Characters of a prompt that are read."""

MAX_SENTENCES = 8
MAX_OBJECT_WORDS = 2
MAX_OBJECT_CHARS = 40

_VERBS: dict[Kind, str] = {
    "fix": "fix repair resolve debug correct solve patch mend hotfix troubleshoot",
    "add": "add implement create build write introduce support make generate scaffold develop enable port integrate "
    "insert expose",
    "change": "change update adjust modify edit set rename replace switch move convert improve tweak extend upgrade "
    "bump optimize optimise use rewrite translate apply increase reduce limit align polish redo adapt",
    "refactor": "refactor clean simplify restructure extract split reorganize reorganise deduplicate tidy migrate "
    "consolidate modularize unify format",
    "remove": "remove delete drop uninstall revert undo strip disable",
    "test": "test verify check validate reproduce benchmark measure confirm ensure evaluate",
    "review": "review audit critique assess judge",
    "explain": "explain describe summarize summarise tell show list give",
    "investigate": "investigate find look search analyze analyse research explore understand read inspect identify "
    "diagnose compare determine examine study scan count",
    "document": "document annotate",
    "plan": "plan design propose brainstorm think outline decide consider draft suggest",
    "ship": "commit push merge deploy release publish rebase tag ship open",
    "run": "run execute start launch install configure setup call restart stop connect",
    "continue": "continue proceed go resume yes ok okay sure yep correct finish retry again",
}
_KIND_OF_VERB = {verb: kind for kind, verbs in reversed(_VERBS.items()) for verb in verbs.split()}
_QUESTION_WORDS_LIST = (
    "what why how where which who when is are does do did was were has have should can't isn't aren't doesn't"
)
_QUESTION_WORDS = frozenset(_QUESTION_WORDS_LIST.split())
_COURTESY_LIST = (
    "please pls kindly can could would will you we i i'd i'm i'll want need like to let's lets let us me help hey hi "
    "hello ok okay now then also just and so but first next finally should must might try go ahead your task is "
    "the a an job great good nice thanks thank perfect cool alright well still again maybe yeah yes"
)
_COURTESY = frozenset(_COURTESY_LIST.split())
_OBJECT_STOPS_LIST = (
    "to in on for of with from by at as so that which when where if and or but into using via because until after "
    "before while than then please is are was be it its this these those there"
)
_OBJECT_STOPS = frozenset(_OBJECT_STOPS_LIST.split())
_OBJECT_SKIPS_LIST = "the a an all any some my our your their new more me us out up over again every each"
_OBJECT_SKIPS = frozenset(_OBJECT_SKIPS_LIST.split())
_TROUBLE = lazy_pattern(
    r"\b(?:fails?|failing|failed|broken|breaks|bug|crash(?:es|ed)?|errors?|exception|traceback|regression"
    r"|(?:does|do|is|are|did|was)(?:n't| not) work\w*|not working)\b"
)
_REQUEST = lazy_pattern(r"(?:\w+ )?(?:can|could|will|would) you\b")
_TAGGED = lazy_pattern(r"(?s)<([a-z][\w-]{0,40})>.*?</\1>|```.*?```")
_SENTENCE = lazy_pattern(r"[.!?]+(?=\s|\Z)|\n+|[:;](?=\s)")
_WORD = lazy_pattern(r"[A-Za-z][A-Za-z']*|[\w./-]+")


class PromptTask(NamedTuple):
    """What a prompt asks for."""

    kind: Kind
    verb: str = ""
    """As written, in lower case; '' where no verb decided."""
    object: str = ""
    """One or two words after the verb, in lower case; '' if none follow."""


@lru_cache(maxsize=4096)
def task_of(prompt: str) -> PromptTask:
    """Return what a prompt asks for."""
    text = _TAGGED.sub(" ", prompt[:MAX_CHARS]).strip().lower().replace("’", "'")
    sentences = [sentence for sentence in map(str.strip, _SENTENCE.split(text)) if sentence][:MAX_SENTENCES]
    continuing: PromptTask | None = None
    for sentence in sentences:
        task = _task_of_sentence(sentence)
        if task is not None and task.kind != "continue":
            return task
        continuing = continuing or task
    if _TROUBLE.search(text):
        return PromptTask("fix")
    if "?" in text and not _REQUEST.match(text):
        return PromptTask("explain")
    return continuing or PromptTask("other")


def _task_of_sentence(sentence: str) -> PromptTask | None:
    words = _WORD.findall(sentence)
    if not words:
        return None
    if words[0] in _QUESTION_WORDS:
        return PromptTask("fix" if _TROUBLE.search(sentence) and words[0] == "why" else "explain", words[0])
    for place, word in enumerate(words):
        kind = _KIND_OF_VERB.get(word)
        # "go ahead and add it": a word of courtesy counts as a verb only if nothing follows.
        if kind is not None and not (word in _COURTESY and len(words) > place + 1):
            return _refined(kind, word, _object(words[place + 1 :]))
        if word not in _COURTESY:
            break
    return PromptTask("continue", words[-1]) if words[-1] in _COURTESY and words[-1] in _KIND_OF_VERB else None


def _refined(kind: Kind, verb: str, aim: str) -> PromptTask:
    """Return the task, its kind refined by the object: writing tests is testing."""
    if kind in ("add", "change", "fix") and verb in ("add", "write", "create", "update", "improve", "generate"):
        if aim.split(" ")[-1] in ("test", "tests") or "unit test" in aim:
            return PromptTask("test", verb, aim)
        if any(word in aim for word in ("doc", "readme", "changelog", "comment")):
            return PromptTask("document", verb, aim)
        if aim.split(" ")[-1] in ("plan", "proposal", "design", "spec"):
            return PromptTask("plan", verb, aim)
    return PromptTask(kind, verb, aim)


def _object(words: list[str]) -> str:
    kept: list[str] = []
    for word in words:
        if word in _OBJECT_STOPS:
            break
        if word not in _OBJECT_SKIPS:
            kept.append(word.strip("./-"))
        if len(kept) == MAX_OBJECT_WORDS:
            break
    return " ".join(filter(None, kept))[:MAX_OBJECT_CHARS]
