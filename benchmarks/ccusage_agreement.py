"""Tokens and cost per model over recorded sessions, as ppp-tui and as ccusage count them, side by side.

    python -m benchmarks.ccusage_agreement --ccusage PATH/node_modules/.bin/ccusage

PATH comes of ``npm install --prefix PATH ccusage@20.0.24 @ccusage/ccusage-linux-x64@20.0.24``. A difference of more
than half a percent in tokens is a fault here or there.
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
from pathlib import Path

from tests.corpus import CORPUS

FIELDS = ("input", "output", "cache read", "cache write", "cost")
AGREES = 0.005
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
        ours, theirs = count_ours(home), count_theirs(home, chosen.ccusage)
    print(f"{'model':<28}{'':<12}{'ppp-tui':>16}{'ccusage':>16}{'difference':>12}")
    verdicts: dict[str, int] = defaultdict(int)
    nothing = [0.0] * len(FIELDS)
    for model in sorted(ours.keys() | theirs.keys()):
        columns = (counts.get(model, nothing) for counts in (ours, theirs))
        for field, mine, other in zip(FIELDS, *columns, strict=True):
            reason = explain(field, mine, other)
            verdicts["agree" if is_close(mine, other) else "differ by a rule" if reason else "differ without one"] += 1
            form = "{:>16,.2f}" if field == "cost" else "{:>16,.0f}"
            share = (mine - other) / other if other else float(mine != other)
            print(f"{model:<28}{field:<12}{form.format(mine)}{form.format(other)}{share:>12.2%}  {reason}")
    print("figures: " + ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()))
    sys.exit(1 if verdicts["differ without one"] else 0)


def is_close(mine: float, other: float) -> bool:
    """Whether two figures agree to half a percent."""
    return abs(mine - other) <= AGREES * max(abs(other), 1e-9)


def explain(field: str, mine: float, other: float) -> str:
    """The rule by which a figure differs, '' if it does not, or if no rule explains it."""
    return UNPRICED if field == "cost" and not mine and not is_close(mine, other) else ""


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
            row["input_tokens"],
            row["output_tokens"],
            row["cache_read_tokens"],
            row["cache_write_tokens"],
            row["cost_usd"] or 0.0,
        ]
        for row in report["rows"]
    }


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


def _run(home: Path, *command: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "PPP_TUI_"))}
    done = subprocess.run(
        command,
        env={**environment, "HOME": str(home), "PPP_TUI_SCREEN__TIME": "utc"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


if __name__ == "__main__":
    main()
