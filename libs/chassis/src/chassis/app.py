"""The composition of a service: one call gives a FastAPI app with all that every service must have."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis import isolation, logging, metrics, openapi, partitions, probes, security, telemetry, training
from chassis.auth import KEYS_LOOK_SECONDS, REVOCATIONS_REFRESH_SECONDS, Revocations, TokenVerifier
from chassis.background import Background, Worker, working
from chassis.clock import Clock, TrainingClock
from chassis.db import create_engine, create_pool, create_sessions
from chassis.edge import App, Edge, as_refusal, code_of, note_code, note_refusal
from chassis.endpoints import DeclarationFault, Endpoint
from chassis.hot import HotRoute
from chassis.idempotency import Replay
from chassis.infrastructure_errors import Busy
from chassis.invalid import in_arabic
from chassis.media import other_than_json
from chassis.operations import operations_router
from chassis.periodic import Periodic
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
from chassis.reactions import Reactions
from chassis.record_routes import record_routes
from chassis.records import chain, months, verify
from chassis.records.held import Held
from chassis.records.recorder import Recorder
from chassis.refusals import Refusal
from chassis.relay import Render
from chassis.restating import models
from chassis.restating.teller import Restatement, Teller
from chassis.restating_routes import restating_routes
from chassis.routing import DeclaredRoute, Router
from chassis.runtime import Resources, Runtime
from chassis.sealing import Keyring
from chassis.service_state import Queues, no_queues, state_routes
from chassis.settings import ServiceSettings
from chassis.waking import LOOKUP_SECONDS, Waker

log = logging.get_logger(__name__)

Settings = TypeVar("Settings", bound=ServiceSettings)
State = TypeVar("State")
ITEMS_ASIDE_SECONDS = 15.0
SESSIONS_SECONDS = 600.0
GC_THRESHOLDS = (50_000, 20, 50)

_BY_STATUS: dict[int, type[Problem]] = {
    400: MalformedRequest,
    404: NotFound,
    405: MethodNotAllowed,
    413: PayloadTooLarge,
    415: UnsupportedMedia,
    422: InvalidRequest,
}


@asynccontextmanager
async def stateless(_: Resources, __: ServiceSettings) -> AsyncIterator[None]:
    """The lifespan of a service that keeps nothing of its own."""
    yield


@dataclass
class Service(Generic[Settings, State]):
    """What makes one service different from another.

    `lifespan(runtime, settings)` makes the service's state once a process; routes, workers and reactions find it in
    their runtime. `refreshers` keep it up to date in every process; `workers` and `reactions` run in the background
    process only, where a service has one apart. `held`: which of its tables hold data on persons; `holders`: the one
    among them that knows whose a card is; `restated`: what of its state it can tell again;
    `queues`: what of its own work waits; `keeps_districts`: whether its objects know their district.
    """

    name: str
    title: str
    settings: Settings
    routers: Sequence[Router]
    lifespan: Callable[[Resources, Settings], AbstractAsyncContextManager[State]]
    description: str = ""
    reactions: Reactions[Runtime[State]] | None = None
    render: Render | None = None
    refreshers: Sequence[Worker[Runtime[State]]] = ()
    workers: Sequence[Worker[Runtime[State]]] = ()
    hot_routes: Sequence[HotRoute[Runtime[State], object]] = ()
    openapi_url: str | None = "/openapi.json"
    held: Held = field(default_factory=dict)
    restated: Sequence[Restatement[Runtime[State]]] = ()
    holders: str = ""
    queues: Queues = no_queues
    keeps_districts: bool = True


def create_app(service: Service[Settings, State]) -> App:
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
    serves = service.settings.role != "work"
    own = (
        operations_router(service.name),
        record_routes(service.name, service.held),
        restating_routes(service.name, [one.subject for one in service.restated]),
        state_routes(service.name, service.queues),
    )
    routers = (*service.routers, *own) if serves else ()
    app.endpoints = _all_of(routers)
    app.declared = tuple(route for routes in routers for route in routes.api.routes if isinstance(route, DeclaredRoute))
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
    app.hot = {route.path.encode(): route for route in service.hot_routes if serves}
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
async def _lifespan(app: App, service: Service[Settings, State]) -> AsyncIterator[None]:
    settings, runtime = service.settings, await _runtime(service)
    app.state.runtime = runtime
    before: list[Worker[Resources]] = [*FRESH]
    during: list[Worker[Runtime[State]]] = [*service.refreshers]
    if settings.role != "work":
        before.append(KEYS)
    if settings.role != "api":
        chain.chain_key(runtime)  # at once, not when the first record waits
        app.background = Background(runtime, service.reactions, service.render)
        runtime.wake_relay = app.background.relay.wake
        before += (*HOUSEKEEPING, verify.job())
        during += service.workers
        if service.restated:
            during.append(Teller(service.restated).job())
    elif settings.relay_address:
        waker = Waker(settings.relay_address)
        runtime.wake_relay = waker.wake
        before.append(_looking_up(waker))
    # before the first request: whoever is suspended stays so across a restart
    await runtime.revocations.refresh(runtime.pool)
    # and before the first event: what comes again after a restart happened in the time it was moved to
    await _training(runtime)
    async with AsyncExitStack() as stack:
        # What is opened first is closed last: the events of the last request and the last event are published still.
        if app.background:
            await stack.enter_async_context(app.background.relaying())
        runtime.state = await stack.enter_async_context(service.lifespan(runtime, settings))
        await stack.enter_async_context(runtime.records.running())
        await stack.enter_async_context(working(runtime, before))
        await stack.enter_async_context(working(runtime, during))
        if app.background:
            await stack.enter_async_context(app.background.consuming())
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        log.info("started", port=settings.port, role=settings.role)
        yield
    await runtime.pool.close()
    await runtime.engine.dispose()
    log.info("stopped")


async def _runtime(service: Service[Settings, State]) -> Runtime[State]:
    settings = service.settings
    security.watch_lookups(
        people=settings.mass_lookup_people,
        machines=settings.mass_lookup_machines,
        seconds=settings.mass_lookup_seconds,
    )
    clock = TrainingClock() if settings.training_clock else Clock()
    if settings.training_clock:
        log.warning("this is a training system: business time can be moved")
    engine = create_engine(settings, service.name)
    revocations = Revocations()
    pool = await create_pool(settings, service.name)
    ring = Keyring.parse(settings.record_data_keys.get_secret_value())
    made: Runtime[State] = Runtime(
        name=service.name,
        settings=settings,
        clock=clock,
        engine=engine,
        sessions=create_sessions(engine, clock),
        pool=pool,
        verifier=TokenVerifier(settings, revocations),
        revocations=revocations,
        records=Recorder(pool, ring),
        reactions=service.reactions,
        holders=service.holders,
        keeps_districts=service.keeps_districts,
    )
    made.seal_replies(ring)
    return made


async def _training(runtime: Resources) -> None:
    if isinstance(runtime.clock, TrainingClock):
        await training.refresh(runtime.pool, runtime.clock)


def _looking_up(waker: Waker) -> Periodic[Resources]:
    return Periodic("relay_address", lambda _: waker.look_up(), LOOKUP_SECONDS)


KEYS: Periodic[Resources] = Periodic("issuer_keys", lambda runtime: runtime.verifier.keep(), KEYS_LOOK_SECONDS)
FRESH: tuple[Periodic[Resources], ...] = (
    Periodic("revocations", lambda runtime: runtime.revocations.refresh(runtime.pool), REVOCATIONS_REFRESH_SECONDS),
    Periodic("training_clock", _training, training.REFRESH_SECONDS),
)
HOUSEKEEPING: tuple[Periodic[Resources], ...] = (
    *partitions.JOBS,
    chain.CHAIN,
    *months.JOBS,
    models.JOB,
    Periodic("items_aside", isolation.count, ITEMS_ASIDE_SECONDS),
    Periodic("ended_sessions", lambda runtime: runtime.revocations.forget_sessions(runtime.pool), SESSIONS_SECONDS),
)


async def _metrics(request: Request) -> Response:
    return metrics.exposition(background=request.app.background is not None)


async def _on_refusal(request: Request, error: Exception) -> Response:
    refusal = as_refusal(error)
    note_refusal(request.scope, refusal)
    return response_of(refusal, telemetry.current_request_id())


async def _on_replay(request: Request, error: Exception) -> Response:
    if not isinstance(error, Replay):
        raise error
    if error.status >= 400:
        note_code(request.scope, code_of(error.body))
    return error.response()


async def _on_invalid(request: Request, error: Exception) -> Response:
    """Say where and why, never what was sent: it may be personal."""
    if not isinstance(error, RequestValidationError):
        raise error
    faults = [
        {"where": ".".join(map(str, e["loc"])), "reason": e["msg"], "reason_ar": in_arabic(e), "code": e["type"]}
        for e in error.errors()
    ]
    summary = "; ".join(f"{fault['where']}: {fault['reason']}" for fault in faults[:3])
    arabic = "راجع البيانات المرسلة. " + "، ".join(f"{fault['where']}: {fault['reason_ar']}" for fault in faults[:3])
    if (sent := other_than_json(request)) and any(fault["loc"][:1] == ("body",) for fault in error.errors()):
        summary = f"The type of the body is {sent}; send it as application/json."
        arabic = f"نوع البيانات المرسلة {sent}، أرسلها بنوع application/json."
    problem = InvalidRequest(summary, detail_ar=arabic, errors=list(faults[:50]))
    note_refusal(request.scope, problem)
    return problem.response(telemetry.current_request_id())


async def _on_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    kind = _BY_STATUS.get(error.status_code, Problem)
    problem = kind(error.detail, headers=error.headers or {})
    note_refusal(request.scope, problem)
    return problem.response(telemetry.current_request_id())
