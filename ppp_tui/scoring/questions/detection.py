"""Finds questions to the user in an agent's messages.

A question mark proves little: most stand in code, tables, headings, quotations, or end what an agent asks itself and
answers. A question counts if it speaks to the user, stands where questions are put (under such a heading, in a list
of questions, at the end of the text), or tells the user to decide something without any mark. Answers offered below
a question are part of it. Offsets are offsets into the text; the text of a question is that slice of it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ppp_tui.model.question import JudgedQuestion
from ppp_tui.scoring.questions import request_words
from ppp_tui.scoring.questions import vocabulary as words
from ppp_tui.scoring.questions.decisions import find_decision, is_asking_section
from ppp_tui.scoring.questions.effort import judge_effort
from ppp_tui.scoring.questions.gate import first_trigger, may_ask
from ppp_tui.scoring.questions.json_answers import wrapped_strings
from ppp_tui.scoring.questions.prose import ProseBlock, blocks_of, mask, sentences_of
from ppp_tui.scoring.questions.sentences import After, split_at_marks, what_follows

VERSION = 7
"""Raised whenever another question would be found, or another place or rule for it."""

MAX_QUESTION_CHARS = 1_000
"""Characters that a question has at most, with the answers listed below it; of a longer one the end is kept."""


_LIST_ABOVE = 2_000
"""Characters above a question in which a list may offer its answers."""

_ITEM = re.compile(r"(?:[-*+•]|\(?[A-Za-z1-9][.)])\s+\S")

_TASK = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+\[[ xX]\]")
"""The beginning of an item of a list of tasks."""

_NO_LETTERS = re.compile(r"[\W_]+")

_MAX_OPTIONS = 12
"""List items that are looked at for answers."""


class _Candidate(NamedTuple):
    start: int
    end: int
    rule: str
    is_last: bool
    """Nothing but a remark in brackets follows in its block, or a line that announces a list."""
    options: tuple[str, ...] = ()
    """Answers that are offered below it, or were listed just above."""


def find_questions(text: str) -> list[JudgedQuestion]:
    """Return the questions to the user in an agent's text, in order, each once. Never raises."""
    if text.lstrip().startswith(("{", "[")) and may_ask(text):
        wrapped = wrapped_strings(text)
        if wrapped is not None:
            return _judged(text, [_Candidate(start, end, "json", is_last=True) for start, end in wrapped])
    first = first_trigger(text)
    return _judged(text, _Reading(text, first).read()) if first >= 0 else []


