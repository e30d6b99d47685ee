"""What operators live through: crashes, stops, a lost broker, a step back in time."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import httpx
import pytest
from tests.compose.real.conftest import Installation, until

from devstack import containers

pytestmark = pytest.mark.compose

SALES = 'sum(increase(unicard_http_requests_total{route="/v1/redemptions", status="201"}[30s]))'
RESTORED_SECONDS = 10  # the keeper's promise
RETAINED = 100  # the demos before this have published far more
PUBLISHED = 'sum(unicard_events_published_total{job="supply"})'


def outlet(installation: Installation, name: str) -> str:
    """Register a grocer; its id."""
    body = {"kind": "grocer", "governorate": "03", "district": "03.02", "name_ar": "بقال", "name_en": name}
    url = f"{installation.edge}/v1/outlets"
    reply = httpx.post(url, json=body, headers=installation.headers("outlets"), timeout=20).raise_for_status()
    return str(reply.json()["outlet_id"])


def status(installation: Installation, outlet_id: str) -> int:
    url = f"{installation.edge}/v1/outlets/{outlet_id}"
    return httpx.get(url, headers=installation.headers("outlets"), timeout=20).status_code


def selling(installation: Installation) -> subprocess.Popen[str]:
    """A demo that has come to its sales; those of the one before do not count."""

    def sales() -> float:
        return sum(float(found["value"][1]) for found in installation.query(SALES))

    until(lambda: sales() == 0)
    demo = installation.unicard("demo", "--scale", "0.004", "--days", "8")
    until(lambda: sales() > 20 or demo.poll() is not None, seconds=300)
    return demo


def lose_broker(installation: Installation) -> None:
    """Take Kafka away with all it has kept."""
    project = installation.environment["COMPOSE_PROJECT_NAME"]
    installation.compose("rm", "--stop", "--force", "kafka")
    installation.run("docker", "volume", "rm", f"{project}_kafka")


@pytest.mark.parametrize("service", ["supply", "postgres"])
def test_a_container_killed_while_terminals_sell_comes_back_and_nothing_differs(
    installation: Installation, service: str
) -> None:
    """The demo's report compares what terminals wrote down with what the system says, piastre by piastre."""
    before = installation.containers()[service]["RestartCount"]
    demo = selling(installation)
    installation.crash(service)
    said, _ = demo.communicate(timeout=600)
    assert demo.returncode == 0, said[-6000:]
    assert installation.containers()[service]["RestartCount"] == before + 1
    until(lambda: installation.well("supply", "payment", "postgres", "edge"))


def test_a_broker_that_loses_its_volume_while_terminals_sell_costs_nothing(installation: Installation) -> None:
    """Topics, users and access lists are there again by themselves; the demo's report finds nothing missing."""
    demo = selling(installation)
    lose_broker(installation)
    installation.compose("up", "--detach", "--no-deps", "--wait", "kafka")
    answered = time.monotonic()
    since = datetime.now(UTC) - timedelta(seconds=30)
    said = partial(installation.compose, "logs", "--no-color", "--since", since.isoformat(), "kafka-access")
    until(lambda: all(words in said() for words in ("users made", "rights given", "topics created")), RESTORED_SECONDS)
    print(f"restored {time.monotonic() - answered:.1f} s after the broker was healthy")  # noqa: T201 - a figure
    told, _ = demo.communicate(timeout=600)
    assert demo.returncode == 0, told[-6000:]
    until(lambda: installation.well("gateway", "card", "supply", "health", "payment", "notify"))


def test_a_request_under_way_is_answered_although_the_edge_is_told_to_stop(installation: Installation) -> None:
    place = urlsplit(installation.edge)
    headers = installation.headers("outlets")
    body = json.dumps(
        {"kind": "grocer", "governorate": "03", "district": "03.02", "name_ar": "بقال", "name_en": "Slow"}
    ).encode()
    head = [
        "POST /v1/outlets HTTP/1.1", f"Host: {place.netloc}", "Content-Type: application/json",
        f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in headers.items()), "", "",
    ]  # fmt: skip
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=30) as terminal:
        terminal.sendall("\r\n".join(head).encode() + body[:10])
        time.sleep(0.5)
        stopping = installation.compose_under_way("stop", "edge")
        time.sleep(2)
        terminal.sendall(body[10:])
        answer = terminal.recv(4096).decode()
    assert answer.startswith("HTTP/1.1 201"), answer
    assert stopping.wait(60) == 0
    installation.up()


def test_services_stop_by_themselves_before_their_time_is_over(installation: Installation) -> None:
    installation.compose("stop")
    codes = {name: each["State"]["ExitCode"] for name, each in installation.containers().items()}
    # 137 would be a kill at the end of the grace period; Envoy, PostgreSQL, Kafka and uvicorn say farewell their way
    assert 137 not in codes.values(), codes
    print(f"warm start: {installation.up():.0f} s")  # noqa: T201 - the figure is what one runs this for


def test_a_broker_that_lost_everything_is_filled_again(installation: Installation) -> None:
    def published() -> float:
        found = installation.query(PUBLISHED)
        return float(found[0]["value"][1]) if found else 0.0

    outlet(installation, "Published twice")
    until(lambda: published() > 0)
    before = published()
    lose_broker(installation)
    installation.up()
    # the same processes as before: what they publish now beyond a few is what they had published to the lost one
    until(lambda: published() > before + RETAINED)
    until(lambda: installation.well("gateway", "card", "supply", "health", "payment", "notify"))


def test_back_to_a_moment(installation: Installation) -> None:
    installation.inside("postgres", "bash", "backup.sh")
    clear = "find /backups -type f -not -name '*.gpg' -not -name finished -not -name log"
    assert not installation.inside("postgres", "bash", "-c", clear).strip(), "everything else is encrypted"
    before = outlet(installation, "Before")
    time.sleep(2)
    moment = datetime.now(UTC).isoformat(sep=" ", timespec="seconds")
    time.sleep(2)
    after = outlet(installation, "After")
    assert [status(installation, each) for each in (before, after)] == [200, 200]
    restore = ("--entrypoint", "bash", "postgres", "restore.sh", moment)
    refused = ("docker", "compose", "run", "--rm", "--no-deps", "-T", *restore)
    installation.run(*refused, check=False)
    assert installation.well("postgres")  # while it runs nothing is touched
    installation.compose("stop")
    installation.compose("run", "--rm", "--no-deps", "-T", *restore)
    installation.up()
    installation.forget_tokens()
    assert [status(installation, each) for each in (before, after)] == [200, 404]
    installation.inside("postgres", "bash", "backup.sh")


def test_the_tests_own_containers_start() -> None:
    """testcontainers, as every test of the workspace uses them where an engine answers."""
    with containers.postgres_container() as url, containers.kafka_container({"tests": "of no worth"}, {}) as bootstrap:
        assert url.startswith("postgresql://")
        assert bootstrap.startswith("127.0.0.1:")
