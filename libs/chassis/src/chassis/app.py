"""The composition of a service: one call gives a FastAPI app with all that every service must have."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis import kafka, logging, metrics, openapi, partitions, probes, telemetry, training
from chassis.auth import Revocations, TokenVerifier
from chassis.clock import Clock, TrainingClock
from chassis.consumer import EventConsumer, Reactions
from chassis.db import create_engine, create_pool, create_sessions
from chassis.edge import App, Edge, as_refusal
from chassis.endpoints import DeclarationFault, Endpoint
from chassis.faults import Busy, is_infrastructure
from chassis.hot import HotRoute
from chassis.idempotency import Replay
from chassis.operations import operations_router
from chassis.problems import (
    InvalidRequest,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    Problem,
    UnsupportedMedia,
    response_of,
)
from chassis.refusals import Refusal
from chassis.relay import Relay
from chassis.routing import Router
from chassis.runtime import Runtime
from chassis.settings import ServiceSettings
from contracts.event import registry

log = logging.get_logger(__name__)

Worker = Callable[[Runtime], Awaitable[None]]
WORKER_RESTART_SECONDS = 1.0
CONSUMER_GRACE_SECONDS = 20.0
RELAY_GRACE_SECONDS = 10.0
GC_THRESHOLDS = (50_000, 20, 50)

_BY_STATUS: dict[int, type[Problem]] = {
    400: MalformedRequest,
    404: NotFound,
    405: MethodNotAllowed,
    413: PayloadTooLarge,
    415: UnsupportedMedia,
    422: InvalidRequest,
}


@dataclass
class Service:
    """What makes one service different from another."""

    name: str
    title: str
    settings: ServiceSettings
    routers: Sequence[Router]
    description: str = ""
    reactions: Reactions | None = None
    workers: Sequence[Worker] = ()
    lifespan: Callable[[Runtime], AbstractAsyncContextManager[None]] | None = None
    hot_routes: Sequence[HotRoute[Any]] = ()
    openapi_url: str | None = "/openapi.json"


def create_app(service: Service) -> FastAPI:
    """The service as an ASGI app: routes, probes, metrics, problems, relay, consumer, workers, graceful shutdown.

    Raises DeclarationFault where two routes are declared alike.
    """
    logging.configure(service.name, service.settings.log_level)
    app = App(
        title=service.title,
        description=service.description,
        version="1.0.0",
        lifespan=lambda app: _lifespan(app, service),
        openapi_url=service.openapi_url,
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
    )
    routers = (*service.routers, operations_router(service.name))
    app.endpoints = _all_of(routers)
    for routes in routers:
        app.include_router(routes.api)
    app.add_route("/livez", probes.livez, include_in_schema=False)
    app.add_route("/readyz", probes.readyz, include_in_schema=False)
    app.add_route("/metrics", _metrics, include_in_schema=False)
    app.add_exception_handler(Refusal, _on_refusal)
    app.add_exception_handler(Busy, _on_refusal)
    app.add_exception_handler(Replay, _on_replay)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_middleware(Edge)
    app.hot = {route.path.encode(): route for route in service.hot_routes}
    openapi.install(app, app.endpoints)
    return app


def endpoints_of(app: FastAPI) -> tuple[Endpoint, ...]:
    """Every endpoint a service declares. Raises TypeError for an app that is no service."""
    if not isinstance(app, App):
        raise TypeError(f"{app.title} was not made by create_app")
    return app.endpoints


def _all_of(routers: Sequence[Router]) -> tuple[Endpoint, ...]:
    endpoints = [endpoint for routes in routers for endpoint in routes.endpoints]
    for name, times in Counter(endpoint.name for endpoint in endpoints).items():
        if times > 1:
            raise DeclarationFault(f"{name} is declared twice")
    return tuple(endpoints)


@asynccontextmanager
async def _lifespan(app: FastAPI, service: Service) -> AsyncIterator[None]:
    runtime = await _runtime(service)
    app.state.runtime = runtime
    relay = Relay(service.settings, service.name, _topics(service))
    consumer = EventConsumer(service.reactions, runtime) if service.reactions else None
    cluster = kafka.Cluster(service.settings.kafka_bootstrap)
    runtime.wake_relay = relay.wake
    runtime.extra |= {
        "chassis.relay": relay,
        "chassis.consumer": consumer,
        "chassis.reactions": service.reactions,
        "chassis.cluster": cluster,
    }
    # before the first request: whoever is suspended stays so across a restart
    await runtime.revocations.refresh(runtime.pool)
    background = _start(runtime, _keys, _revocations, _housekeeping)
    if isinstance(runtime.clock, TrainingClock):
        # and before the first event: what comes again after a restart happened in the time it was moved to
        await training.refresh(runtime.pool, runtime.clock)
        background += _start(runtime, _training)
    async with service.lifespan(runtime) if service.lifespan else nullcontext():
        background += _start(runtime, *service.workers)
        relaying = asyncio.create_task(_supervise(lambda _: relay.run(), runtime, "relay"))
        consuming = asyncio.create_task(_supervise(lambda _: consumer.run(), runtime, "consumer")) if consumer else None
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        log.info("started", port=service.settings.port)
        yield
        if consumer and consuming:
            consumer.stop()
            await _finish(consuming, CONSUMER_GRACE_SECONDS)
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
    relay.stop()
    await _finish(relaying, RELAY_GRACE_SECONDS)
    await cluster.close()
    await runtime.pool.close()
    await runtime.engine.dispose()
    log.info("stopped")


def _start(runtime: Runtime, *workers: Worker) -> list[asyncio.Task[None]]:
    return [asyncio.create_task(_supervise(work, runtime, getattr(work, "__name__", str(work)))) for work in workers]


async def _finish(task: asyncio.Task[None], seconds: float) -> None:
    """Let a task that was told to stop come to its end; cut it off when it takes too long."""
    done, _ = await asyncio.wait([task], timeout=seconds)
    if not done:
        log.warning("cut off while stopping", seconds=seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _runtime(service: Service) -> Runtime:
    settings = service.settings
    clock = TrainingClock() if settings.training_clock else Clock()
    if settings.training_clock:
        log.warning("this is a training system: business time can be moved")
    engine = create_engine(settings, service.name)
    revocations = Revocations()
    return Runtime(
        name=service.name,
        settings=settings,
        clock=clock,
        engine=engine,
        sessions=create_sessions(engine, clock),
        pool=await create_pool(settings, service.name),
        verifier=TokenVerifier(settings, revocations),
        revocations=revocations,
    )


def _topics(service: Service) -> set[str]:
    """The topics that must exist before the service publishes or consumes."""
    own = {event.TOPIC for event in registry().values() if event.TOPIC.split(".", 1)[0] == service.name}
    consumed = service.reactions.topics if service.reactions else set()
    return own | consumed | {topic + kafka.DEAD for topic in consumed}


async def _supervise(work: Worker, runtime: Runtime, name: str) -> None:
    """Run a worker for ever: one that ends is done, one that fails begins again."""
    while True:
        try:
            await work(runtime)
            return
        except Exception as error:  # why: a worker that fails must not take the service along, nor stay dead
            if is_infrastructure(error):
                log.warning("worker waits for a server", worker=name, error=type(error).__name__)
            else:
                log.error("worker failed, starting it again", worker=name, exc_info=error)
            await asyncio.sleep(WORKER_RESTART_SECONDS)


async def _keys(runtime: Runtime) -> None:
    await runtime.verifier.keep_fresh()


async def _revocations(runtime: Runtime) -> None:
    await runtime.revocations.keep_fresh(runtime.pool)


async def _training(runtime: Runtime) -> None:
    if isinstance(runtime.clock, TrainingClock):
        await training.keep_fresh(runtime.pool, runtime.clock)


async def _housekeeping(runtime: Runtime) -> None:
    await partitions.keep_house(runtime.pool, runtime.settings)


async def _metrics(_: Request) -> Response:
    return metrics.exposition()


async def _on_refusal(_: Request, error: Exception) -> Response:
    return response_of(as_refusal(error), telemetry.current_request_id())


async def _on_replay(_: Request, error: Exception) -> Response:
    if not isinstance(error, Replay):
        raise error
    return error.response()


async def _on_invalid(_: Request, error: Exception) -> Response:
    """Say where and why, never what was sent: it may be personal."""
    if not isinstance(error, RequestValidationError):
        raise error
    faults = [{"where": ".".join(map(str, e["loc"])), "reason": e["msg"], "code": e["type"]} for e in error.errors()]
    summary = "; ".join(f"{fault['where']}: {fault['reason']}" for fault in faults[:3])
    problem = InvalidRequest(summary, detail_ar="راجع البيانات المرسلة.", errors=list(faults[:50]))
    return problem.response(telemetry.current_request_id())


async def _on_http(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    kind = _BY_STATUS.get(error.status_code, Problem)
    problem = kind(error.detail, headers=error.headers or {})
    return problem.response(telemetry.current_request_id())
