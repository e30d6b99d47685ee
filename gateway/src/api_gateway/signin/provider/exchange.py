"""The token endpoint's part for people: codes exchanged, sessions gone on with; and refresh tokens revoked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.context import Runtime
from api_gateway.database import MACHINE_TIME
from api_gateway.signin import changes
from api_gateway.signin.chance import mark_of
from api_gateway.signin.clients import FirstParty
from api_gateway.signin.context import SignIn
from api_gateway.signin.holder import Holder, holder_of
from api_gateway.signin.provider import storage
from api_gateway.signin.provider.requests import Answer, ProviderRequest
from api_gateway.signin.provider.server import Provider
from api_gateway.signin.provider.storage import RefreshToken
from api_gateway.signin.sessions import repository as session_rows
from api_gateway.tokens import assertions, repository
from api_gateway.tokens.errors import (
    AssertionReplayed,
    ClientRefused,
    GrantNotForClient,
    GrantRefused,
    OAuthRefusal,
    ScopeRefused,
    TokenRequestInvalid,
)
from api_gateway.tokens.requests import ASSERTION_TYPE
from chassis.auth import Revocations

_LONGEST_ASSERTION = timedelta(minutes=10)  # what client libraries take by themselves
# A public client's replaced token is still taken for so long: its answer may have been lost on the way.
_GRACE = timedelta(seconds=10)
_EXCHANGED, _REVOKED = "POST /oauth/token", "POST /oauth/revoke"
_REFUSALS: Mapping[str, type[OAuthRefusal]] = {
    "invalid_client": ClientRefused,
    "invalid_grant": GrantRefused,
    "invalid_scope": ScopeRefused,
    "unauthorized_client": GrantNotForClient,
}


@dataclass(frozen=True)
class Found:
    """What a request is about, as far as it was found."""

    holder: Holder | None = None
    refreshed: RefreshToken | None = None


async def for_people(runtime: Runtime, form: Mapping[str, str]) -> Mapping[str, object]:
    """The tokens for a code or a refresh token. Raises the refusals of RFC 6749 §5.2."""
    async with runtime.sessions() as session, session.begin():
        answer = await exchange(runtime.state.sign_in, session, runtime.revocations, form)
    runtime.wake_relay()
    if isinstance(answer, OAuthRefusal):
        raise answer
    return answer.body


async def exchange(
    sign_in: SignIn, session: AsyncSession, revocations: Revocations, form: Mapping[str, str]
) -> Answer | OAuthRefusal:
    """The answer to a code or a refresh token, or the refusal to raise once what was noted is committed."""
    client = await prove(sign_in, session, form)
    if isinstance(client, OAuthRefusal):
        return client
    client_id = client.client_id if client else form.get("client_id", "")
    named = client or sign_in.clients.get(client_id)
    if named is None or (client is None and not named.public):
        found = Found()  # whoever does not prove itself moves nothing
    elif "code" in form:
        found = await _by_code(sign_in, session, revocations, form["code"], client_id)
    else:
        found = await _by_token(sign_in, session, revocations, form.get("refresh_token", ""), client_id)
    provider = Provider(
        sign_in.settings,
        sign_in.issuer,
        sign_in.clients,
        holder=found.holder,
        proven=client,
        refreshed=found.refreshed,
    )
    request = ProviderRequest("POST", sign_in.settings.public_url, [*form.items()])
    answer = await session.run_sync(lambda sync: _respond(provider.within(sync), request))
    if "error" in answer.body:
        kind = _REFUSALS.get(str(answer.body["error"]), TokenRequestInvalid)
        return kind(str(answer.body.get("error_description", "")))
    if found.holder:
        await session_rows.touch(session, found.holder.session.sid, MACHINE_TIME.now())
    return answer


async def revoke(
    sign_in: SignIn, session: AsyncSession, revocations: Revocations, form: Mapping[str, str]
) -> OAuthRefusal | None:
    """End the session of a client's refresh token (RFC 7009); an unknown token is as good as revoked."""
    client = await prove(sign_in, session, form)
    if isinstance(client, OAuthRefusal):
        return client
    known = client or sign_in.clients.get(form.get("client_id", ""))
    if known is None or (client is None and not known.public):
        return ClientRefused("Send client_id, or a client_assertion.")
    if "token" not in form:
        return TokenRequestInvalid("token is missing.")
    token = await storage.token(session, mark_of(form["token"]))
    if token is not None and token.client_id == known.client_id:
        ended = await session_rows.find(session, token.sid)
        if ended is not None:
            await changes.end_session(session, revocations, ended, "signed_out", _REVOKED)
    return None


async def prove(sign_in: SignIn, session: AsyncSession, form: Mapping[str, str]) -> FirstParty | OAuthRefusal | None:
    """The client whose assertion is good, or its refusal; None where there is no assertion."""
    if "client_assertion" not in form:
        return None
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        return TokenRequestInvalid(f"client_assertion_type must be {ASSERTION_TYPE}.")
    try:
        subject = assertions.claimed_client(form["client_assertion"])
        client = sign_in.clients.get(subject)
        if client is None or client.keys is None or form.get("client_id", subject) != subject:
            return ClientRefused("Unknown client, or not its key.")
        meant = {sign_in.issuer.name, f"{sign_in.settings.public_url}/oauth/token", "/oauth/token"}
        now = MACHINE_TIME.now()
        assertion = assertions.verify(form["client_assertion"], client.keys, meant, now, _LONGEST_ASSERTION)
    except OAuthRefusal as refusal:
        return refusal
    if not await repository.use_assertion(session, subject, assertion.jti, assertion.expires_at):
        return AssertionReplayed("Make a new assertion, with a jti of its own, for every request.")
    return client


def _respond(provider: Provider, request: ProviderRequest) -> Answer:
    answer: Answer = provider.create_token_response(request)
    return answer


async def _by_code(
    sign_in: SignIn, session: AsyncSession, revocations: Revocations, code: str, client_id: str
) -> Found:
    """The holder of a code. One that comes a second time has been stolen: what came of the first ends (RFC 6749)."""
    known = await storage.code_session(session, mark_of(code), client_id)
    if known is None:
        return Found()
    sid, used = known
    found = await session_rows.find(session, sid)
    if used and found is not None:
        await changes.end_session(session, revocations, found, "code_used_twice", _EXCHANGED)
        return Found()
    return Found(await holder_of(session, sign_in.directory, found))


async def _by_token(
    sign_in: SignIn, session: AsyncSession, revocations: Revocations, secret: str, client_id: str
) -> Found:
    """The holder of a refresh token. A public client's that was replaced has been copied: its session ends."""
    token = await storage.token(session, mark_of(secret)) if secret else None
    if token is None or token.client_id != client_id:
        return Found()
    found = await session_rows.find(session, token.sid)
    if found is not None and token.replaced_at and token.replaced_at + _GRACE < MACHINE_TIME.now():
        await changes.end_session(session, revocations, found, "refresh_token_used_twice", _EXCHANGED)
        return Found()
    holder = await holder_of(session, sign_in.directory, found)
    if holder is None:
        return Found()
    return Found(holder, token)
