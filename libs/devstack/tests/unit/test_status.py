"""What `unicard status` says of events that a service has set aside."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from devstack.stack.status import facts, metrics, parked

METRICS = """# HELP unicard_parked_events Events set aside
unicard_parked_events {events}
unicard_parked_oldest_timestamp_seconds 1.7960832e+09
unicard_read_model_incomplete{{subject="card"}} {events}
unicard_read_model_incomplete{{subject="outlets"}} 0.0
unicard_restatement_told_rows{{subject="providers"}} 200.0
unicard_restatement_expected_rows{{subject="providers"}} 3e+02
"""


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(METRICS.format(events=self.server.events).encode())  # type: ignore[attr-defined]

        def log_message(self, *_: object) -> None:
            pass

    served = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    yield served
    served.shutdown()


def test_a_service_with_dead_letters_is_named(server: HTTPServer) -> None:
    server.events = 3.0  # type: ignore[attr-defined]
    assert parked(metrics(server.server_port)) == "3 since 2026-12-01 00:00Z"
    assert facts(metrics(server.server_port)) == "lacks card; tells providers: 200 of 300"
    server.events = 0.0  # type: ignore[attr-defined]
    assert parked(metrics(server.server_port)) == ""
    assert facts(metrics(server.server_port)) == "tells providers: 200 of 300"


def test_a_service_that_is_silent_says_nothing() -> None:
    assert metrics(1) == parked("") == facts("") == ""