class _Reading:
    """One pass over a text's blocks, from top to bottom."""

    def __init__(self, text: str, first: int) -> None:
        self._text = text
        self._blocks = blocks_of(text, first)
        self._closing = self._closing_block()
        self._is_list_at_end = self._ends_with_questions()
        self._asking_depth: int | None = None
        """List depth of the line under which questions are put, None if there is none."""
        self._parent: ProseBlock | None = None
        """The block whose last words are a question, below which answers may be offered."""
        self._sibling: ProseBlock | None = None
        """The last list item that asked something."""
        self._deciding_depth: int | None = None
        """List depth of the heading or line under which every item is a decision, None if there is none."""
        self._deciding_line = ""

    def read(self) -> list[_Candidate]:
        """Return all questions, in order."""
        candidates: list[_Candidate] = []
        index, heading = 0, ""
        while index < len(self._blocks):
            block = self._blocks[index]
            if block.heading != heading:
                heading, self._asking_depth = block.heading, None
                self._decide_under(heading)
            self._follow_lead(block)
            asked: list[_Candidate] = []
            if not block.level and may_ask(self._text[block.start : block.end]):
                lead = self._find_lead(index)
                if lead is not None:
                    candidates.append(lead[0])
                    index = lead[1]
                    self._parent = None
                    continue
                asked = self._find_in(block, index)
            elif not _is_below(self._parent, block):
                self._parent = None
            if (
                not asked
                and not _is_below(self._parent, block)
                and (decision := self._find_decision(index)) is not None
            ):
                candidates.append(decision[0])
                index = decision[1]
                self._parent = None
                continue
            candidates += asked
            index += 1
        return self._without_waits(candidates)

    def _without_waits(self, candidates: list[_Candidate]) -> list[_Candidate]:
        """Return questions without the sentences that only say that the agent waits for an answer to another one."""
        asking = [
            candidate
            for candidate in candidates
            if candidate.rule != "request" or not words.WAITS.match(self._text[candidate.start : candidate.end])
        ]
        return asking or candidates

    def _find_decision(self, index: int) -> tuple[_Candidate, int] | None:
        """Return a title that leaves the options below it to the user, and the index of the block after them."""
        block = self._blocks[index]
        depth = self._deciding_depth
        if depth is None and not block.level and not self._may_be_title(index):
            return None
        if block.level:
            asked_under = block.section if _is_deciding_part(block.section) else ""
        else:
            is_item = depth is not None and block.depth == depth + 1
            is_asked = is_item or (depth == 0 and _is_bold_title(self._text, block))
            asked_under = self._deciding_line if is_asked else ""
        decision = find_decision(self._text, self._blocks, index, asked_under=asked_under)
        if decision is None or words.NOT_ASKING_PART.search(block.heading):
            return None
        return _Candidate(
            decision.start, decision.end, "decision", is_last=True, options=decision.options
        ), decision.after

    def _may_be_title(self, index: int) -> bool:
        """Return whether a list follows below a block, or it looks like a title, or speaks of a decision."""
        block = self._blocks[index]
        if index + 1 < len(self._blocks) and self._blocks[index + 1].depth > block.depth:
            return True
        return self._text.startswith("**", block.start) or "ecision" in self._text[block.start : block.end]

    def _closing_block(self) -> int:
        """Return the index of the first block of the text's end: its last paragraph and the lists after it."""
        index = len(self._blocks) - 1
        while index > 0 and self._blocks[index].depth > 0:
            index -= 1
        return index

    def _follow_lead(self, block: ProseBlock) -> None:
        line = self._text[max(block.start, block.end - 300) : block.end].strip(" \t\r\n*_")
        if line.endswith((":", "：")) and _is_asking_part(line):
            self._asking_depth = block.depth
            announced = line.rsplit(". ", 1)[-1]
            if _is_deciding_part(announced):
                self._deciding_depth, self._deciding_line = block.depth, announced
        elif self._asking_depth is not None and block.depth <= self._asking_depth:
            self._asking_depth = None
            self._decide_under(block.heading)
        if not block.depth:
            self._sibling = None

    def _decide_under(self, heading: str) -> None:
        is_deciding = _is_deciding_part(heading)
        self._deciding_depth, self._deciding_line = (0, heading) if is_deciding else (None, "")

    def _find_lead(self, index: int) -> tuple[_Candidate, int] | None:
        """Return a question that ends in the list below it, and the index of the block after that list."""
        block = self._blocks[index]
        if not self._text[block.start : block.end].rstrip(" \t\r\n*_").endswith((":", "：")):
            return None
        after = index + 1
        limit = block.start + MAX_QUESTION_CHARS
        while after < len(self._blocks) and _is_below(block, self._blocks[after]) and self._blocks[after].end <= limit:
            after += 1
        if after == index + 1:
            return None
        sentences = sentences_of(self._text, block)
        if not sentences or not words.LEAD.search(sentences[-1].masked):
            return None
        listed = sentences_of(self._text, self._blocks[after - 1])
        end = listed[-1].end if listed else self._blocks[after - 1].end
        if listed and (marks := list(words.MARK.finditer(listed[-1].masked))):
            end = listed[-1].start + marks[-1].end()
        offered = tuple(self._text[item.start : item.end].strip() for item in self._blocks[index + 1 : after])
        return _Candidate(sentences[-1].start, end, "list of answers", is_last=True, options=offered), after

    def _find_in(self, block: ProseBlock, index: int) -> list[_Candidate]:
        is_answer = _is_below(self._parent, block)
        is_asking_part = (self._asking_depth is not None and block.depth > self._asking_depth) or _is_asking_part(
            block.heading
        )
        is_task = _TASK.match(self._text, block.start) is not None
        is_asked_here = (
            is_asking_part
            or _is_beside(self._sibling, block)
            or (self._is_list_at_end and index >= self._closing and block.depth > 0)
        )
        candidates: list[_Candidate] = []
        sentences = split_at_marks(sentences_of(self._text, block))
        is_investigating = was_asked = False
        for sentence, after in zip(sentences, what_follows(sentences), strict=True):
            rule = ""
            if is_task and not is_asking_part:
                # What is to be done may be noted as a question.
                pass
            elif words.MARK.search(sentence.masked):
                is_offered = is_answer and not _is_question_of_its_own(sentence.masked)
                is_at_end = not block.depth and after.is_all_asked and self._is_last_asked(index)
                is_asked = was_asked or is_asked_here
                if not is_offered and _is_question(sentence.masked, after, is_asked, is_at_end, is_investigating):
                    rule = "question mark"
            elif _is_request(sentence.masked):
                rule = "request"
            if rule:
                candidates.append(_Candidate(sentence.start, sentence.end, rule, after.is_all_announced))
            was_asked = bool(rule) or words.QUESTION_LABEL.match(sentence.masked) is not None
            is_investigating = is_investigating or after.is_going_on
        self._remember(block, candidates, is_answer=is_answer)
        if candidates and (offered := self._offered(index, is_last=candidates[-1].is_last)):
            candidates[-1] = candidates[-1]._replace(options=offered)
        return candidates

    def _is_last_asked(self, index: int) -> bool:
        """Return whether nothing comes after a block but the lists of the text's end, or a line that leaves it open."""
        if index >= self._closing:
            return True
        if index + 2 < len(self._blocks) or self._blocks[-1].level:
            return False
        closing_words = mask(self._text[self._blocks[-1].start : self._blocks[-1].end])
        return bool(
            words.HANDS_BACK.search(closing_words) or words.UNKNOWN.search(closing_words)
        ) and not words.INVESTIGATES.match(closing_words)

    def _offered(self, index: int, *, is_last: bool) -> tuple[str, ...]:
        """Return the answers in the list below a question, or in the list above a request to choose."""
        block = self._blocks[index]
        below: list[str] = []
        for later in self._blocks[index + 1 :]:
            if not is_last or not _is_below(block, later) or len(below) == _MAX_OPTIONS:
                break
            item = self._text[later.start : later.end].strip()
            if not words.EXAMPLE.search(item) and not _is_question_of_its_own(item):
                below.append(item)
        if len(below) == 1 and words.ALTERNATIVES.search(below[0]):
            return tuple(re.split(r"\bor\b|,", below[0]))
        if len(below) > 1:
            return tuple(below)
        is_choice = words.ASKS_TO_CHOOSE.search(mask(self._text[block.start : block.end]))
        return _listed_above(self._text, block.start) if is_choice and not block.depth else ()

    def _remember(self, block: ProseBlock, candidates: list[_Candidate], *, is_answer: bool) -> None:
        if candidates and candidates[-1].is_last:
            self._parent = block
        elif not is_answer:
            self._parent = None
        if candidates and block.depth:
            self._sibling = block

    def _ends_with_questions(self) -> bool:
        """Return whether the text ends with a list of two or more items that all end with a question mark."""
        items = [block for block in self._blocks[self._closing :] if block.depth]
        return len(items) > 1 and all(map(self._is_marked, items))

    def _is_marked(self, block: ProseBlock) -> bool:
        return self._text[block.start : block.end].rstrip(" \t\r\n*_)\"'”’").endswith(("?", "？", "؟"))


