"""A small real service: it keeps notes, tells of each by an event, and hears its own events."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import httpx
import pytest
from chassis import outbox
from chassis.app import Service, create_app
from chassis.auth import Principal, requires
from chassis.consumer import Reactions, Received
from chassis.db import Reading, Work
from chassis.ids import new_id
from chassis.problems import Conflict, responses
from chassis.revocations import revocation_reactions
from chassis.routing import router
from chassis.runtime import Runtime
from chassis.settings import ServiceSettings
from chassis.testing import TestIssuer, running
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.event import Event

MIGRATIONS = Path(__file__).parents[1] / "migrations"


class NoteKept(Event):
    """A note was kept."""

    TOPIC = "probe.events.v1"
    KEY = "key"

    key: str
    number: int


class Poisoned(Conflict):
    """The note cannot be kept"""

    code = "poisoned"
    title_ar = "لا يمكن الحفظ"


class NoteIn(BaseModel):
    text: str
    key: str = "k"
    number: int = 0


class Note(BaseModel):
    id: UUID
    text: str


def note_routes() -> Any:
    routes = router()

    @routes.post("/v1/notes", status_code=201, responses=responses(Poisoned))
    async def keep(body: NoteIn, _: Annotated[Principal, requires("notes:write")], session: Work) -> Note:
        if body.text == "poison":
            raise Poisoned("No poison here.")
        note = Note(id=new_id(), text=body.text)
        await session.execute(text("INSERT INTO note (id, text) VALUES (:id, :text)"), note.model_dump())
        await outbox.add(session, NoteKept(key=body.key, number=body.number))
        return note

    @routes.get("/v1/notes")
    async def count(session: Reading) -> int:
        return int((await session.execute(text("SELECT count(*) FROM note"))).scalar_one())

    return routes


def note_reactions(group: str) -> Reactions:
    reactions = Reactions(group)
    revocation_reactions(reactions)

    @reactions.on(NoteKept)
    async def kept(events: Sequence[Received[NoteKept]], session: AsyncSession, runtime: Runtime) -> None:
        for event in events:
            if event.data.number in runtime.extra.setdefault("poison", set()):
                raise ValueError("poisoned event")
            await session.execute(
                text("INSERT INTO seen (key, number) VALUES (:key, :number)"),
                {"key": event.data.key, "number": event.data.number},
            )

    return reactions


MakeApp = Callable[..., Awaitable[FastAPI]]


@pytest.fixture
def make_app(make_database: Any, kafka_bootstrap: str, issuer: TestIssuer) -> MakeApp:
    async def make(database_url: str | None = None, bootstrap: str | None = None, **settings: Any) -> FastAPI:
        url = database_url or await make_database(MIGRATIONS)
        options = {"consumer_attempts": 2, **settings}
        return create_app(
            Service(
                name="probe",
                title="Probe",
                settings=ServiceSettings(
                    database_url=url, kafka_bootstrap=bootstrap or kafka_bootstrap, jwks=issuer.jwks, **options
                ),
                routers=[note_routes()],
                reactions=note_reactions(f"probe-{url.rsplit('/', 1)[-1]}"),
            )
        )

    return make


@pytest.fixture
async def app(make_app: MakeApp) -> FastAPI:
    return await make_app()


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with running(app) as client:
        yield client


async def seen(app: FastAPI, key: str) -> list[int]:
    async with app.state.runtime.sessions() as session:
        rows = await session.execute(text("SELECT number FROM seen WHERE key = :key ORDER BY id"), {"key": key})
        return list(rows.scalars())
