"""The authorization endpoint's decisions: whether a request is good, and the code it is answered with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from api_gateway.database import MACHINE_TIME
from api_gateway.signin.context import SignIn
from api_gateway.signin.holder import Holder
from api_gateway.signin.provider.grants import CodeGrant
from api_gateway.signin.provider.requests import Answer, Fields, ProviderRequest
from api_gateway.signin.provider.server import Provider, fresh

LONGEST_QUERY = 2048  # characters: the request travels through the steps in a cookie


@dataclass(frozen=True)
class Asked:
    """A request that is good; `holder` where somebody is signed in well enough for it."""

    provider: Provider
    request: ProviderRequest
    grant: CodeGrant
    holder: Holder | None

    @property
    def fields(self) -> Mapping[str, str]:
        """What the client asked."""
        return self.request.fields


def judge(sign_in: SignIn, fields: Fields, holder: Holder | None) -> Asked | Answer:
    """A request that is good, or its refusal: sent to the client where its address is known, else for a page."""
    request = ProviderRequest("GET", sign_in.settings.public_url, fields)
    provider = Provider(sign_in.settings, sign_in.issuer, sign_in.clients)
    try:
        _ensure_once_each(request)
        # The first look finds what is wrong with the request itself, before its values are read.
        provider.get_consent_grant(request, end_user=holder or _SOMEBODY)
        good = holder if fresh(holder, request.fields, MACHINE_TIME.now()) else None
        grant = provider.get_consent_grant(request, end_user=good)
    except OAuth2Error as error:
        return provider.refuse(request, error)
    return Asked(provider, request, grant, good)


async def answer(session: AsyncSession, asked: Asked, holder: Holder) -> Answer:
    """A code for whoever is signed in, on the way to the client."""

    def respond(sync: Session) -> Answer:
        made: Answer = asked.provider.within(sync).create_authorization_response(
            asked.request, grant_user=holder, grant=asked.grant
        )
        return made

    return await session.run_sync(respond)


_SOMEBODY = object()  # stands for a user while the request alone is judged


def _ensure_once_each(request: ProviderRequest) -> None:
    """That no field comes twice. Raises InvalidRequestError."""
    if any(len(values) > 1 for values in request.payload.datalist.values()):
        raise InvalidRequestError("A field comes twice.", state=request.fields.get("state"))