def _listed_above(text: str, end: int) -> tuple[str, ...]:
    """Return the items of a list that ends just above a place; text before the first question is not parsed."""
    items: list[str] = []
    for line in reversed(text[max(0, end - _LIST_ABOVE) : end].splitlines()):
        if _ITEM.match(line):
            items.append(line)
        elif line.strip() and not line.startswith((" ", "\t")):
            break
    return tuple(reversed(items)) if len(items) > 1 else ()


def _is_asking_part(line: str) -> bool:
    return bool(line and words.ASKING_PART.search(line) and not words.NOT_ASKING_PART.search(line))


def _is_deciding_part(line: str) -> bool:
    return bool(line and is_asking_section(line) and not words.NOT_ASKING_PART.search(line))


def _is_bold_title(text: str, block: ProseBlock) -> bool:
    """Return whether a paragraph begins with a title of its own: bold words, or a number in front of them."""
    return text[block.start : block.start + 4].lstrip().startswith(("**", "__"))


def _is_below(parent: ProseBlock | None, block: ProseBlock) -> bool:
    """Return whether a block may offer answers to the question above it: a list in its item, or bullets below."""
    if parent is None or not block.depth:
        return False
    return block.depth > parent.depth or (parent.is_numbered and not block.is_numbered)


def _is_beside(sibling: ProseBlock | None, block: ProseBlock) -> bool:
    """Return whether a block is an item of the list in which another item asked something."""
    return sibling is not None and (sibling.depth, sibling.is_numbered) == (block.depth, block.is_numbered)


