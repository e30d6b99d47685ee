"""For tests of services: deciding as a person, and the calls of the routes of proposals for the walk over them all."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

import httpx

from chassis.ids import new_id
from chassis.principal import AAL2
from chassis.testing_walk import ISMAILIA, PORT_SAID, Call


class Signer(Protocol):
    """Whoever signs tokens for a test: its own issuer, or the gateway."""

    def headers(self, subject: str, scopes: str, **claims: Any) -> dict[str, str]:
        """Headers of a system."""

    def person(self, scopes: str, *, person_id: UUID | None = None, **claims: Any) -> dict[str, str]:
        """Headers of a person who has just shown two factors."""


def as_person(person_id: UUID | None = None, **claims: object) -> dict[str, Any]:
    """The claims of a person who has just shown two factors, for a walk's `mine` or `stranger`."""
    signed_in = {"acr": AAL2, "auth_time": int(time.time()), "sid": str(new_id()), "client_id": "console"}
    return {"subject": f"person:{person_id or new_id()}", "kind": "person", **signed_in, **claims}


async def decide(
    client: httpx.AsyncClient,
    issuer: Signer,
    service: str,
    proposal_id: str,
    scope: str,
    *,
    decision: str = "approve",
    expect: int = 200,
    **claims: Any,
) -> dict[str, Any]:
    """Read a proposal and decide it as a person, another each time unless the claims name one; the answer."""
    headers = issuer.person(scope, **claims)
    path = f"/v1/proposals/{service}/{proposal_id}"
    seen = (await client.get(path, headers=headers)).json()
    body = {"decision": decision, "digest": seen.get("digest", "0" * 64), "reason": "looked at by a test"}
    reply = await client.post(f"{path}/decision", headers=headers, json=body)
    assert reply.status_code == expect, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


def proposal_calls(
    service: str,
    proposal: Mapping[str, Any],
    enters: str,
    decides: str,
    *,
    proposer: Mapping[str, Any],
    other: str,
    mine: Mapping[str, Any] = PORT_SAID,
    stranger: Mapping[str, Any] = ISMAILIA,
) -> dict[str, Call]:
    """The walk's calls of a service's proposals: one that is open, in the area of `mine` and outside `stranger`'s.

    `proposer`: the claims of who entered it. It is refused in the end; `other`, the id of one more, is withdrawn.
    """
    base = f"/v1/proposals/{service}"
    one = f"{base}/{proposal['proposal_id']}"
    refusal = {"decision": "refuse", "digest": proposal["digest"], "reason": "a walk"}
    deciding, strange = as_person(**mine), as_person(**stranger)
    withdrawing = {**mine, **proposer}
    return {
        f"GET {base}": Call(base, decides, mine, stranger, refused=200, mark=str(proposal["proposal_id"])),
        f"GET {base}/{{proposal_id}}": Call(one, enters, mine, stranger),
        f"POST {base}/{{proposal_id}}/decision": Call(
            f"{one}/decision", decides, deciding, strange, body={"json": refusal}
        ),
        f"POST {base}/{{proposal_id}}/withdrawal": Call(
            f"{base}/{other}/withdrawal", enters, withdrawing, stranger, body={"json": {"reason": "a walk"}}
        ),
    }
