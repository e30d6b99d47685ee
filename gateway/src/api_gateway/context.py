"""What the gateway's app keeps at hand in one process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias

from fastapi import Depends

from api_gateway.sealing import Secrets
from api_gateway.settings import Settings
from chassis import runtime
from policybook.book import PolicyBook
from policybook.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from api_gateway.disclosures.gathering import Gatherer
    from api_gateway.overview.service import Services
    from api_gateway.people.desk import Desk
    from api_gateway.signin.citizens.service import CitizenDesk
    from api_gateway.signin.context import SignIn
    from api_gateway.tokens.issuer import Issuer
    from api_gateway.tokens.service import TokenDesk


# What the token endpoint answers to a code or a refresh token: its form gives the members of the reply.
TokensOfPeople: TypeAlias = "Callable[[Runtime, Mapping[str, str]], Awaitable[Mapping[str, object]]]"


@dataclass(frozen=True)
class Context:
    """One process's own objects."""

    settings: Settings
    secrets: Secrets
    issuer: Issuer
    token_desk: TokenDesk
    services: Services
    policies: Snapshot[PolicyBook]
    sign_in: SignIn
    citizens: CitizenDesk
    tokens_of_people: TokensOfPeople
    gatherer: Gatherer
    people: Desk


Runtime: TypeAlias = runtime.Runtime[Context]
Running = Annotated[Runtime, Depends(runtime.running(Context))]
