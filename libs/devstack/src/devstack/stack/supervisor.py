"""The one process that starts everything, watches it and takes it down."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import IO

from broker_access.connection import Kafka
from devstack.engines import EnvoyEngine, KafkaEngine, PostgresEngine
from devstack.engines.files import close_to_others, keep_private
from devstack.engines.kafka import wait_for_coordinator
from devstack.engines.process import Engine, EngineError
from devstack.settings import StackSettings
from devstack.stack import bootstrap, brokers, databases, programs
from devstack.stack.logs import rotate
from devstack.stack.secrets import load_secrets
from devstack.stack.service import PythonService, service_arguments
from devstack.stack.tool import run_tool
from devstack.stack.watch import Watched
from devstack.state import (
    FAILED,
    READY,
    STOPPING,
    Running,
    State,
    forget_state,
    stop_leftovers,
    take_lock,
)

Report = Callable[[str], None]
_LOOK_SECONDS = 0.25


class AlreadyRunning(EngineError):
    """Another supervisor holds this folder."""


class Supervisor:
    """One stack, from the first engine to the last process."""

    def __init__(self, settings: StackSettings, report: Report) -> None:
        self.settings = settings
        self.report = report
        self.watched: list[Watched] = []
        self.stopping = asyncio.Event()
        self._edge_file = settings.folder / "envoy.yaml"
        self._lock: IO[str] | None = None
        self._secrets: Mapping[str, str] = {}
        self._keeping: asyncio.Future[None] | None = None
        self._state = State(Running.of("supervisor", os.getpid()), "starting", edge=settings.url("edge"))

    async def run(self, when_ready: Callable[[], Awaitable[None]] | None = None) -> None:
        """Start everything, stay until `stopping` is set or a signal comes, take everything down.

        `AlreadyRunning` when the folder has a supervisor; `EngineError` when something cannot start,
        after what had been started was stopped again.
        """
        keep_private()
        close_to_others(self.settings.folder)
        self._lock = take_lock(self.settings.folder)
        if self._lock is None:
            raise AlreadyRunning(f"the stack in {self.settings.folder} is running already")
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stopping.set)
        failure = ""
        try:
            await self._until_stopped(self._live(when_ready))
        except Exception as error:  # why: whoever waits for this start must learn how it failed
            failure = str(error) or repr(error)
            raise
        finally:
            await self._stop(failure)
            self._lock.close()

    async def _until_stopped(self, life: Awaitable[None]) -> None:
        """Run `life` until it ends by itself or somebody asks to stop."""
        living = asyncio.ensure_future(life)
        asked = asyncio.ensure_future(self.stopping.wait())
        await asyncio.wait({living, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        living.cancel()
        outcome = (await asyncio.gather(living, return_exceptions=True))[0]
        if isinstance(outcome, BaseException) and not isinstance(outcome, asyncio.CancelledError):
            raise _as_one(outcome)

    async def _live(self, when_ready: Callable[[], Awaitable[None]] | None) -> None:
        await self._start()
        self._phase(READY)
        if when_ready is not None:
            extra = asyncio.ensure_future(when_ready())
            try:
                await self._watch(extra)
            finally:
                extra.cancel()
        else:
            await self._watch(None)

    async def _start(self) -> None:
        settings = self.settings
        for name in stop_leftovers(settings.folder):
            self.report(f"{name} of an earlier run was still there and has been stopped")
        settings.check_ports()
        self._secrets = load_secrets(settings.folder)
        self._phase("starting PostgreSQL and Kafka")
        async with asyncio.TaskGroup() as group:
            group.create_task(self._edge_configuration())
            database_side = group.create_task(self._start_databases())
            kafka_side = group.create_task(self._start_kafka())
        self._phase("starting the services")
        urls, kafka = database_side.result(), kafka_side.result()
        services = [
            self._service(program, name, role, urls[program.name], kafka)
            for program in programs.SERVICES
            for name, role in programs.processes(program, settings).items()
        ]
        fronts = [self._front(front, urls.get(front.name, "")) for front in programs.FRONTS]
        edge = EnvoyEngine(settings.folder / "envoy.yaml", settings.ports["edge"], log_file=settings.log_file("edge"))
        async with asyncio.TaskGroup() as group:
            for engine in (*services, *fronts, self._sink()):
                group.create_task(self._bring_up(engine.name, engine))
            group.create_task(self._bring_up("edge", edge))
        self._phase("making the API clients")
        await bootstrap.ensure_clients(settings.url("edge"), settings.clients_file, self._secrets)

    async def _start_databases(self) -> dict[str, str]:
        server_url = self.settings.postgres_url
        if server_url is None:
            engine = PostgresEngine(
                self.settings.folder / "postgres",
                port=self.settings.ports["postgres"],
                password=self._secrets["POSTGRES_PASSWORD"],
                log_file=self.settings.log_file("postgres"),
            )
            await self._bring_up("postgres", engine)
            server_url = engine.url()
        await databases.create_databases(server_url, programs.DATABASES, self._secrets)
        urls = {
            program.name: databases.service_url(server_url, program, self._secrets) for program in programs.DATABASES
        }
        await databases.migrate(server_url, programs.DATABASES, self._secrets)
        return urls

    async def _start_kafka(self) -> Kafka:
        kafka = self.settings.kafka
        if kafka is None:
            engine = KafkaEngine(
                self.settings.folder / "kafka",
                port=self.settings.ports["kafka"],
                internal_port=self.settings.ports["kafka-internal"],
                controller_port=self.settings.ports["kafka-controller"],
                password=self._secrets["KAFKA_BROKER_PASSWORD"],
                log_file=self.settings.log_file("kafka"),
            )
            await self._bring_up("kafka", engine)
            kafka = engine.administrator
        else:
            await asyncio.to_thread(wait_for_coordinator, kafka)
        keeper = brokers.keeper(self.settings, kafka, self._secrets, self.report)
        await brokers.settle(keeper)
        self._keeping = asyncio.ensure_future(keeper.keep())
        return kafka

    async def _edge_configuration(self) -> None:
        await run_tool(
            "the edge's configuration could not be written",
            ["-m", "api_gateway.edge", "--output", str(self._edge_file)],
            programs.edge_environment(self.settings),
        )

    def _service(
        self, program: programs.Program, name: str, role: str, database_url: str, kafka: Kafka
    ) -> PythonService:
        port = self.settings.ports[name]
        return PythonService(
            name,
            service_arguments(program.package, port, role),
            port=port,
            environment=programs.service_environment(program, self.settings, self._secrets, database_url, kafka, role),
            log_file=self.settings.log_file(name),
        )

    def _front(self, front: programs.Front, database_url: str) -> PythonService:
        port = self.settings.ports[front.name]
        return PythonService(
            front.name,
            ["-m", front.package],
            port=port,
            environment=programs.front_environment(front, self.settings, self._secrets, database_url),
            log_file=self.settings.log_file(front.name),
        )

    def _sink(self) -> PythonService:
        return PythonService(
            "sink",
            ["-m", "devstack.sink"],
            port=self.settings.ports["sink"],
            environment=programs.sink_environment(self.settings, self._secrets),
            log_file=self.settings.log_file("sink"),
            probe="/livez",
        )

    async def _bring_up(self, name: str, engine: Engine) -> None:
        """Prepare, start, watch from now on, wait until it answers."""
        rotate(engine.log_file)
        await asyncio.to_thread(engine.prepare)
        watched = Watched(name, engine, self.report)
        engine.spawn()
        watched.started()
        self.watched.append(watched)
        self._write_state()
        await asyncio.to_thread(engine.wait_ready)
        self.report(f"{name} answers")

    async def _watch(self, extra: asyncio.Future[None] | None) -> None:
        """Look after the processes until cancelled; an error of `extra` is reported, not fatal."""
        while True:
            changed = [watched.name for watched in self.watched if watched.look()]
            if changed:
                self._write_state()
            if extra is not None and extra.done():
                if error := extra.exception():
                    self.report(str(error))
                extra = None
            await asyncio.sleep(_LOOK_SECONDS)

    def _phase(self, phase: str) -> None:
        self._state.phase = phase
        self._write_state()
        self.report(phase)

    def _write_state(self) -> None:
        self._state.processes = [watched.entry() for watched in self.watched]
        self._state.write(self.settings.folder)

    async def _stop(self, failure: str) -> None:
        """The edge first, so that no request meets a service that leaves; the engines last."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self.watched:
            self._phase(STOPPING)
        engines = ("postgres", "kafka")
        await self._stop_all(watched for watched in self.watched if watched.name == "edge")
        await self._stop_all(watched for watched in self.watched if watched.name not in (*engines, "edge"))
        await self._stop_all(watched for watched in self.watched if watched.name in engines)
        if failure:
            self._state.phase, self._state.error, self._state.processes = FAILED, failure, []
            self._state.write(self.settings.folder)
        else:
            forget_state(self.settings.folder)

    async def _stop_all(self, those: Iterable[Watched]) -> None:
        await asyncio.gather(*(asyncio.to_thread(watched.engine.stop) for watched in those))


def _as_one(error: BaseException) -> BaseException:
    """One `EngineError` with every message, where nothing but such errors happened."""
    errors = list(_leaves(error))
    if all(isinstance(leaf, EngineError) for leaf in errors):
        return EngineError("\n".join(dict.fromkeys(str(leaf) for leaf in errors)))
    return error


def _leaves(error: BaseException) -> Iterable[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error
