"""Every path answers as ``/openapi.json`` describes it: schemathesis asks what it allows, and what not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from ppp_tui.api.http_app import build_app
from ppp_tui.cli.doors.http_routes import http_routes
from ppp_tui.cli.doors.serve import run_route
from ppp_tui.cli.invocation import Invocation
from ppp_tui.logger.testing import capture
from ppp_tui.model.clock import FrozenClock
from ppp_tui.query.kept_readers import KeptReaders
from ppp_tui.store.door_status import DoorStatus
from tests.api.test_http import live
from tests.query.database_fixture import NOON_MS, Database

pytestmark = pytest.mark.slow

EXAMPLES = 3
"""Requests of each kind for each path."""

TOKEN = {"Authorization": "Bearer secret"}

# Times and predicates have grammars that JSON schema cannot tell: what they refuse is answered with 400 and a sentence.
UNDESCRIBED = [positive_data_acceptance]


def test_every_described_path_answers_as_described(database: Database, readers: KeptReaders, tmp_path: Path) -> None:
    database.session(1, {"turns": 1, "last_turn_number": 1}, title="Add login")
    database.turn(1, 1, "Add login", "Done.")
    (tmp_path / "config.toml").write_text("")
    invocation = Invocation(config=tmp_path / "config.toml", database=database.path, is_syncing=False)
    with capture(FrozenClock(NOON_MS)) as captured:
        app = build_app(
            [*http_routes(lambda: invocation, readers), run_route(captured.log)],
            live,
            token="secret",
            hosts=frozenset({"testserver", "localhost"}),
            version="0.1",
            tally=DoorStatus(Path(os.devnull), FrozenClock(NOON_MS)),
        )
        schema = schemathesis.openapi.from_asgi("/openapi.json", app, headers=TOKEN)
        operations = [described.ok() for described in schema.get_all_operations() if isinstance(described, Ok)]
        assert len(operations) == 25
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

                @settings(
                    max_examples=EXAMPLES,
                    deadline=None,
                    derandomize=True,
                    database=None,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                )
                @given(case=operation.as_strategy(generation_mode=mode))
                def ask(case: Case[Any]) -> None:
                    case.call_and_validate(headers=TOKEN, excluded_checks=UNDESCRIBED)  # type: ignore[arg-type]  # its own check

                ask()
