"""A second run, on a system with data, passes though the broker loses all it has kept while terminals sell."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import httpx

from devstack.demo.history import History
from devstack.settings import PORTS
from devstack.state import Running, read_state

from .conftest import UNICARD, until

if TYPE_CHECKING:
    from .conftest import System

SOLD = re.compile(r'^unicard_http_requests_total\{(?=.*route="/v1/redemptions")(?=.*status="201").*\} (\S+)$', re.M)


def sales(system: System) -> float:
    port = system.environment[PORTS["supply"][0]]
    text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
    return sum(float(number) for number in SOLD.findall(text))


def broker(system: System) -> Running:
    state = read_state(system.folder)
    assert state is not None
    return next(entry for entry in state.processes if entry.name == "kafka")


def said(system: System, words: str) -> int:
    return (system.folder / "logs" / "supervisor.log").read_text(encoding="utf-8").count(words)


def test_terminals_sell_on_and_nothing_is_lost(system: System, first: dict[str, Any]) -> None:
    """The demo's report compares what terminals wrote down with every service's books, which events alone fill."""
    earlier = max(run.run for run in History(system.folder).runs)  # other tests of the shared system run it, too
    assert earlier >= first["run"]["run"]
    before, lost = sales(system), broker(system)
    given = ("broker: users made", "broker: rights given", "broker: topics created")
    known = [said(system, words) for words in given]
    demo = subprocess.Popen(
        [*UNICARD, "demo", "--scale", "0.003", "--days", "3", "--seed", "7"],
        env=dict(system.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        until(lambda: sales(system) > before + 20 or demo.poll() is not None, seconds=180)
        os.kill(lost.pid, signal.SIGKILL)
        (system.folder / "kafka").rename(system.folder / "kafka-lost")
        until(lambda: said(system, "kafka started again"), seconds=60)
        until(lambda: all(said(system, words) > n for words, n in zip(given, known, strict=True)), seconds=60)
        report, _ = demo.communicate(timeout=600)
    finally:
        demo.kill()
    assert demo.returncode == 0, report[-6000:]
    assert max(run.run for run in History(system.folder).runs) == earlier + 1
