"""Fixtures that give every test of the workspace a real PostgreSQL and a real Apache Kafka.

An engine starts when the first test asks for it: a server of one's own where
`UNICARD_TEST_POSTGRES_URL` or `UNICARD_TEST_KAFKA_BOOTSTRAP` names one, a container where a Docker
daemon answers, the wheels otherwise. The summary says which. Workers that share the tests (`pytest -n 2`)
share the engines too, which then start before them. Brokers let nobody in without a login: the tests' own is a super
user's, which all programs find in the environment (`UNICARD_KAFKA_USER`, …); give it there with a broker of one's own.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

if TYPE_CHECKING:
    from _pytest.fixtures import SubRequest

    from devstack.engines import KafkaEngine, PostgresEngine

PostgresEngineFactory: TypeAlias = "Callable[..., PostgresEngine]"
KafkaEngineFactory: TypeAlias = "Callable[..., KafkaEngine]"

POSTGRES_VARIABLE = "UNICARD_TEST_POSTGRES_URL"
KAFKA_VARIABLE = "UNICARD_TEST_KAFKA_BOOTSTRAP"

# Nothing in the shared server outlives the tests; those of crashes have a server of their own.
# Many services of many tests stay beside each other, each with its pools.
_SHORT_LIVED = {"fsync": "off", "full_page_writes": "off", "max_connections": "1200"}

# Tests name topics of their own as they go; only the system's are listed somewhere. Thousands come together on a broker
# that all tests share, each partition with files and memory of its own.
_ON_DEMAND = {"auto.create.topics.enable": "true", "num.partitions": "2"}
# It is never started again: a machine that stands still for a while must not put it out of its own cluster.
_SHARED = {**_ON_DEMAND, "broker.session.timeout.ms": "60000"}

_used: dict[str, str] = {}
_for_the_run = ExitStack()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say which engines the tests ran on."""
    for engine, source in sorted(_used.items()):
        terminalreporter.write_line(f"{engine}: {source}")


def pytest_configure() -> None:
    """Let no test reach a default port: a running system may listen there, or nobody, and only one is tested."""
    from devstack.settings import PORTS

    usual = {port for _, port in PORTS.values()}
    connect = socket.socket.connect

    def guarded(own: socket.socket, address: Any) -> None:
        if own.family != socket.AF_UNIX and address[1] in usual:
            raise AssertionError(f"a test connects to the default port {address[1]}")
        connect(own, address)

    patch = _for_the_run.enter_context(pytest.MonkeyPatch.context())
    patch.setattr(socket.socket, "connect", guarded)
    _unhurried()
    # What every service must be told, whatever its tests are about.
    patch.setenv("UNICARD_RECORD_DATA_KEYS", f"k1:{'A' * 43}")
    patch.setenv("UNICARD_RECORD_CHAIN_KEY", "B" * 42 + "A")


def _unhurried() -> None:
    """Let no property fail because the machine is busy: hypothesis judges by time how inputs are made."""
    from hypothesis import HealthCheck, settings

    settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("busy")


def pytest_unconfigure() -> None:
    """Stop what was started for the run."""
    _for_the_run.close()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Start the engines that the workers, who get this environment, will share."""
    os.environ[POSTGRES_VARIABLE] = _for_the_run.enter_context(_postgres())
    os.environ[KAFKA_VARIABLE] = _for_the_run.enter_context(_kafka())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give a worker whole files."""
    from devstack.pytest_parallel import scheduler

    return scheduler(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let workers begin with what takes longest. Raises pytest.UsageError for tests named anew in each."""
    if moving := [item.nodeid for item in items if " at 0x" in item.nodeid]:
        raise pytest.UsageError(f"workers could not tell these tests apart, give them ids: {', '.join(moving[:3])}")
    if hasattr(config, "workerinput"):
        from devstack.pytest_parallel import longest_first

        longest_first(items)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: SubRequest
) -> Generator[None, object | None, object | None]:
    """Notice what the tests of a folder share."""
    from devstack.pytest_parallel import keep_in_mind

    result = yield
    keep_in_mind(fixturedef, request)
    return result


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """End it when they are over: idle, it would slow down all that come."""
    from devstack.pytest_parallel import end_what_nobody_uses

    if nextitem is not None:
        end_what_nobody_uses(nextitem)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say of a test that took too long what each of its tasks was waiting for."""
    from devstack.pytest_hanging import tell_tasks

    report = yield
    tell_tasks(report, call)
    return report


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Superuser's address of a PostgreSQL server; tests make their own databases on it."""
    with _postgres() as url:
        yield url


@pytest.fixture(scope="session")
def kafka_bootstrap() -> Iterator[str]:
    """Bootstrap address of an Apache Kafka broker."""
    with _kafka() as bootstrap:
        yield bootstrap


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
            options = {"super_users": _super_users(), "settings": _ON_DEMAND, **options}
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


@contextmanager
def _postgres() -> Iterator[str]:
    from devstack import containers
    from devstack.engines import PostgresEngine

    with ExitStack() as stack:

        def embedded() -> str:
            engine = PostgresEngine(stack.enter_context(_folder()) / "postgres", settings=_SHORT_LIVED)
            stack.callback(engine.stop)
            engine.start()
            return engine.url()

        container = containers.postgres_container, containers.POSTGRES_IMAGE
        yield _start("PostgreSQL", POSTGRES_VARIABLE, stack, *container, embedded)


@contextmanager
def _kafka() -> Iterator[str]:
    from devstack import containers
    from devstack.engines import KafkaEngine

    with ExitStack() as stack:

        def embedded() -> str:
            engine = KafkaEngine(stack.enter_context(_folder()) / "kafka", super_users=_super_users(), settings=_SHARED)
            stack.callback(engine.kill)
            engine.start()
            return engine.bootstrap

        def container() -> AbstractContextManager[str]:
            return containers.kafka_container(_super_users(), _SHARED)

        yield _start("Apache Kafka", KAFKA_VARIABLE, stack, container, containers.KAFKA_IMAGE, embedded)


def _super_users() -> dict[str, str]:
    """The tests' own login, made up for the run; every client and every program finds it in the environment."""
    name = os.environ.setdefault("UNICARD_KAFKA_USER", "tests")
    password = os.environ.setdefault("UNICARD_KAFKA_PASSWORD", secrets.token_urlsafe(24))
    os.environ.setdefault("UNICARD_KAFKA_SECURITY", "sasl_plaintext")
    return {name: password}


def _start(
    name: str,
    variable: str,
    stack: ExitStack,
    container: Callable[[], AbstractContextManager[str]],
    image: str,
    embedded: Callable[[], str],
) -> str:
    """The address of an engine: the one that is named, else a container's, else the wheel's."""
    from devstack import containers

    if given := os.environ.get(variable):
        _used.setdefault(name, f"the server named by {variable}")
        return given
    reason = "no Docker daemon answers"
    if containers.docker_answers():
        try:
            address = stack.enter_context(container())
        except containers.failures() as error:
            reason = f"Docker could not start {image}: {error}"
        else:
            _used[name] = f"Docker container {image}"
            return address
    address = embedded()
    _used[name] = f"embedded ({reason})"
    return address
