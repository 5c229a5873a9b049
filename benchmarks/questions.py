"""How well and how fast questions are found and judged, on labelled sentences.

    python -m benchmarks.questions [--times 20]

Figures stand for the half that rules are tuned on and for the half held out, beside the word lists of the trajectory
documents and beside always saying the most frequent level. Without the recorded sessions only our own messages count.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

from ppp_tui.scoring.questions.detection import find_questions
from ppp_tui.scoring.questions.effort import judge_effort, judge_effort_spec
from tests.corpus import CORPUS
from tests.scoring.labelled import LEVELS, Agreement, Labelled, detection, efforts, kappa, load, load_invented

ASKED = (
    "Which provider do you prefer, Google or GitHub?",
    "Should I investigate how the session cache behaves before proceeding?",
    "What format should the report have?",
    "Could you run the migration and paste its log?",
)
TEXT = "The parser reads whole lines now, and all tests pass.\n\n" * 6 + "\n\n".join(ASKED)
"""A response of usual length, made up."""
QUIET = "I'll run the linter next and look at the two files that changed. " * 5
"""A remark between two tool calls, made up."""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    times = parser.parse_args().times
    sets = {"invented": load_invented()}
    if CORPUS.is_dir():
        sets = {"recorded": load(), **sets}
    for name, sentences in sets.items():
        print(f"{name}: {len(sentences)} sentences, agreement of the two labellings: kappa {kappa(sentences):.3f}")
        for part, is_held_out in (("tuned on", False), ("held out", True)):
            tell(f"{name}, {part}", [sentence for sentence in sentences if sentence.is_held_out == is_held_out])
    tell_scan(times)
    tell_speed(times * 100)


def tell(name: str, half: Sequence[Labelled]) -> None:
    """The quality on one half."""
    found, judged = detection(half), efforts(half)
    spec = Agreement(
        tuple(
            (item.label, judge_effort_spec(item.whole[item.start : item.end])[0])
            for item in half
            if item.label in LEVELS
        )
    )
    print(f"{name}: {len(half)} sentences, {len(judged.pairs)} questions")
    print(f"  found: precision {found.precision:.3f}, recall {found.recall:.3f}")
    print(f"  effort: accuracy {judged.accuracy:.3f}, macro-F1 {judged.macro_f1:.3f}")
    print(f"  word lists of the documents: accuracy {spec.accuracy:.3f}, macro-F1 {spec.macro_f1:.3f}")
    print(f"  most frequent level: accuracy {judged.majority:.3f}")


def tell_scan(times: int) -> None:
    """Nanoseconds for a kilobyte of what agents say, most of which asks nothing."""
    texts = [QUIET] * 9 + [TEXT]
    began = time.perf_counter()
    for _ in range(times):
        for text in texts:
            find_questions(text)
    spent_ns = (time.perf_counter() - began) * 1e9 / times
    print(f"looking through a kilobyte: {spent_ns * 1024 / sum(map(len, texts)):.0f} ns")


def tell_speed(times: int) -> None:
    """Milliseconds for one question, judged alone and found in a response."""
    find_questions(TEXT)
    began = time.perf_counter()
    for _ in range(times):
        for question in ASKED:
            judge_effort(question)
    judged_ms = (time.perf_counter() - began) * 1000 / times / len(ASKED)
    began = time.perf_counter()
    for _ in range(times // 10):
        find_questions(TEXT)
    found_ms = (time.perf_counter() - began) * 1000 / (times // 10) / len(ASKED)
    print(f"judging a question: {judged_ms:.4f} ms ({judged_ms / 0.1:.2f} of the 0.1 ms allowed)")
    print(f"finding and judging one in a response of {len(TEXT)} characters: {found_ms:.4f} ms")


if __name__ == "__main__":
    main()
