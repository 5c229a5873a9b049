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

from ppp_tui.query.connect import open_reader
from tests.tui.database_of import write_database

DEADLINE_S = 180.0
_TOTALS = "{projects{edges{node{recordCount tokenCountTotal sessions(first:1000){edges{node{sessionId}}}}}}}"
_OURS = """
SELECT count(DISTINCT native_id), sum(s.tree_input_tokens + s.tree_output_tokens + s.tree_cache_read_tokens
    + s.tree_cache_write_tokens)
FROM trajectories AS t JOIN trajectory_summaries AS s ON s.trajectory_id = t.id WHERE t.parent_id IS NULL
"""


def main(phoenix: str, database: Path) -> int:
    """Return 0 if Phoenix tells the same sessions and tokens as the database, and no more after a second sending."""
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
    words = ["send", "--to", url, "--format", "openinference", "--since", "2000-01-01", "--database", str(database)]
    counts = []
    for _ in range(2):
        subprocess.run([sys.executable, "-m", "ppp_tui", *words], check=True)
        # Phoenix takes spans into a queue first.
        _until(lambda: _totals(url)[1:] == ours)
        counts.append(_totals(url)[0])
    sentence = f"Phoenix tells {counts[1]} spans, {ours[0]} sessions and {ours[1]:,} tokens, as the database does.\n"
    sys.stdout.write(sentence)
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
