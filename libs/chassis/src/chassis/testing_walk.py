"""For tests: walks every operation of a service as a stranger and as somebody who is bound to where the object belongs.

An operation that the walk does not know fails it, so that a new one states who may see what it names.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI

from chassis.testing import TestIssuer

Sign = Callable[..., Awaitable[dict[str, str]]]

PORT_SAID = {"governorate": "03"}
ISMAILIA = {"governorate": "19"}
# What every service has of the chassis: about the service as such, whoever operates it.
_OPERATIONS = ("/v1/operations/", "/v1/training/")


@dataclass(frozen=True)
class Call:
    """An operation on an object, made by a stranger first and then by who is `mine`.

    A stranger gets `refused`; where that is a success, the answer must not hold `mark`, which is in the other's.
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
) -> None:
    """Make the calls of every operation in the order given; `anyone` has the others, with the reason of each.

    `sign` gives the headers of a caller with scopes and claims (`TestIssuer`'s keywords, and `subject`).

    Raises AssertionError that names each operation which is not known, or lets a stranger in, or keeps its owner out.
    """
    known, found = {*calls, *anyone}, operations(app)
    wrong = [f"{name}: not in the walk" for name in sorted(found - known)]
    wrong += [f"{name}: no such operation" for name in sorted(known - found)]
    for name, listed in calls.items():
        for call in (listed,) if isinstance(listed, Call) else listed:
            faults = await _faults(client, sign, name.split(" ")[0], call)
            wrong += [f"{name}: {fault}" for fault in faults]
    assert not wrong, "\n".join(wrong)  # noqa: S101 - a test's own


def signed_by(issuer: TestIssuer) -> Sign:
    """Callers with tokens of the tests' own issuer."""

    async def sign(scopes: str, subject: str = "somebody", **claims: object) -> dict[str, str]:
        return issuer.headers(subject, scopes, **claims)

    return sign


async def _faults(client: httpx.AsyncClient, sign: Sign, method: str, call: Call) -> list[str]:
    async def made(claims: Mapping[str, object]) -> httpx.Response:
        body = dict(call.body)
        headers = await sign(call.scopes, **claims)
        return await client.request(method, call.url, headers={**headers, **body.pop("headers", {})}, **body)

    theirs = await made(call.stranger)
    faults = []
    if theirs.status_code != call.refused:
        faults.append(f"a stranger gets {theirs.status_code} {theirs.text[:200]}")
    mine = await made(call.mine)
    if not mine.is_success and mine.status_code not in {409, 422}:
        faults.append(f"who is bound to it gets {mine.status_code} {mine.text[:200]}")
    if theirs.is_success and (call.mark is None or call.mark in theirs.text or call.mark not in mine.text):
        faults.append(f"{call.mark} is not what tells them apart: {theirs.text[:200]} and {mine.text[:200]}")
    return faults
