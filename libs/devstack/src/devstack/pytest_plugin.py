"""Fixtures that give every test of the workspace a real PostgreSQL and a real Apache Kafka.

An engine starts when the first test asks for it: a server of one's own where
`UNICARD_TEST_POSTGRES_URL` or `UNICARD_TEST_KAFKA_BOOTSTRAP` names one, a container where a Docker
daemon answers, the wheels otherwise. The summary says which.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

if TYPE_CHECKING:
    from devstack.engines import KafkaEngine, PostgresEngine

PostgresEngineFactory: TypeAlias = "Callable[..., PostgresEngine]"
KafkaEngineFactory: TypeAlias = "Callable[..., KafkaEngine]"

POSTGRES_VARIABLE = "UNICARD_TEST_POSTGRES_URL"
KAFKA_VARIABLE = "UNICARD_TEST_KAFKA_BOOTSTRAP"

_used: dict[str, str] = {}


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say which engines the tests ran on."""
    for engine, source in sorted(_used.items()):
        terminalreporter.write_line(f"{engine}: {source}")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Superuser's address of a PostgreSQL server; tests make their own databases on it."""
    from devstack import containers
    from devstack.engines import postgres

    with ExitStack() as stack:
        if given := os.environ.get(POSTGRES_VARIABLE):
            _used["PostgreSQL"] = f"the server named by {POSTGRES_VARIABLE}"
            yield given
            return
        if containers.docker_answers():
            try:
                url = stack.enter_context(containers.postgres_container())
            except containers.failures() as error:
                _used["PostgreSQL"] = f"embedded (Docker could not start {containers.POSTGRES_IMAGE}: {error})"
            else:
                _used["PostgreSQL"] = f"Docker container {containers.POSTGRES_IMAGE}"
                yield url
                return
        engine = postgres.PostgresEngine(stack.enter_context(_folder()) / "postgres")
        stack.callback(engine.stop)
        engine.start()
        _used.setdefault("PostgreSQL", "embedded (no Docker daemon answers)")
        yield engine.url()


@pytest.fixture(scope="session")
def kafka_bootstrap() -> Iterator[str]:
    """Bootstrap address of an Apache Kafka broker."""
    from devstack import containers
    from devstack.engines import kafka

    with ExitStack() as stack:
        if given := os.environ.get(KAFKA_VARIABLE):
            _used["Apache Kafka"] = f"the broker named by {KAFKA_VARIABLE}"
            yield given
            return
        if containers.docker_answers():
            try:
                bootstrap = stack.enter_context(containers.kafka_container())
            except containers.failures() as error:
                _used["Apache Kafka"] = f"embedded (Docker could not start {containers.KAFKA_IMAGE}: {error})"
            else:
                _used["Apache Kafka"] = f"Docker container {containers.KAFKA_IMAGE}"
                yield bootstrap
                return
        engine = kafka.KafkaEngine(stack.enter_context(_folder()) / "kafka")
        stack.callback(engine.stop)
        engine.start()
        _used.setdefault("Apache Kafka", "embedded (no Docker daemon answers)")
        yield engine.bootstrap


@pytest.fixture(scope="module")
def postgres_engine_factory() -> Iterator[PostgresEngineFactory]:
    """Starts private PostgreSQL servers that a test may kill, restart and wipe; gone after the module."""
    from devstack.engines import PostgresEngine

    with ExitStack() as stack:

        def start(**options: Any) -> PostgresEngine:
            engine = PostgresEngine(stack.enter_context(_folder()) / "postgres", **options)
            stack.callback(engine.kill)
            engine.start()
            return engine

        yield start


@pytest.fixture(scope="module")
def kafka_engine_factory() -> Iterator[KafkaEngineFactory]:
    """Starts private Kafka brokers that a test may kill, restart and wipe; gone after the module."""
    from devstack.engines import KafkaEngine

    with ExitStack() as stack:

        def start(**options: Any) -> KafkaEngine:
            engine = KafkaEngine(stack.enter_context(_folder()) / "kafka", **options)
            stack.callback(engine.kill)
            engine.start()
            return engine

        yield start


class _folder:  # noqa: N801 - used as a statement
    """A temporary folder that goes away with the engine in it."""

    def __enter__(self) -> Path:
        self._path = Path(tempfile.mkdtemp(prefix="unicard-test-"))
        return self._path

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._path, ignore_errors=True)
