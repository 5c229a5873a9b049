"""Tokens and cost per model over recorded sessions, as ppp-tui and as ccusage count them, side by side.

    python -m benchmarks.ccusage_agreement --ccusage PATH/node_modules/.bin/ccusage

PATH comes of ``npm install --prefix PATH ccusage@20.0.24 @ccusage/ccusage-linux-x64@20.0.24``. Where the two differ by
more than half a percent, the rule that explains it is put to the test on the records themselves, and named.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ppp_tui.model.clock import from_text
from ppp_tui.scoring.cost import Prices
from tests.corpus import CORPUS

FIELDS = ("input", "output", "cache read", "cache write", "cost")
AGREES = 0.005
EMBEDDED = "with what `progress` records repeat of sub-agents whose own files are not there"
UNPRICED = "no list price is known: unpriced here, priced as another model there"

Counts = dict[str, list[float]]
"""Model to the figures of `FIELDS`."""


def main() -> None:
    """Count twice and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ccusage", type=Path, required=True)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ppp-agreement-") as folder:
        home = Path(folder)
        make_home(home)
        ours, theirs, embedded = count_ours(home), count_theirs(home, chosen.ccusage), count_embedded(home)
    print(f"{'model':<28}{'':<12}{'ppp-tui':>16}{'ccusage':>16}{'difference':>12}")
    verdicts: dict[str, int] = defaultdict(int)
    nothing = [0.0] * len(FIELDS)
    for model in sorted(ours.keys() | theirs.keys()):
        columns = (counts.get(model, nothing) for counts in (ours, theirs, embedded))
        for field, mine, other, more in zip(FIELDS, *columns, strict=True):
            reason = explain(field, mine, other, more)
            verdicts["agree" if is_close(mine, other) else "differ by a rule" if reason else "differ without one"] += 1
            form = "{:>16,.2f}" if field == "cost" else "{:>16,.0f}"
            share = (mine - other) / other if other else float(mine != other)
            print(f"{model:<28}{field:<12}{form.format(mine)}{form.format(other)}{share:>12.2%}  {reason}")
    print("figures: " + ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()))
    sys.exit(1 if verdicts["differ without one"] else 0)


def is_close(mine: float, other: float) -> bool:
    """Whether two figures agree to half a percent."""
    return abs(mine - other) <= AGREES * max(abs(other), 1e-9)


def explain(field: str, mine: float, other: float, embedded: float) -> str:
    """The rule by which a figure differs, '' if it does not, or if no rule explains it."""
    if is_close(mine, other):
        return ""
    if embedded and is_close(mine + embedded, other):
        return EMBEDDED
    return UNPRICED if field == "cost" and not mine else ""


def make_home(home: Path) -> None:
    """The recorded sessions where both programs look for them. Raises SystemExit with a sentence without any."""
    if not CORPUS.is_dir():
        raise SystemExit(f"No recorded sessions at {CORPUS}: name their folder with PPP_TUI_CORPUS.")
    for agent, root in (("claude-code", home / ".claude" / "projects"), ("codex", home / ".codex" / "sessions")):
        for folder in sorted(path for path in (CORPUS / agent).iterdir() if path.is_dir()):
            shutil.copytree(folder, root / f"-{folder.name.replace('.', '-')}")


def count_ours(home: Path) -> Counts:
    """As ``ppp-tui usage --by model`` tells."""
    _run(home, sys.executable, "-m", "ppp_tui", "ingest")
    arguments = ("usage", "--by", "model", "--since", "2020-01-01", "--json")
    report = json.loads(_run(home, sys.executable, "-m", "ppp_tui", *arguments))
    return {
        row["model"]: [
            row["input_tokens"], row["output_tokens"], row["cache_read_tokens"], row["cache_write_tokens"],
            row["cost_usd"] or 0.0,
        ]
        for row in report["rows"]
    }  # fmt: skip


def count_theirs(home: Path, ccusage: Path) -> Counts:
    """As ``ccusage daily`` tells, with its own price list."""
    found: Counts = defaultdict(lambda: [0.0] * len(FIELDS))
    report = json.loads(_run(home, str(ccusage), "daily", "--json", "--offline", "--timezone", "UTC"))
    names = ("inputTokens", "outputTokens", "cacheReadTokens", "cacheCreationTokens", "cost")
    for day in report["daily"]:
        for entry in day["modelBreakdowns"]:
            sums = found[entry["modelName"]]
            for place, name in enumerate(names):
                sums[place] += entry[name]
    return found


def count_embedded(home: Path) -> Counts:
    """Usage of messages that stand in ``progress`` records only, each once, at our prices.

    ppp-tui counts a sub-agent from its own file and never from what its parent repeats of it.
    """
    greatest: dict[str, tuple[str, str, dict[str, Any]]] = {}
    own: set[str] = set()
    for record in _records(home / ".claude"):
        if record.get("type") == "progress":
            outer = ((record.get("data") or {}).get("message") or {}) if isinstance(record.get("data"), dict) else {}
            message = outer.get("message") or {}
            usage = message.get("usage") if isinstance(message, dict) else None
            known = greatest.get(message.get("id", "")) if usage else None
            if usage and (known is None or usage["output_tokens"] > known[2]["output_tokens"]):
                at = outer.get("timestamp") or record["timestamp"]
                greatest[message["id"]] = (message["model"], at, usage)
        elif isinstance(record.get("message"), dict):
            own.add(record["message"].get("id", ""))
    prices = Prices()
    found: Counts = defaultdict(lambda: [0.0] * len(FIELDS))
    for name, (model, at, usage) in greatest.items():
        if name in own:
            continue
        hour = (usage.get("cache_creation") or {}).get("ephemeral_1h_input_tokens", 0)
        written = usage.get("cache_creation_input_tokens", 0)
        read = usage.get("cache_read_input_tokens", 0)
        cost = prices.cost_micros(
            model, from_text(at), usage["input_tokens"], usage["output_tokens"], read, written - hour, hour
        )
        figures = (usage["input_tokens"], usage["output_tokens"], read, written, (cost or 0) / 1e6)
        found[model] = [total + figure for total, figure in zip(found[model], figures, strict=True)]
    return found


def _records(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.rglob("*.jsonl")):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict):
                yield record


def _run(home: Path, *command: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "PPP_TUI_"))}
    done = subprocess.run(
        command, env={**environment, "HOME": str(home), "PPP_TUI_SCREEN__TIME": "utc"}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return done.stdout


if __name__ == "__main__":
    main()
