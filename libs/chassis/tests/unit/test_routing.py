"""A declaration that is not whole is refused, by name, where it stands; what is declared holds at run time."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Annotated, Any, cast
from uuid import UUID

import httpx
import pytest
from fastapi import Depends, FastAPI, Header
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.area import NATIONAL
from chassis.auth import Caller
from chassis.endpoints import MIB, PEOPLE, DeclarationFault, Rate, Retry
from chassis.idempotency import HEADER
from chassis.principal import AAL1, AAL2, CallerKind, Principal
from chassis.problems import Conflict, NotFound, Problem
from chassis.routing import Router, router
from contracts.scopes import Scope

CALLER = Principal("till", CallerKind.CLIENT, frozenset({"cards:read"}), NATIONAL)


async def paged(after: str = "", limit: int = 1) -> str:
    """What a page asks for."""
    return f"{after}{limit}"


def routes() -> Any:
    """Two routes, one open to holders of a scope, one to all."""
    found = router(prefix="/v1", tags=["things"])

    @found.get("/things/{thing}", scopes=(Scope.CARDS_READ, Scope.CARDS_WRITE), problems=NotFound)
    async def read(thing: str, caller: Caller, page: Annotated[str, Depends(paged)], kind: str = "") -> str:
        return f"{thing} {caller.subject} {page} {kind}"

    @found.post("/things", public=True, rate=Rate.TOKEN, deadline=3, body=2 * MIB, problems=(NotFound, Conflict))
    async def make(key: Annotated[str | None, Header(alias=HEADER)] = None) -> str:
        return f"made {key}"

    return found


@asynccontextmanager
async def serving(routes: Router, known: Mapping[str, Principal]) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an app with these routes, whose tokens are the names of its callers."""
    app = FastAPI()
    app.include_router(routes.api)

    async def refused(_: Request, problem: Exception) -> Response:
        return cast("Problem", problem).response()

    async def verify(token: str) -> Principal:
        return known.get(token, Principal("other", CallerKind.CLIENT, frozenset(), NATIONAL))

    app.add_exception_handler(Problem, refused)
    settings = SimpleNamespace(step_up_seconds=300)
    app.state.runtime = SimpleNamespace(
        verifier=SimpleNamespace(verify_fresh=verify), settings=settings, keeps_districts=True
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as found:
        yield found


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with serving(routes(), {"known": CALLER}) as found:
        yield found


def test_an_endpoint_is_what_was_declared_and_what_its_handler_takes() -> None:
    read, make = routes().endpoints
    assert (read.name, read.scopes) == ("GET /v1/things/{thing}", (Scope.CARDS_READ, Scope.CARDS_WRITE))
    assert (read.rate, read.deadline, read.retry) == (Rate.STANDARD, 10.0, Retry.ALWAYS)
    assert read.query == {"after", "limit", "kind"}
    assert (make.public, make.rate, make.deadline, make.body) == (True, Rate.TOKEN, 3.0, 2 * MIB)
    assert (make.retry, make.query) == (Retry.KEYED, frozenset())


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({}, "name its scopes"),
        ({"scopes": Scope.CARDS_READ, "public": True}, "name its scopes"),
        ({"scopes": "cards:eat"}, "unknown scope 'cards:eat'"),
        ({"scopes": (Scope.CARDS_READ, Scope.CARDS_READ)}, "stands twice"),
        ({"scopes": Scope.CARDS_READ, "rate": Rate.PUBLIC}, "for public routes"),
        ({"public": True, "rate": Rate.SALE}, "for known callers"),
        ({"public": True, "deadline": 0}, "deadline"),
        ({"public": True, "deadline": 61}, "deadline"),
        ({"public": True, "body": 17 * MIB}, "body limit"),
        ({"scopes": Scope.CARDS_READ, "callers": frozenset()}, "nobody may call"),
        ({"scopes": Scope.CARDS_READ, "step_up": True}, "only people can show two factors"),
    ],
)
def test_a_declaration_that_is_not_whole_is_refused(declared: dict[str, Any], words: str) -> None:
    with pytest.raises(DeclarationFault, match=rf"GET /v1/things: .*{words}"):
        router().get("/v1/things", **declared)


@pytest.mark.parametrize("path", ["things", "/v1/{Thing}", "/v1/things/", "/v1/{thing}s"])
def test_a_path_is_of_fixed_words_and_parameters(path: str) -> None:
    with pytest.raises(DeclarationFault, match="fixed words"):
        router().get(path, public=True)


def test_a_path_that_names_an_object_takes_its_caller_or_says_why_anyone_may_name_it() -> None:
    async def blind(thing_id: str) -> None:
        """Reads a thing of whoever's."""

    async def asking(thing_id: str, caller: Caller) -> None:
        """Reads a thing of the caller's."""

    for facts in ({"scopes": Scope.CARDS_READ}, {"public": True}):
        with pytest.raises(DeclarationFault, match=r"GET /v1/things/\{thing_id\}: the path names an object"):
            router().get("/v1/things/{thing_id}", **facts)(blind)
    with pytest.raises(DeclarationFault, match="`anyone` is for paths that name an object"):
        router().get("/v1/things/{thing}", scopes=Scope.CARDS_READ, anyone="why not")(blind)
    router().get("/v1/things/{thing_id}", scopes=Scope.CARDS_READ)(asking)
    router().get("/v1/things/{thing_id}", scopes=Scope.CARDS_READ, anyone="things are the same for all")(blind)


