"""For tests: walks every operation of a service as a stranger, as somebody bound to nothing, and as who may.

Where who may is bound to a governorate, somebody bound to another district of it gets as little as a stranger.

Each is also asked with a query parameter that it does not know.

An operation that the walk does not know fails it, so that a new one states who may see what it names.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from fastapi import FastAPI

from chassis.area import UNSAID
from chassis.personal import PARAMETERS, models_of, tags_of
from chassis.principal import CallerKind
from chassis.records.acts import Act
from chassis.testing import TestIssuer
from chassis.testing_acts import SAID, Own, Recorded, declared

Sign = Callable[..., Awaitable[dict[str, str]]]

PORT_SAID = {"governorate": "03"}
ISMAILIA = {"governorate": "19"}
_BOUNDS = frozenset({"governorate", "outlet_id", "site_id", "provider_id", "authority"})
_UNSAID = {"governorate": UNSAID}
# What every service has of the chassis: about the service as such, whoever operates it.
_OPERATIONS = ("/v1/operations/", "/v1/training/", "/v1/records/")
_NOBODYS = "06"  # a district in which no test puts anything
_UNREAD = "no_such_parameter"
# What names a person, or is about one, wherever it stands in a reply.
_NAMES: Final = {*PARAMETERS, "full_name", "holder_name_masked", "national_id_masked", "mobile_masked", "birth_date"}


@dataclass(frozen=True)
class Call:
    """An operation on an object, made by a stranger first and then by who is `mine`.

    A stranger gets `refused`; where that is a success, the answer must not hold `mark`, which is in the other's. A
    caller whose token says no bound at all gets as little: absent is nothing.
    """

    url: str
    scopes: str
    mine: Mapping[str, object] = field(default_factory=lambda: PORT_SAID)
    stranger: Mapping[str, object] = field(default_factory=lambda: ISMAILIA)
    refused: int = 404
    mark: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)  # what httpx takes: `json`, or `content` and `headers`


def operations(app: FastAPI) -> set[str]:
    """All operations of a service, such as `GET /v1/cards/{card_id}`."""
    return {
        f"{method.upper()} {path}"
        for path, methods in app.openapi()["paths"].items()
        for method in methods
        if not path.startswith(_OPERATIONS)
    }


async def walk(
    app: FastAPI,
    client: httpx.AsyncClient,
    sign: Sign,
    calls: Mapping[str, Call | Sequence[Call]],
    anyone: Mapping[str, str],
    *,
    acts: Mapping[str, Call] | None = None,
    own: Mapping[str, Own] | None = None,
    elsewhere: Collection[str] = (),
) -> None:
    """Make the calls of every operation in the order given; `anyone` has the others, with the reason of each.

    `sign` gives the headers of a caller with scopes and claims (`TestIssuer`'s keywords, and `subject`).

    Every operation that is not public must succeed once for whom it is; one that changes something leaves who did it,
    in the record or where `own` says. `acts` are calls of those in `anyone`, made first, by who is `mine`; those of
    `elsewhere` have a test of their own.

    Raises AssertionError that names each operation which is not known, or lets a stranger in, or keeps its owner out.
    """
    known, found = {*calls, *anyone}, operations(app)
    kept = _acts(app)
    wrong = [f"{name}: not in the walk" for name in sorted(found - known)]
    wrong += [f"{name}: no such operation" for name in sorted(known - found)]
    wrong += untagged(app)
    done: set[str] = set()
    succeeded: set[str] = {*elsewhere, *(route.declared.name for route in declared(app) if route.declared.public)}
    for name, call in (acts or {}).items():
        recorded = Recorded(name, app, kept.get(name), (own or {}).get(name), done)
        reply = await _made(client, sign, name.split(" ")[0], call, call.mine, said=True)
        faults = await recorded.faults(reply)
        wrong += [f"{name}: {fault}" for fault in faults]
        wrong += [] if reply.is_success else [f"{name}: who may gets {reply.status_code} {reply.text[:200]}"]
        succeeded.add(name)
    for name, listed in calls.items():
        recorded = Recorded(name, app, kept.get(name), (own or {}).get(name), done)
        for call in (listed,) if isinstance(listed, Call) else listed:
            faults, well = await _faults(client, sign, name.split(" ")[0], call, recorded)
            wrong.extend(f"{name}: {fault}" for fault in faults)
            succeeded.update([name] if well else [])
    wrong += [f"{name}: it has succeeded for nobody" for name in sorted(found - succeeded)]
    wrong += [f"{name}: nobody has succeeded with it: who did it may be kept nowhere" for name in changing(app) - done]
    missing = await _record_faults(app, client, sign)
    wrong += missing
    assert not wrong, "\n".join(wrong)


async def _record_faults(app: FastAPI, client: httpx.AsyncClient, sign: Sign) -> list[str]:
    """What of the service's record cannot be read by whom it is for, or can by others."""
    base, somebody = f"/v1/records/{app.state.runtime.name}", "0190a000-0000-7000-8000-000000000000"
    asked = f"?card_id={somebody}&household_id={somebody}"
    scopes = {
        base: "records:read",
        f"{base}/concerned?since=2020-01-01T00:00:00Z": "records:read",
        f"{base}/heads": "records:read",
        f"{base}/about/{somebody}{asked}": "records:collect",
        f"{base}/held/{somebody}{asked}": "records:collect",
    }
    faults = []
    for path, scope in scopes.items():
        reply = await client.get(path, headers=await sign(scope, governorate="*"))
        other = await client.get(path, headers=await sign("citizens:read", governorate="*"))
        unread = await _unread(client, "GET", path, await sign(scope, governorate="*"))
        faults += [f"{path}: {fault}" for fault in unread]
        if (reply.status_code, other.status_code) != (200, 403):
            faults.append(f"{path}: {reply.status_code} {reply.text[:200]}, without the scope {other.status_code}")
    return faults


async def _unread(client: httpx.AsyncClient, method: str, url: str, headers: Mapping[str, str]) -> list[str]:
    """What is wrong with the answer to a query parameter that the operation does not know."""
    reply = await client.request(method, httpx.URL(url).copy_merge_params({_UNREAD: "1"}), headers=headers)
    if reply.status_code == 422 and _UNREAD in reply.text:
        return []
    return [f"a query parameter that nobody reads is let pass: {reply.status_code} {reply.text[:200]}"]


def signed_by(issuer: TestIssuer) -> Sign:
    """Callers with tokens of the tests' own issuer."""

    async def sign(scopes: str, subject: str = "somebody", **claims: object) -> dict[str, str]:
        return issuer.headers(subject, scopes, **claims)

    return sign


def changing(app: FastAPI) -> set[str]:
    """Operations that change something, of those a service has by itself."""
    routes = (route for route in declared(app) if route.declared.keyed and not route.declared.public)
    return {route.declared.name for route in routes if not route.declared.path.startswith(_OPERATIONS)}


def _acts(app: FastAPI) -> dict[str, Act | None]:
    return {route.declared.name: route.act for route in declared(app)}


def untagged(app: FastAPI) -> list[str]:
    """Fields that name a person in what a service shows, and are not tagged with whose they are."""
    return [
        f"{route.declared.name}: {where} is not tagged (chassis.personal)"
        for route in declared(app)
        if not route.declared.public
        for where in _untagged(route.response_model, ())
    ]


def _untagged(annotation: Any, within: tuple[Any, ...]) -> list[str]:
    found: list[str] = []
    for model in models_of(annotation):
        for name, described in model.model_fields.items() if model not in within else ():
            tags = tags_of(described.metadata, described.annotation)
            if name in _NAMES and not tags:
                found.append(f"{model.__name__}.{name}")
            if not tags:  # what is tagged as a whole needs no tags inside
                found += _untagged(described.annotation, (*within, model))
    return found


async def _made(
    client: httpx.AsyncClient, sign: Sign, method: str, call: Call, claims: Mapping[str, object], *, said: bool = False
) -> httpx.Response:
    """Make a call as somebody; `said`: with a purpose and the number of a case."""
    body = dict(call.body)
    headers = {**await sign(call.scopes, **claims), **body.pop("headers", {}), **(SAID if said else {})}
    return await client.request(method, call.url, headers=headers, **body)


def _neighbour(call: Call) -> dict[str, object] | None:
    """Who is bound to another district of the governorate, where it is the governorate that keeps a stranger out."""
    mine, theirs = (str(one.get("governorate", UNSAID)) for one in (call.mine, call.stranger))
    narrower = (_BOUNDS - {"governorate", "authority"}) & call.mine.keys()
    apart = theirs not in {UNSAID, mine} and call.mine.get("authority") == call.stranger.get("authority")
    if len(mine) != 2 or narrower or not apart or call.mine.get("kind") == CallerKind.TERMINAL:
        return None
    return {**call.mine, "governorate": f"{mine}.{_NOBODYS}"}


async def _faults(
    client: httpx.AsyncClient, sign: Sign, method: str, call: Call, recorded: Recorded
) -> tuple[list[str], bool]:
    """What is wrong with the answers, and whether it has succeeded for who is `mine`."""
    before = await recorded.misses()
    theirs = await _made(client, sign, method, call, call.stranger)
    faults = []
    unread = await _unread(client, method, call.url, await sign(call.scopes, **call.mine))
    faults += unread
    if recorded.act and theirs.status_code == 404 and await recorded.misses() == before:
        faults.append("that it was not there for a stranger is in no record")
    if theirs.status_code != call.refused:
        faults.append(f"a stranger gets {theirs.status_code} {theirs.text[:200]}")
    nowhere = {name: value for name, value in call.mine.items() if name not in _BOUNDS} | _UNSAID
    unbound = await _made(client, sign, method, call, nowhere)
    shown = unbound.is_success and call.refused == 200 and (call.mark or "") not in unbound.text
    if unbound.status_code not in {403, 404} and not shown:
        faults.append(f"who is bound to nothing gets {unbound.status_code} {unbound.text[:200]}")
    if near := _neighbour(call):
        beside = await _made(client, sign, method, call, near)
        hidden = beside.is_success and call.refused == 200 and (call.mark or "") not in beside.text
        if beside.status_code not in {403, 404} and not hidden:
            faults.append(f"who is bound to another district gets {beside.status_code} {beside.text[:200]}")
    mine = await _made(client, sign, method, call, call.mine, said=True)
    left = await recorded.faults(mine)
    faults += left
    kind = str(call.mine.get("kind", CallerKind.CLIENT))
    restricted = await recorded.restricted_faults(
        mine, lambda said: _made(client, sign, method, call, call.mine, said=said), kind
    )
    faults += restricted
    if not mine.is_success and mine.status_code not in {409, 422}:
        faults.append(f"who is bound to it gets {mine.status_code} {mine.text[:200]}")
    if theirs.is_success and (call.mark is None or call.mark in theirs.text or call.mark not in mine.text):
        faults.append(f"{call.mark} is not what tells them apart: {theirs.text[:200]} and {mine.text[:200]}")
    return faults, mine.is_success
