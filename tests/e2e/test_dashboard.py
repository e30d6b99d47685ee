"""Every panel and every alert reads metrics that the running system really shows."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
import pytest
from tests.compose.files import alerts, exposed, metrics, panels
from tests.e2e.conftest import System

from devstack.settings import PORTS
from devstack.stack.programs import SERVICES


@pytest.fixture(scope="module")
def shown(system: System) -> set[str]:
    """What the services and the edge expose, and what Prometheus itself adds for each it reads."""
    pages = {program.name: _get(system.environment, program.name, "/metrics") for program in SERVICES}
    pages["edge"] = _get(system.environment, "edge-admin", "/stats/prometheus")
    return {"up"}.union(*(exposed(page) for page in pages.values()))


def _get(environment: Mapping[str, str], name: str, path: str) -> str:
    reply = httpx.get(f"http://127.0.0.1:{environment[PORTS[name][0]]}{path}", timeout=10)
    reply.raise_for_status()
    return reply.text


def test_every_panel_reads_metrics_that_exist(shown: set[str]) -> None:
    missing = {title: metrics(expression) - shown for title, expression in panels() if metrics(expression) - shown}
    assert not missing


def test_every_alert_reads_metrics_that_exist(shown: set[str]) -> None:
    missing = {name: metrics(expression) - shown for name, expression in alerts() if metrics(expression) - shown}
    assert not missing
