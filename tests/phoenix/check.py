"""Sends a database to a real Phoenix, twice, and compares what its own interface tells with ours: ``make phoenix``.

``python -m tests.phoenix.check PHOENIX [DATABASE]``: the program ``phoenix`` of a virtual environment, and a database;
without one, that of the tests of screens.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

from ppp_tui.cli.invocation import Invocation
from ppp_tui.export.otlp import annotation_request
from ppp_tui.export.spans import session_spans
from ppp_tui.query.connect import open_reader
from ppp_tui.query.errors import Connection
from ppp_tui.query.scores.score_settings import score_settings
from tests.tui.database_of import write_database

DEADLINE_S = 600.0
"""A busy machine takes minutes to start it."""
_TOTALS = "{projects{edges{node{recordCount tokenCountTotal sessions(first:1000){edges{node{sessionId}}}}}}}"
_TURNS_AND_COST = """
SELECT (SELECT count(*) FROM trajectory_turns), (SELECT sum(cost_micros) FROM token_usage WHERE is_counted)
"""
_OURS = """
SELECT count(DISTINCT native_id), sum(s.tree_input_tokens + s.tree_output_tokens + s.tree_cache_read_tokens
    + s.tree_cache_write_tokens)
FROM trajectories AS t JOIN trajectory_summaries AS s ON s.trajectory_id = t.id WHERE t.parent_id IS NULL
"""


def main(phoenix: str, database: Path) -> int:
    """Return 0 if Phoenix tells the same as the database, and no more after a second sending.

    Its own prices are others: what a request cost here stands in an attribute of its span.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        own = {"PHOENIX_WORKING_DIR": folder, "PHOENIX_PORT": str(port), "PHOENIX_HOST": "127.0.0.1"}
        environment = {**os.environ, **own, "PHOENIX_GRPC_PORT": "0", "PHOENIX_TELEMETRY_ENABLED": "false"}
        server = subprocess.Popen(
            [phoenix, "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            return _compare(url, database)
        finally:
            server.terminate()
            server.wait(30)


def _compare(url: str, database: Path) -> int:
    _until(lambda: urllib.request.urlopen(f"{url}/healthz", timeout=2).status == 200)
    with closing(open_reader(database)) as connection:
        ours = tuple(connection.execute(_OURS).fetchone())
        turns, cost_micros = connection.execute(_TURNS_AND_COST).fetchone()
        scores = _scores(connection)
    words = ["send", "--to", url, "--format", "openinference", "--since", "2000-01-01", "--database", str(database)]
    counts = []
    for _ in range(2):
        subprocess.run([sys.executable, "-m", "ppp_tui", *words], check=True)
        # Phoenix takes spans into a queue first.
        _until(lambda: _totals(url)[1:] == ours)
        _until(lambda: _annotations(url) == scores)
        counts.append(_totals(url)[0])
    spans = _get(url, "spans?limit=1000")
    found = sum(span["name"].startswith("turn ") for span in spans)
    cost = sum(span["attributes"].get("llm.cost.total", 0) for span in spans)
    if (found, round(cost * 1_000_000)) != (turns, cost_micros):
        sys.stdout.write(
            f"Phoenix tells {found} turns for ${cost}, the database {turns} for {cost_micros} millionths.\n"
        )
        return 1
    sys.stdout.write(
        f"Phoenix tells {counts[1]} spans, {ours[0]} sessions, {turns} turns, {ours[1]:,} tokens, ${cost:.6f} and "
        f"{len(scores)} scores, as the database does.\n"
    )
    return 0 if counts[0] == counts[1] else 1


def _totals(url: str) -> tuple[int, int, int]:
    """Return Phoenix's numbers of spans, sessions and tokens."""
    body = json.dumps({"query": _TOTALS}).encode()
    request = urllib.request.Request(f"{url}/graphql", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answered:
        told: dict[str, Any] = json.load(answered)
    [entry] = told["data"]["projects"]["edges"]
    node = entry["node"]
    return node["recordCount"], len(node["sessions"]["edges"]), int(node["tokenCountTotal"])


def _scores(connection: Connection) -> dict[tuple[str, str], float]:
    """Return what is sent as annotations, by span and name."""
    numbers = connection.execute("SELECT id FROM trajectories WHERE parent_id IS NULL").fetchall()
    scoring = score_settings(Invocation(is_syncing=False).settings)
    spans = [span for (number,) in numbers for span in session_spans(connection, number, "openinference", scoring)]
    entries = annotation_request(spans, lambda text: text)["data"]
    return {(entry["span_id"], entry["name"]): entry["result"]["score"] for entry in entries}


def _annotations(url: str) -> dict[tuple[str, str], float]:
    """Return Phoenix's annotations, by span and name."""
    ids = [span["context"]["span_id"] for span in _get(url, "spans?limit=1000")]
    told: dict[tuple[str, str], float] = {}
    for start in range(0, len(ids), 100):
        asked = "&".join(f"span_ids={span_id}" for span_id in ids[start : start + 100])
        for entry in _get(url, f"span_annotations?limit=1000&{asked}"):
            told[entry["span_id"], entry["name"]] = entry["result"]["score"]
    return told


def _get(url: str, path: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{url}/v1/projects/default/{path}", timeout=30) as answered:
        data: list[dict[str, Any]] = json.load(answered)["data"]
    return data


def _until(condition: Any) -> None:
    """Wait for a condition. Raises TimeoutError."""
    deadline = time.monotonic() + DEADLINE_S
    while True:
        try:
            if condition():
                return
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise TimeoutError("Phoenix did not tell what was sent in time")
        time.sleep(0.5)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        path = Path(sys.argv[2]) if len(sys.argv) > 2 else write_database(Path(made))
        sys.exit(main(sys.argv[1], path))
