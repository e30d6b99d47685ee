"""The whole stack as `unicard` starts it: found again, watched, stopped, and nothing else touched."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import psutil
import pytest
from aiokafka.errors import KafkaError

from broker_access.administrator import Administrator
from broker_access.connection import Kafka
from devstack.engines import port_answers
from devstack.settings import StackSettings, on_free_ports
from devstack.stack.programs import FRONTS, SERVICES
from devstack.stack.secrets import load_secrets
from devstack.stack.service import probe
from devstack.state import Running, read_state

pytestmark = pytest.mark.slow


@dataclass
class Stack:
    """A folder and its environment, driven by the command line."""

    environment: dict[str, str]

    @property
    def settings(self) -> StackSettings:
        return StackSettings.from_environment(self.environment)

    def unicard(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "devstack", *arguments],
            env={**os.environ, **self.environment, "COLUMNS": "200", **more},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def processes(self) -> dict[str, Running]:
        state = read_state(self.settings.folder)
        return {} if state is None else {entry.name: entry for entry in state.processes}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack") / "state"
    stack = Stack({"UNICARD_HOME": str(folder), **on_free_ports()})
    done = stack.unicard("up", "--detach")
    assert done.returncode == 0, done.stdout + done.stderr
    yield stack
    stack.unicard("down")


def test_everything_is_ready_and_says_that_it_is_a_demonstration(stack: Stack) -> None:
    done = stack.unicard("status")
    assert done.returncode == 0, done.stdout
    for name in (
        "supervisor",
        "postgres",
        "kafka",
        "edge",
        "sink",
        *(program.name for program in (*SERVICES, *FRONTS)),
    ):
        assert name in done.stdout
    again = stack.unicard("up", "--detach")
    assert "demonstration" in again.stdout
    assert stack.settings.url("edge") in again.stdout


def test_secrets_and_clients_are_the_owners_alone(stack: Stack) -> None:
    folder = stack.settings.folder
    for name in ("secrets.env", "clients.json"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    clients = json.loads((folder / "clients.json").read_text())
    assert {"registry", "sms-provider", "operations"} <= set(clients)
    assert all(len(client["client_secret"]) >= 20 for client in clients.values())


def test_a_second_up_finds_the_first(stack: Stack) -> None:
    before = stack.processes()
    for arguments in (("up",), ("up", "--detach")):
        done = stack.unicard(*arguments)
        assert done.returncode == 0
        assert "is running already" in done.stdout
    assert stack.processes() == before


def test_a_stack_in_another_folder_is_told_which_ports_are_taken(stack: Stack, tmp_path: Path) -> None:
    done = stack.unicard("up", "--detach", UNICARD_HOME=str(tmp_path / "other"))
    assert done.returncode == 1
    assert f"port {stack.settings.ports['edge']} (edge) is taken by envoy" in done.stderr
    assert "set UNICARD_EDGE_PORT to another port" in done.stderr
    assert "Traceback" not in done.stderr
    assert stack.unicard("status").returncode == 0


def test_a_service_killed_with_sigkill_comes_back(stack: Stack) -> None:
    before = stack.processes()["supply"]
    os.kill(before.pid, signal.SIGKILL)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        now = stack.processes()["supply"]
        if now.pid != before.pid and probe(stack.settings.ports["supply"], "/readyz") == 200:
            break
        time.sleep(0.2)
    assert stack.processes()["supply"].restarts == before.restarts + 1
    assert stack.unicard("status").returncode == 0


def test_a_broker_that_lost_its_data_is_filled_again_and_lets_no_stranger_in(stack: Stack) -> None:
    settings, before = stack.settings, stack.processes()["kafka"]
    os.kill(before.pid, signal.SIGKILL)
    (settings.folder / "kafka").rename(settings.folder / "lost")
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        states = [probe(settings.ports[program.name], "/readyz") for program in SERVICES]
        again = stack.processes()["kafka"].pid != before.pid and set(states) == {200}
        if again and stack.unicard("status").returncode == 0:
            break
        time.sleep(0.2)
    done = stack.unicard("status")
    said = (settings.folder / "logs" / "supervisor.log").read_text()
    assert done.returncode == 0, "\n".join([done.stdout, done.stderr, *why_not_ready(settings), said[-2000:]])
    for given in ("topics created", "users made", "rights given"):
        assert said.count(f"broker: {given}") == 2  # at the first start, and now
    stranger = Kafka(f"127.0.0.1:{settings.ports['kafka']}")
    with pytest.raises((KafkaError, OSError)):
        asyncio.run(asked(stranger))
    users = load_secrets(settings.folder)
    asyncio.run(asked(replace(stranger, user="card", password=users["CARD_KAFKA_PASSWORD"], security="sasl_plaintext")))


def why_not_ready(settings: StackSettings) -> list[str]:
    """What each service says of itself."""
    urls = [f"http://127.0.0.1:{settings.ports[program.name]}/readyz" for program in SERVICES]
    return [httpx.get(url, timeout=10).text for url in urls]


async def asked(kafka: Kafka) -> str:
    """The broker's answer to who it is."""
    async with Administrator(kafka) as client:
        return await client.cluster()


def test_the_record_holds_and_is_held_against_what_was_kept_elsewhere(stack: Stack, tmp_path: Path) -> None:
    heads = tmp_path / "heads.json"
    assert stack.unicard("audit", "export", str(heads)).returncode == 0
    for more in ((), ("--heads", str(heads))):
        done = stack.unicard("audit", "verify", *more)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.count("the chain holds") == len(SERVICES)


def test_logs_are_kept_by_process(stack: Stack) -> None:
    assert stack.unicard("logs", "card", "-n", "5").stdout
    missing = stack.unicard("logs", "nobody")
    assert missing.returncode == 1
    assert "there are: card" in missing.stderr


def test_down_stops_what_up_started_and_nothing_else_and_a_new_up_keeps_the_data(stack: Stack) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"])
    ours = [entry.process() for entry in stack.processes().values()]
    clients = (stack.settings.folder / "clients.json").read_text()

    done = stack.unicard("down")

    assert done.returncode == 0
    assert "stopped" in done.stdout
    _, alive = psutil.wait_procs([process for process in ours if process], timeout=5)
    assert alive == []
    assert not any(port_answers(port) for port in stack.settings.ports.values())
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait(10)
    assert "nothing was running" in stack.unicard("down").stdout
    assert stack.unicard("status").returncode == 1

    again = stack.unicard("up", "--detach")
    assert again.returncode == 0, again.stdout + again.stderr
    assert (stack.settings.folder / "clients.json").read_text() == clients


def test_a_supervisor_killed_with_sigkill_takes_its_processes_along(stack: Stack) -> None:
    state = read_state(stack.settings.folder)
    assert state is not None
    ours = [process for entry in state.processes if (process := entry.process())]
    os.kill(state.supervisor.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(ours, timeout=30)
    assert alive == []
    assert stack.unicard("down").returncode == 0
