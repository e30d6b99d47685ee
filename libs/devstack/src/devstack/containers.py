"""The same two engines in Docker containers, for tests on a machine whose Docker daemon answers."""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlparse

from devstack.engines.kafka import SETTINGS, administrator, coordinator_answers, logins, users_at, wait_for_coordinator
from devstack.engines.ports import LOOPBACK, free_ports
from devstack.engines.process import EngineError

POSTGRES_IMAGE = "postgres:18"
KAFKA_IMAGE = "apache/kafka:4.3.0"

_DEFAULT_HOST = "unix:///var/run/docker.sock"
_CONTROLLER_PORT = 29093
_START_SECONDS = 90.0  # where the cores are taken by others


def docker_answers(timeout_seconds: float = 1.0) -> bool:
    """Whether a Docker daemon replies to a ping; silent and quick, whatever the machine has."""
    host = urlparse(os.environ.get("DOCKER_HOST") or _DEFAULT_HOST)
    try:
        with _connect(host.scheme, host.path, host.hostname, host.port, timeout_seconds) as daemon:
            daemon.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
            return b" 200 " in daemon.recv(64)
    except OSError:
        return False


def _connect(scheme: str, path: str, name: str | None, port: int | None, timeout: float) -> socket.socket:
    if scheme != "unix":
        return socket.create_connection((name or LOOPBACK, port or 2375), timeout=timeout)
    if not Path(path).exists():
        raise FileNotFoundError(path)
    daemon = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    daemon.settimeout(timeout)
    daemon.connect(path)
    return daemon


@contextmanager
def postgres_container() -> Iterator[str]:
    """A PostgreSQL container; yields its superuser's address. Raises what Docker raises."""
    _without_missing_helper()
    from testcontainers.community.postgres import PostgresContainer

    with PostgresContainer(POSTGRES_IMAGE, driver=None) as container:
        yield container.get_connection_url()


@contextmanager
def kafka_container(super_users: Mapping[str, str], settings: Mapping[str, str]) -> Iterator[str]:
    """An Apache Kafka container that lets these users in, by name their password; yields its bootstrap address.

    Raises what Docker raises.
    """
    _without_missing_helper()
    from testcontainers.core.container import DockerContainer

    (port, internal), password = free_ports(2), secrets.token_urlsafe(24)
    listeners = {
        "listeners": f"CLIENT://:{port},INTERNAL://:{internal},CONTROLLER://:{_CONTROLLER_PORT}",
        "advertised.listeners": f"CLIENT://{LOOPBACK}:{port},INTERNAL://{LOOPBACK}:{internal}",
        "controller.quorum.voters": f"1@localhost:{_CONTROLLER_PORT}",
    }
    container = DockerContainer(KAFKA_IMAGE).with_bind_ports(port, port).with_bind_ports(internal, internal)
    for name, value in {**SETTINGS, **logins(password, list(super_users)), **listeners, **settings}.items():
        container.with_env(variable(name), value)
    with container:
        broker = administrator(internal, password)
        wait_for_coordinator(broker, _START_SECONDS)
        bootstrap = f"{LOOPBACK}:{port}"
        users = users_at(bootstrap, super_users)
        deadline = time.monotonic() + _START_SECONDS
        while not coordinator_answers(broker, users):
            if time.monotonic() > deadline:
                raise EngineError("the broker takes no users")
        yield bootstrap


def variable(setting: str) -> str:
    """The variable by which the official image is told a setting of the broker."""
    return "KAFKA_" + setting.upper().replace("_", "__").replace("-", "___").replace(".", "_")


def _without_missing_helper() -> None:
    """Do without testcontainers' reaper where its image is not on the machine and might not be had."""
    import docker
    from testcontainers.core.config import testcontainers_config

    client = docker.from_env()
    try:
        client.images.get(testcontainers_config.ryuk_image)
    except docker.errors.ImageNotFound:
        testcontainers_config.ryuk_disabled = True
    finally:
        client.close()


def failures() -> tuple[type[Exception], ...]:
    """What a container that cannot be started raises: no image, no right, no answer."""
    from docker.errors import DockerException
    from testcontainers.core.exceptions import ContainerStartException

    return (DockerException, ContainerStartException, EngineError, TimeoutError)