def test_one_code_has_one_class() -> None:
    with pytest.raises(TypeError, match=r"'not_found' is the code of both chassis\.problems\.NotFound and .*Lost"):
        type("Lost", (NotFound,), {"code": "not_found", "__module__": "other"})


async def test_a_caller_needs_one_of_the_scopes(client: httpx.AsyncClient) -> None:
    nobody = await client.get("/v1/things/1")
    assert (nobody.status_code, nobody.json()["code"]) == (401, "missing_token")
    other = await client.get("/v1/things/1", headers={"Authorization": "Bearer other"})
    assert (other.status_code, other.json()["code"]) == (403, "insufficient_scope")
    assert other.json()["needed"] == ["cards:read", "cards:write"]
    known = await client.get("/v1/things/1?kind=a", headers={"Authorization": "Bearer known"})
    assert known.json() == "1 till 1 a"


DECIDING = Scope.CARDS_WRITE
PERSON = Principal(f"person:{UUID(int=1)}", CallerKind.PERSON, frozenset({DECIDING}), NATIONAL, session_id="a")


@pytest.mark.parametrize(
    ("principal", "age", "status", "code"),
    [
        (replace(PERSON, acr=AAL2), 0, 200, None),
        (replace(PERSON, acr=AAL2), 400, 401, "insufficient_user_authentication"),
        (replace(PERSON, acr=AAL2), -400, 401, "insufficient_user_authentication"),
        (replace(PERSON, acr=AAL2), None, 401, "insufficient_user_authentication"),
        (replace(PERSON, acr=AAL1), 0, 401, "insufficient_user_authentication"),
        (PERSON, 0, 401, "insufficient_user_authentication"),
        (replace(PERSON, scopes=frozenset()), None, 403, "insufficient_scope"),
        (replace(CALLER, scopes=PERSON.scopes, acr=AAL2), 0, 403, "caller_kind_refused"),
        (replace(PERSON, kind=CallerKind.CITIZEN, acr=AAL2), 0, 403, "caller_kind_refused"),
    ],
)
async def test_deciding_is_for_people_who_have_just_shown_two_factors(
    principal: Principal, age: int | None, status: int, code: str | None
) -> None:
    principal = replace(principal, signed_in_at=None if age is None else time.time() - age)
    deciding = router()

    @deciding.post("/v1/decisions", scopes=DECIDING, callers=PEOPLE, step_up=True)
    async def decide() -> str:
        return "decided"

    async with serving(deciding, {"token": principal}) as client:
        reply = await client.post("/v1/decisions", headers={"Authorization": "Bearer token"})
    assert (reply.status_code, reply.json()["code"] if code else None) == (status, code)
    if status == 401:
        assert 'max_age="300"' in reply.headers["www-authenticate"]


@pytest.mark.parametrize("query", ["knid=a", "kind:exact=a", "kind=a&KIND=b", "kind[]=a", "x", "%00=1"])
async def test_a_query_parameter_nobody_reads_is_refused(client: httpx.AsyncClient, query: str) -> None:
    reply = await client.get(f"/v1/things/1?{query}", headers={"Authorization": "Bearer known"})
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")
    assert "after, kind, limit" in reply.json()["detail"]
    assert reply.json()["errors"][0]["where"].startswith("query.")
    assert (await client.post("/v1/things?a=1")).status_code == 422
    assert (await client.post("/v1/things")).json() == "made None"


class Sent(BaseModel):
    """A body with one value of each kind that pydantic would help."""

    loaves: int = 0
    sure: bool = False
    name: Annotated[str, Field(min_length=1)] = "x"
    day: date | None = None


def taking() -> Router:
    """A route with a body and numbers in its query."""
    found = router(prefix="/v1", tags=["things"])

    @found.post("/things", public=True)
    async def make(body: Sent, limit: int = 1, sure: bool = False) -> str:
        return f"{body.loaves} {limit} {sure}"

    return found


@pytest.mark.parametrize(
    ("query", "body", "where"),
    [
        ("limit=7.0", {}, "query.limit"),
        ("limit=1_0", {}, "query.limit"),
        ("sure=yes", {}, "query.sure"),
        ("", {"loaves": True}, "body.loaves"),
        ("", {"loaves": 7.0}, "body.loaves"),
        ("", {"loaves": 10**30}, "body.loaves"),
        ("", {"sure": "yes"}, "body.sure"),
        ("", {"name": "\u200f \u00a0"}, "body.name"),
        ("", {"day": 0}, "body.day"),
    ],
)
async def test_values_are_taken_as_they_are_said(query: str, body: dict[str, Any], where: str) -> None:
    async with serving(taking(), {}) as client:
        reply = await client.post(f"/v1/things?{query}", json=body)
        assert (reply.status_code, reply.json()["code"]) == (422, "invalid_request")
        (fault,) = reply.json()["errors"]
        assert fault["where"] == where
        assert fault["reason_ar"] in reply.json()["detail_ar"]
        taken = await client.post("/v1/things?limit=7&sure=true", json={"loaves": 5, "day": "2026-11-01"})
        assert (taken.status_code, taken.json()) == (200, "5 7 True")
        for sent, media in (("{", "application/json"), ("x", "text/plain")):  # FastAPI's to refuse
            reply = await client.post("/v1/things", content=sent, headers={"content-type": media})
            assert (reply.status_code, "detail" in reply.json()) == (422, True)
