"""docker compose as operators start it, under a project of its own: other ports, volumes and secrets."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.compose.files import EXAMPLE, ROOT, services
from tools.make_env import settings, write

from devstack.containers import docker_answers
from devstack.engines.ports import free_ports

PORTS = ("UNICARD_EDGE_PORT", "UNICARD_SINK_PORT", "UNICARD_PROMETHEUS_PORT", "UNICARD_GRAFANA_PORT")
TAG = "test"


@dataclass
class Installation:
    """One compose project."""

    settings_file: Path
    home: Path
    environment: Mapping[str, str]
    _tokens: dict[str, str] = field(default_factory=dict)

    def setting(self, name: str) -> str:
        return settings(self.settings_file.read_text(encoding="utf-8"))[name]

    def change(self, **values: str) -> None:
        """What an operator does with an editor."""
        text = self.settings_file.read_text(encoding="utf-8")
        for name, value in values.items():
            text = re.sub(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
        self.settings_file.write_text(text, encoding="utf-8")

    def run(self, *command: str, seconds: float = 900, check: bool = True) -> str:
        done = subprocess.run(
            command, cwd=ROOT, env=dict(self.environment), capture_output=True, text=True, timeout=seconds, check=False
        )
        if check:
            assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def compose(self, *arguments: str, **options: Any) -> str:
        return self.run("docker", "compose", *arguments, **options)

    def inside(self, service: str, *command: str, **options: Any) -> str:
        return self.compose("exec", "-T", service, *command, **options)

    def sql(self, service: str, statement: str) -> str:
        """What PostgreSQL's superuser is answered in a service's database."""
        # allow: absolute-path inside a container
        psql = ("psql", "-h", "/var/run/postgresql", "-U", "postgres", "--tuples-only", "--no-align")
        return self.inside("postgres", *psql, "-d", f"unicard_{service}", "-c", statement)

    def up(self) -> float:
        """`make up`; how many seconds it took."""
        begun = time.monotonic()
        self.run("sh", "deploy/up.sh")
        return time.monotonic() - begun

    def compose_under_way(self, *arguments: str) -> subprocess.Popen[str]:
        """docker compose, under way."""
        command = ["docker", "compose", *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=dict(self.environment), text=True)

    def containers(self) -> dict[str, dict[str, Any]]:
        """What Docker knows of every container, by service."""
        ids = self.compose("ps", "--all", "--quiet").split()
        found = json.loads(self.run("docker", "inspect", *ids))
        return {entry["Config"]["Labels"]["com.docker.compose.service"]: entry for entry in found}

    def crash(self, service: str) -> None:
        """SIGKILL from outside, as the kernel would: `docker kill` would count as an order to stay down."""
        container = self.containers()[service]
        user = self.inside(service, "id", "-u").strip()
        kill = f"import os; os.kill({container['State']['Pid']}, 9)"
        python = ("--entrypoint", "python", f"unicard/supply-service:{TAG}", "-c", kill)
        self.run("docker", "run", "--rm", "--pid", "host", "--user", user, *python)

    def well(self, *names: str) -> bool:
        found = self.containers()
        return all(found[name]["State"].get("Health", {}).get("Status") == "healthy" for name in names)

    def unicard(self, *arguments: str) -> subprocess.Popen[str]:
        """The command line against this installation, under way."""
        return subprocess.Popen(
            [sys.executable, "-m", "devstack", *arguments],
            env={**self.environment, **settings((self.home / "secrets.env").read_text(encoding="utf-8"))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def url(self, port: str) -> str:
        return f"http://127.0.0.1:{self.setting(port)}"

    @property
    def edge(self) -> str:
        return self.url("UNICARD_EDGE_PORT")

    def headers(self, client_id: str) -> dict[str, str]:
        """A token of one of the clients, and a fresh key."""
        if client_id not in self._tokens:
            client = json.loads((self.home / "clients.json").read_text(encoding="utf-8"))[client_id]
            form = {
                "grant_type": "client_credentials",
                **{name: client[name] for name in ("client_id", "client_secret")},
            }
            reply = httpx.post(f"{self.edge}/oauth/token", data=form, timeout=20).raise_for_status()
            self._tokens[client_id] = reply.json()["access_token"]
        return {"Authorization": f"Bearer {self._tokens[client_id]}", "Idempotency-Key": str(uuid.uuid4())}

    def forget_tokens(self) -> None:
        self._tokens.clear()

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Prometheus' answer."""
        url = f"{self.url('UNICARD_PROMETHEUS_PORT')}/api/v1/query"
        reply = httpx.get(url, params={"query": expression}, timeout=20).raise_for_status().json()
        found: list[dict[str, Any]] = reply["data"]["result"]
        return found


def until(what: Callable[[], object], seconds: float = 120) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"{what} not within {seconds:.0f} s"
        time.sleep(0.5)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The whole system, up and healthy; gone with its volumes afterwards."""
    assert docker_answers(), "no Docker engine answers: start one, or set DOCKER_HOST"
    folder = tmp_path_factory.mktemp("compose")
    file = folder / "settings.env"
    write(file, EXAMPLE.read_text(encoding="utf-8"))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("UNICARD_")},
        "COMPOSE_PROJECT_NAME": f"unicard-test-{uuid.uuid4().hex[:8]}",
        "COMPOSE_ENV_FILES": str(file),
        "UNICARD_HOME": str(folder / "home"),
    }
    running = Installation(file, folder / "home", environment)
    ports = {variable: str(port) for variable, port in zip(PORTS, free_ports(len(PORTS)), strict=True)}
    running.change(**ports, UNICARD_TAG=TAG, COMPOSE_PROFILES=_profiles(running))
    running.change(UNICARD_PUBLIC_URL=running.edge)
    try:
        running.compose("build")
        print(f"cold start: {running.up():.0f} s")  # noqa: T201 - the figure is what one runs this for
        yield running
    finally:
        running.compose("--profile", "*", "down", "--volumes", "--remove-orphans", check=False)


def _profiles(running: Installation) -> str:
    """Without Grafana where its image is neither here nor to be had."""
    image = services()["grafana"]["image"]
    for attempt in (("image", "inspect", image), ("pull", "--quiet", image)):
        done = subprocess.run(["docker", *attempt], env=dict(running.environment), capture_output=True, check=False)
        if done.returncode == 0:
            return "demo,dashboards"
    return "demo"
