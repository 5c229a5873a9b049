"""Sentences that were labelled by the rule in `LABELS.md`, and how well the judges agree with the labels.

`labels.tsv` holds no text: the hash of a file's path in the corpus, the record (a line, or an entry of a document), the
part of it, a place in that text, the hash of the sentence there, the label, and what it was labelled at first and the
second time. `no` is said by the agent without being put to the user, `part` is an answer that is offered below a
question, and the levels are those of questions. `invented.tsv` holds messages of our own in clear, with at most one
label each: recorded sessions ask few questions that are hard to answer.

Sessions are split by the hash of their name, messages by that of their text: rules are tuned on the odd half.
"""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from ppp_tui.scoring.questions.detection import find_questions
from ppp_tui.scoring.questions.effort import judge_effort
from tests.corpus import CORPUS

LEVELS = ("low", "medium", "high")
LABELS = Path(__file__).with_name("labels.tsv")
INVENTED = Path(__file__).with_name("invented.tsv")


class Labelled(NamedTuple):
    """A labelled sentence, with the text that it stands in."""

    session: str
    kind: str
    """`text` for prose, `ask` for a question put through a tool, `invented` for a message of our own."""
    whole: str
    start: int
    end: int
    label: str
    labels: tuple[str, str]
    """What it was labelled at first and the second time."""
    options: tuple[str, ...]

    @property
    def is_held_out(self) -> bool:
        """Whether it is in the half that nothing is tuned on."""
        return int(sha256(self.session.encode()).hexdigest(), 16) % 2 == 0


def kappa(sentences: Sequence[Labelled]) -> float:
    """Cohen's kappa of the two labellings: 1 if they always agree, 0 if no more often than by chance."""
    count = len(sentences)
    agreed = sum(sentence.labels[0] == sentence.labels[1] for sentence in sentences) / count
    first, second = (Counter(sentence.labels[which] for sentence in sentences) for which in (0, 1))
    by_chance = sum(first[label] * second[label] for label in first) / count**2
    return (agreed - by_chance) / (1 - by_chance) if by_chance < 1 else 1.0


class Detection(NamedTuple):
    """How well questions to the person are found in prose."""

    found: int
    missed: int
    false: int

    @property
    def precision(self) -> float:
        """Of what was found, the share that is a question to the person."""
        return self.found / max(1, self.found + self.false)

    @property
    def recall(self) -> float:
        """Of the questions to the person, the share that was found."""
        return self.found / max(1, self.found + self.missed)


class Agreement(NamedTuple):
    """Labelled and judged efforts, in pairs."""

    pairs: tuple[tuple[str, str], ...]

    @property
    def accuracy(self) -> float:
        """The share that is judged as it is labelled."""
        return sum(label == judged for label, judged in self.pairs) / max(1, len(self.pairs))

    @property
    def majority(self) -> float:
        """The accuracy of always saying the most frequent level."""
        return max(Counter(label for label, _ in self.pairs).values(), default=0) / max(1, len(self.pairs))

    def f1(self, level: str) -> float:
        """The harmonic mean of a level's precision and recall."""
        right = sum(label == judged == level for label, judged in self.pairs)
        named = sum(label == level for label, _ in self.pairs) + sum(judged == level for _, judged in self.pairs)
        return 2 * right / named if named else 0.0

    @property
    def macro_f1(self) -> float:
        """The mean over the levels."""
        return sum(self.f1(level) for level in LEVELS) / len(LEVELS)


def fingerprint(text: str) -> str:
    """Names a file or a sentence without telling it."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@cache
def load() -> tuple[Labelled, ...]:
    """All labelled sentences. Raises ValueError where the corpus is not the one that was labelled."""
    paths = {fingerprint(str(path.relative_to(CORPUS))): path for path in CORPUS.rglob("*") if path.is_file()}
    with LABELS.open(encoding="ascii", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    by_file: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        by_file[row["file"]].append(row)
    found: list[Labelled] = []
    for name, entries in by_file.items():
        records = list(_records(paths[name]))
        for row in entries:
            whole, options = _part(records[int(row["record"])], row["kind"], int(row["part"]))
            start, end = int(row["start"]), int(row["end"])
            if fingerprint(whole[start:end]) != row["sentence"]:
                raise ValueError(f"{paths[name]}, record {row['record']}: not the sentence that was labelled")
            labels = (row["first"], row["second"])
            session = _session(paths[name])
            found.append(
                Labelled(
                    session=session,
                    kind=row["kind"],
                    whole=whole,
                    start=start,
                    end=end,
                    label=row["label"],
                    labels=labels,
                    options=options,
                )
            )
    return tuple(found)


@cache
def load_invented() -> tuple[Labelled, ...]:
    """All messages of our own."""
    with INVENTED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return tuple(
        Labelled(
            session=text,
            kind="invented",
            whole=text,
            start=0,
            end=len(text),
            label=row["label"],
            labels=(row["first"], row["second"]),
            options=(),
        )
        for row in rows
        for text in [json.loads(row["text"])]
    )


def _session(path: Path) -> str:
    parts = path.relative_to(CORPUS).parts
    return parts[2] if "growing" in parts else path.name.split("__")[0].removesuffix(".jsonl")


def _records(path: Path) -> Iterator[Any]:
    if path.suffix == ".json":
        yield from json.loads(path.read_bytes())["messages"]
        return
    for line in path.read_bytes().split(b"\n"):
        try:
            yield json.loads(line)
        except ValueError:
            yield None


def _part(record: dict[str, Any], kind: str, part: int) -> tuple[str, tuple[str, ...]]:
    """The text of a record's part, and the answers that a tool offers."""
    message: Any = record.get("message") or record.get("payload") or record.get("data") or record
    content = message.get("content")
    if kind == "ask":
        asked = content[part // 100]["input"]["questions"][part % 100]
        return asked["question"], tuple(option["label"] for option in asked.get("options", ()))
    return (content, ()) if isinstance(content, str) else (content[part]["text"], ())


def detection(sentences: Sequence[Labelled]) -> Detection:
    """Find questions in every labelled text; what is found where nobody labelled a question is false.

    A question that is found in two pieces is one that is found once; of two that are found as one, both are found.
    """
    texts: dict[str, list[Labelled]] = defaultdict(list)
    for sentence in sentences:
        if sentence.kind != "ask":
            texts[sentence.whole].append(sentence)
    found = missed = false = 0
    for text, labelled in texts.items():
        spans = [(question.start, question.end) for question in find_questions(text)]
        asked = [(sentence.start, sentence.end) for sentence in labelled if sentence.label in LEVELS]
        hits = [place for place in asked if any(_overlap(place, span) for span in spans)]
        found, missed = found + len(hits), missed + len(asked) - len(hits)
        false += sum(not any(_overlap(span, place) for place in asked) for span in spans)
    return Detection(found, missed, false)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return max(one[0], other[0]) < min(one[1], other[1])


def efforts(sentences: Sequence[Labelled]) -> Agreement:
    """Judge every question: as it was found in its text, else the sentence by itself."""
    return Agreement(tuple((item.label, _judged(item)) for item in sentences if item.label in LEVELS))


def _judged(item: Labelled) -> str:
    if item.kind != "ask":
        for question in find_questions(item.whole):
            if _overlap((question.start, question.end), (item.start, item.end)):
                return question.effort
    return judge_effort(item.whole[item.start : item.end], item.options)[0]
