"""One self-contained page of HTML: the conversation with steps, diffs and charts, to read, print and send.

Nothing is loaded from outside, and a policy in the page forbids it; there is no script. What an agent or a user wrote
is escaped, or rendered as Markdown without HTML, without images and without links other than ``http``, ``https`` and
``mailto``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from ppp_tui.export.forms import find_session, steps, turns
from ppp_tui.export.html_charts import turn_charts
from ppp_tui.model.clock import to_text
from ppp_tui.model.question import ANSWER_WORDS
from ppp_tui.query.errors import READ_ERRORS, Connection
from ppp_tui.query.query import answer
from ppp_tui.query.rows import QuestionLine, SessionRow, StepLine, TurnSummary, ViolationLine
from ppp_tui.query.sessions.payloads import PayloadMissingError, kept_record, load_payload
from ppp_tui.query.sessions.steps import question_lines, violation_lines
from ppp_tui.query.sessions.turns import turn_text
from ppp_tui.text.format import UNKNOWN, cost_micros, count, counted, duration, tokens
from ppp_tui.text.sanitize import copyable

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

MAX_DIFF_LINES = 400
"""Lines of a diff that are shown."""

MAX_OUTPUT_CHARS = 4_000
"""Characters of a step's output that are shown: the database's preview holds no more."""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

STYLE = """
:root { color-scheme: light dark; --text: #1c1f24; --dim: #5d6670; --page: #fdfdfc; --pane: #f2f3f1; --rule: #d8dad6;
  --accent: #1f6f8b; --bad: #b3261e; --good: #2e7d32; --user: #e8f1f5; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e6e3; --dim: #9aa3ab; --page: #15171a; --pane: #1e2126;
  --rule: #343941; --accent: #67b7d1; --bad: #ff8a80; --good: #81c784; --user: #1b2a31; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem; background: var(--page); color: var(--text);
  font: 16px/1.55 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0 0 1.5rem; }