def _is_question(masked: str, after: After, is_asked: bool, is_at_end: bool, is_investigating: bool) -> bool:
    if not any(letter.isalpha() for letter in masked) or _is_in_brackets(masked):
        return False
    if words.COURTESY.search(masked) or words.WONDERS.search(masked):
        return False
    if after.next_statement and not after.goes_on and words.WEIGHS.search(after.next_statement):
        return True
    if after.next_statement and words.EXPLAINS.search(masked):
        return False
    if words.TEASES.search(masked) and words.INSTRUCTS.match(after.next_statement):
        return False
    if _goes_on_alone(masked, after):
        return False
    if is_asked or words.ADDRESSED.search(masked):
        return True
    if words.DECISION.search(masked) and (not after.next_statement or words.CHOICE.search(masked)):
        return True
    if _is_left_open(masked, after):
        return True
    if not words.ENGLISH.search(masked):
        return is_at_end
    return is_at_end and not is_investigating and not words.SELF_TALK.search(masked)


def _is_left_open(masked: str, after: After) -> bool:
    """Return whether what follows leaves the answer to the user, or says that the agent cannot find it."""
    if not after.next_statement or after.goes_on or words.SELF_TALK.search(masked) or words.PAST.search(masked):
        return False
    return bool(words.HANDS_BACK.search(after.next_statement) or words.UNKNOWN.search(after.next_statement))


def _goes_on_alone(masked: str, after: After) -> bool:
    """Return whether the agent answers its own question, or goes to look."""
    if after.is_going_on and not words.SPOKEN_TO.search(masked):
        return True
    if not after.next_statement or words.YOU.search(masked):
        return False
    return bool(
        words.ANSWERS_ITSELF.search(after.next_statement)
        or (words.INVESTIGATES.match(after.next_statement) and words.POSED.search(masked))
    )


def _is_question_of_its_own(masked: str) -> bool:
    """Return whether what stands below a question is another one, rather than an answer offered to it."""
    return bool(words.OPEN_WORD.search(masked) or words.SPOKEN_TO.search(masked))


def _is_in_brackets(masked: str) -> bool:
    """Return whether the mark stands in brackets within a sentence that goes on around them."""
    return masked.count("(") > masked.count(")") and not masked.startswith("(")


def _is_request(masked: str) -> bool:
    if request_words.may_request_abroad(masked) and request_words.REQUEST_ABROAD.search(masked):
        return not request_words.POLITE_ABROAD.search(masked)
    match = request_words.REQUEST.search(masked)
    if match is None or request_words.POLITE_REQUEST.search(masked):
        return False
    return not _is_in_brackets(masked[: match.end()])


def _judged(text: str, candidates: list[_Candidate]) -> list[JudgedQuestion]:
    questions: list[JudgedQuestion] = []
    seen: set[str] = set()
    for place, end, rule, _, options in candidates:
        is_bracket_open = text[place] == "(" and text.count("(", place, end) > text.count(")", place, end)
        start = max(place + 1 if is_bracket_open else place, end - MAX_QUESTION_CHARS)
        question = text[start:end]
        gist = _NO_LETTERS.sub("", question.casefold())
        if gist in seen:
            continue
        seen.add(gist)
        level, reason = judge_effort(question, options)
        questions.append(JudgedQuestion(question, start, end, rule, level, reason))
    return questions