dt, .meta { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
section { border-top: 1px solid var(--rule); } a { color: var(--accent); }
.said { padding: .5rem 1rem; border-radius: .5rem; margin: .75rem 0; overflow-wrap: anywhere; }
.user { background: var(--user); } .user p { white-space: pre-wrap; }
.step { margin: .3rem 0; border-left: 3px solid var(--rule); padding-left: .75rem; font-size: .9rem; }
.step.failed { border-color: var(--bad); } .step summary { cursor: pointer; overflow-wrap: anywhere; }
code, pre { font: .85rem/1.45 ui-monospace, monospace; } pre { background: var(--pane); padding: .75rem;
  overflow-x: auto; border-radius: .4rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.add { color: var(--good); } .del { color: var(--bad); } .failed > summary b, .bad { color: var(--bad); }
.note { border-left: 3px solid var(--accent); padding-left: .75rem; margin: .5rem 0; }
svg { width: 100%; height: auto; } svg text { fill: var(--dim); font: 11px system-ui, sans-serif; }
.bar { fill: var(--accent); } .axis { stroke: var(--rule); }
.line { fill: none; stroke: var(--accent); stroke-width: 1.5; }
table { border-collapse: collapse; } td, th { border: 1px solid var(--rule); padding: .2rem .6rem; text-align: left; }
nav { columns: 16rem; font-size: .85rem; } nav a { display: block; text-decoration: none; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap; }
@media print { body { max-width: none; padding: 0; } details > * { display: block; } nav { display: none; }
  section { break-inside: auto; } .said, .step { break-inside: avoid; } }
"""


def html(connection: Connection, trajectory_id: int) -> Iterator[str]:
    """Yield the trajectory as a page, in pieces. Raises LookupError if it is not in the database."""
    session = find_session(connection, trajectory_id)
    listed = list(turns(connection, trajectory_id))
    yield _head(session, listed)
    renderer = _renderer()
    for turn in listed:
        yield from _turn(connection, session, turn, renderer)
    yield "</body>\n</html>\n"


def _head(session: SessionRow, listed: Sequence[TurnSummary]) -> str:
    title = _text(session.title) or "Session"
    spend = session.tree
    cost = cost_micros(spend.known_cost_micros)
    facts = [
        ("agent", f"{session.agent_name} {session.agent_version}".strip()),
        ("model", session.model),
        ("project", session.project_label or session.project),
        ("branch", session.branch),
        ("session", session.native_id),
        ("began", _time(session.started_at)),
        ("last sign of life", _time(session.last_at)),
        ("turns", f"{count(session.turns)}, {counted(session.steps, 'step')}, {count(session.failed_steps)} failed"),
        ("tokens", UNKNOWN if spend.all_tokens is None else tokens(spend.all_tokens)),
        ("cost at API prices", f"at least {cost}" if spend.is_lower_bound and cost != UNKNOWN else cost),
    ]
    rows = "".join(f"<dt>{name}</dt><dd>{_text(value)}</dd>\n" for name, value in facts if value)
    links = "".join(f'<a href="#t{turn.number}">{turn.number} {_text(turn.headline)}</a>\n' for turn in listed)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n<dl>\n{rows}</dl>\n{turn_charts(listed)}<nav>\n{links}</nav>\n"
    )


def _turn(connection: Connection, session: SessionRow, turn: TurnSummary, renderer: MarkdownIt) -> Iterator[str]:
    facts = [_time(turn.started_at), turn.status]
    facts += [duration(turn.wall_ms)] if turn.wall_ms is not None else []
    if turn.spend.known_cost_micros is not None:
        facts.append(cost_micros(turn.spend.cost_micros))
    facts += ["taken back"] if turn.is_rolled_back else []
    facts += ["copied from another session"] if turn.is_copy else []
    about = _text(", ".join(filter(None, facts)))
    yield f'<section id="t{turn.number}">\n<h2>Turn {turn.number}</h2>\n<p class="meta">{about}</p>\n'
    text = answer(connection, turn_text(turn.id))
    if text is not None:
        if not text.is_text_kept:
            yield '<p class="meta">The database keeps no text.</p>\n'
        if text.prompt:
            yield f'<div class="said user"><p>{_text(text.prompt)}</p></div>\n'
        yield from _steps(connection, session, turn, text.response, renderer)
    for question in answer(connection, question_lines(turn.id)):
        yield _question(question)
    for violation in answer(connection, violation_lines(turn.id)):
        yield _violation(violation)
    yield "</section>\n"


def _steps(
    connection: Connection, session: SessionRow, turn: TurnSummary, response: str, renderer: MarkdownIt
) -> Iterator[str]:
    has_spoken = False
    for step in steps(connection, turn.id):
        if step.kind == "message":
            has_spoken = True
            message = response[step.text_start : step.text_end] if step.text_end else step.input_preview
            yield _message(message, renderer)
        elif step.kind != "thinking":
            yield _step(step, _diff(connection, session, step) if step.kind == "edit" else "")
    if response and not has_spoken:
        yield _message(response, renderer)


def _message(message: str, renderer: MarkdownIt) -> str:
    return f'<div class="said">{renderer.render(copyable(message))}</div>\n' if message.strip() else ""


def _step(step: StepLine, diff: str) -> str:
    ended = f"exit {step.exit_code}" if step.exit_code not in (None, 0) else step.status
    took = f", {duration(step.duration_ms)}" if step.duration_ms else ""
    is_failed = step.status in ("failed", "denied") or step.kind == "error"
    summary = (
        f'<b>{_text(step.tool or step.kind)}</b> {_text(step.target)} <span class="meta">({_text(ended)}{took})</span>'
    )
    output = f"<pre>{_text(step.output_preview[:MAX_OUTPUT_CHARS])}</pre>" if step.output_preview.strip() else ""
    failed = " failed" if is_failed else ""
    if not output and not diff:
        return f'<div class="step{failed}">{summary}</div>\n'
    opened = " open" if is_failed else ""
    return f'<details class="step{failed}"{opened}><summary>{summary}</summary>{diff}{output}</details>\n'


def _diff(connection: Connection, session: SessionRow, step: StepLine) -> str:
    """Return the diff of an edit from the session file or the kept record; '' where neither can be read."""
    try:
        payload = load_payload(step, session, "input", answer(connection, kept_record(step, "input")))
    except (PayloadMissingError, *READ_ERRORS):
        return ""
    if payload.form != "diff":
        return ""
    lines = payload.text.splitlines()
    marked = [f'<span class="{kind}">{_text(line)}</span>' if (kind := _kind(line)) else _text(line) for line in lines]
    rest = f"\n… {counted(len(lines) - MAX_DIFF_LINES, 'more line')}" if len(lines) > MAX_DIFF_LINES else ""
    return f"<pre>{chr(10).join(marked[:MAX_DIFF_LINES])}{rest}</pre>"


def _kind(line: str) -> str:
    if line.startswith(("+++", "---")):
        return ""
    return "add" if line.startswith("+") else "del" if line.startswith("-") else ""


def _question(question: QuestionLine) -> str:
    options = f" ({_text(' | '.join(question.options))})" if question.options else ""
    status = "" if question.answer_status is None else f"<br>{ANSWER_WORDS[question.answer_status]}"
    reply = f": {_text(question.answer)}" if question.answer else ""
    return (
        f'<div class="note">question, {question.effort} effort: {_text(question.text)}{options}{status}{reply}</div>\n'
    )


def _violation(violation: ViolationLine) -> str:
    difference = f"expected {violation.expected or 'nothing'}, got {violation.actual or 'nothing'}"
    words = f"{violation.severity} violation of {violation.preference_name}: {difference}"
    return f'<div class="note bad">{_text(words)}</div>\n'


def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt

    renderer = MarkdownIt("commonmark", {"html": False, "maxNesting": 40}).enable(["table", "strikethrough"])
    renderer.disable("image")
    renderer.validateLink = _is_link  # type: ignore[method-assign]  # the way that the library offers
    return renderer


def _is_link(url: str) -> bool:
    return url.strip().lower().startswith(("http://", "https://", "mailto:", "#"))


def _text(text: str) -> str:
    return escape(copyable(text))


def _time(at_ms: int) -> str:
    return f"{to_text(at_ms)[:19]} UTC" if at_ms else ""
