"""Only tokens the issuer signed, for us, still valid, of a caller not suspended, are accepted."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, OKPKey

from chassis.area import Bound
from chassis.auth import KEYS_SECONDS, TOKEN_TYPE, Revocations, TokenVerifier, bearer_token
from chassis.ids import new_id
from chassis.principal import AAL2, Actor, CallerKind, Principal
from chassis.problems import InvalidToken, MissingToken, Suspended, Unavailable
from chassis.settings import ServiceSettings
from chassis.testing import TestIssuer, Unending

ISSUER = TestIssuer()


def settings(**changed: Any) -> ServiceSettings:
    return ServiceSettings(
        **{"database_url": "postgresql://unused/unused", "kafka_bootstrap": "unused", "jwks": ISSUER.jwks, **changed}
    )


def verifier(revocations: Revocations | None = None, **changed: Any) -> TokenVerifier:
    return TokenVerifier(settings(**changed), revocations or Revocations())


def encode(part: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=").decode()


def test_principal_is_what_the_token_says() -> None:
    outlet, site, terminal = new_id(), new_id(), new_id()
    token = ISSUER.token(str(terminal), "a:b c:d", kind="terminal", governorate="03", outlet_id=outlet, site_id=site)
    principal = verifier().verify(token)
    assert principal == Principal(
        subject=str(terminal),
        kind=CallerKind.TERMINAL,
        scopes=frozenset({"a:b", "c:d"}),
        bound=Bound("03", outlet_id=outlet, provider_id=outlet, site_id=site),
    )
    assert principal.terminal_id == terminal
    with pytest.raises(ValueError, match="terminal"):
        _ = verifier().verify(ISSUER.token("ministry")).terminal_id


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 1},
        {"exp": "soon"},
        {"iat": int(time.time()) + 86_400},
        {"iss": "somebody"},
        {"aud": "another-api"},
        {"aud": ["x", "y"]},
        {"aud": {"unicard-api": 1}},
        {"kind": "admin"},
        {"kind": ["client"]},
        {"outlet": "no uuid"},
        {"site": 7},
        {"kind": "terminal", "sub": "no uuid"},
        {"nbf": int(time.time()) + 86_400},
        {"kind": "person", "sub": str(new_id()), "sid": "a"},
        {"kind": "person", "sub": "person:no uuid", "sid": "a"},
        {"kind": "person", "sub": f"person:{new_id()}"},
        {"kind": "person", "sub": f"citizen:{new_id()}", "sid": "a"},
        {"kind": "citizen", "sub": f"person:{new_id()}", "sid": "a"},
    ],
)
def test_claims_that_do_not_fit_are_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        verifier().verify(ISSUER.token(**claims))


@pytest.mark.parametrize("missing", ["iss", "aud", "sub", "exp", "iat", "kind"])
def test_token_without_a_claim_is_refused(missing: str) -> None:
    overrides: dict[str, Any] = {missing: None}
    token = ISSUER.token(**overrides)
    with pytest.raises(InvalidToken):
        verifier().verify(token)


def test_person_is_known_by_session_office_and_strength_of_sign_in() -> None:
    person, session = new_id(), str(new_id())
    claims: dict[str, Any] = {"sid": session, "client_id": "console", "acr": AAL2, "auth_time": 1, "roles": ["clerk"]}
    found = verifier().verify(ISSUER.token(f"person:{person}", kind="person", authority="office", **claims))
    assert (found.person_id, found.acr, found.signed_in_at, found.roles) == (person, AAL2, 1.0, ("clerk",))
    assert found.actor == Actor(f"person:{person}", "console", "office", session)
    assert found.marks == (f"person:{person}", f"sid:{session}")


def test_suspended_session_is_refused_and_the_others_of_its_person_are_not() -> None:
    revocations = Revocations()
    watched = verifier(revocations)
    person = f"person:{new_id()}"
    first, second = (ISSUER.token(person, kind="person", sid=session) for session in ("one", "two"))
    assert {watched.verify(first).session_id, watched.verify(second).session_id} == {"one", "two"}
    revocations.suspended = frozenset({"sid:one"})
    with pytest.raises(Suspended):
        watched.verify(first)
    assert watched.known(first) is None
    assert watched.known(second) is not None
    revocations.suspended = frozenset({person})
    assert watched.known(second) is None


@pytest.mark.parametrize("kind", ["JWT", None, "logout+jwt"])
def test_token_of_another_type_is_no_access_token(kind: str | None) -> None:
    claims = json.loads(base64.urlsafe_b64decode(ISSUER.token("ministry").split(".")[1] + "=="))
    header = {"alg": "EdDSA", "kid": "test"} | ({"typ": kind} if kind else {})
    with pytest.raises(InvalidToken):
        verifier().verify(jwt.encode(header, claims, ISSUER.key, algorithms=["EdDSA"]))


def test_audience_may_be_one_of_several() -> None:
    assert verifier().verify(ISSUER.token(aud=["other", "unicard-api"])).subject == "ministry"


def test_expiry_is_looked_at_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = verifier()
    token = ISSUER.token(ttl=60)
    watched.verify(token)
    later = time.time() + 61
    monkeypatch.setattr("chassis.auth.time.time", lambda: later)
    with pytest.raises(InvalidToken):
        watched.verify(token)


def test_forged_tokens_are_refused() -> None:
    good = ISSUER.token("ministry", "cards:read")
    header, payload, signature = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    more = encode(claims | {"scope": "cards:write"})
    public = ISSUER.key.as_dict(private=False)
    hmac = jwt.encode({"alg": "HS256", "kid": "test"}, claims, OctKey.import_key(str(public["x"])))
    forgeries = [
        f"{header}.{more}.{signature}",
        f"{encode({'alg': 'none', 'kid': 'test'})}.{payload}.",
        f"{encode({'alg': 'none'})}.{payload}.{signature}",
        f"{encode({'alg': 'EdDSA', 'kid': []})}.{payload}.{signature}",
        f"{encode({'alg': 'EdDSA', 'kid': 'test', 'crit': ['exp']})}.{payload}.{signature}",
        f"{encode({'alg': 'EdDSA', 'kid': 'test', 'jwk': public})}.{payload}.{signature}",
        f"{header}.{payload}.",
        f"{header}.{payload}",
        f"{header}.{payload}.{signature}.{signature}",
        f"{header}.{payload}.{signature[:-4]}AAAA",
        hmac,
        TestIssuer().token("ministry", "cards:read"),  # the same kid, another key
    ]
    for forged in forgeries:
        with pytest.raises(InvalidToken):
            verifier().verify(forged)


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")) | st.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*"))
def test_garbage_is_an_invalid_token_and_nothing_worse(garbage: str) -> None:
    async def check() -> None:
        with pytest.raises(InvalidToken):
            await verifier().verify_fresh(garbage)

    asyncio.run(check())


@given(
    st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jku", "x5u", "zip"]),
        st.none() | st.booleans() | st.integers(-5, 5) | st.text() | st.lists(st.text()) | st.just("EdDSA"),
    ),
    st.none() | st.integers() | st.text() | st.dictionaries(st.text(), st.text()),
)
def test_any_header_and_claims_unsigned_are_refused(header: dict[str, Any], claims: Any) -> None:
    def part(content: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

    async def check() -> None:
        with pytest.raises(InvalidToken):
            await verifier().verify_fresh(f"{part(header)}.{part(claims)}.AAAA")

    asyncio.run(check())


def test_suspended_subject_is_refused_also_with_a_token_seen_before() -> None:
    revocations = Revocations()
    watched = TokenVerifier(settings(), revocations)
    token = ISSUER.token("leaked")
    watched.verify(token)
    revocations.suspended = frozenset({"leaked"})
    with pytest.raises(Suspended):
        watched.verify(token)
    assert watched.verify(ISSUER.token("other")).subject == "other"
    revocations.suspended = frozenset()
    assert watched.verify(token).subject == "leaked"


def test_without_keys_nothing_can_be_said() -> None:
    with pytest.raises(Unavailable):
        verifier(jwks=None).verify(ISSUER.token())


def test_cache_of_verified_tokens_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.auth.MAX_CACHED_TOKENS", 10)
    watched = verifier()
    for number in range(25):
        watched.verify(ISSUER.token(f"client-{number}"))
        assert len(watched._verified) <= 10


class KeyServer:
    """A real HTTP server of key sets."""

    def __init__(self) -> None:
        self.body: bytes = b""
        self.asked = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            self.asked += 1
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(self.body))
            writer.write(self.body)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks"

    def serve(self, *keys: OKPKey) -> None:
        self.body = orjson.dumps(KeySet(list(keys)).as_dict(private=False))


def key(kid: str) -> OKPKey:
    return OKPKey.generate_key("Ed25519", parameters={"kid": kid, "alg": "EdDSA", "use": "sig"})


def signed(by: OKPKey) -> str:
    now = int(time.time())
    claims = {"iss": "unicard", "aud": "unicard-api", "sub": "m", "iat": now, "exp": now + 60, "kind": "client"}
    return jwt.encode({"alg": "EdDSA", "kid": by.kid, "typ": TOKEN_TYPE}, claims, by, algorithms=["EdDSA"])


async def test_rotated_keys_are_fetched_when_a_token_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.auth.UNKNOWN_KEY_REFRESH_SECONDS", 0.2)
    old, new = key("2026-01"), key("2026-02")
    server = KeyServer()
    server.serve(old)
    async with server.running() as url:
        watched = verifier(jwks=None, jwks_url=url)
        assert (await watched.verify_fresh(signed(old))).subject == "m"
        server.serve(old, new)
        await asyncio.sleep(0.25)
        assert (await watched.verify_fresh(signed(new))).subject == "m"
        assert (await watched.verify_fresh(signed(old))).subject == "m"
        asked, since = server.asked, time.monotonic()
        # unknown keys make us ask, but not for each request
        for _ in range(20):
            with pytest.raises(InvalidToken):
                await watched.verify_fresh(signed(key("forged")))
        assert server.asked - asked <= 1 + (time.monotonic() - since) / 0.2
        # the old key is withdrawn: what it signed is refused, although it was verified before
        server.serve(new)
        await watched.refresh_keys()
        with pytest.raises(InvalidToken):
            await watched.verify_fresh(signed(old))


async def test_other_key_under_the_same_name_takes_the_old_tokens_with_it() -> None:
    old, new = key("k"), key("k")
    server = KeyServer()
    server.serve(old)
    async with server.running() as url:
        watched = verifier(jwks=None, jwks_url=url)
        token = signed(old)
        await watched.verify_fresh(token)
        server.serve(new)
        await watched.refresh_keys()
        with pytest.raises(InvalidToken):
            watched.verify(token)


@pytest.mark.parametrize(
    "body", [b"", b"no json", b"[]", b"{}", b'{"keys": [{"kty": "OKP"}]}', b'{"keys": [7]}', b'{"keys": 7}', b"null"]
)
async def test_unusable_key_set_leaves_the_last_one_in_force(body: bytes) -> None:
    good = key("k")
    server = KeyServer()
    server.serve(good)
    async with server.running() as url:
        watched = verifier(jwks=None, jwks_url=url)
        await watched.refresh_keys()
        server.body = body
        await watched.refresh_keys()
        assert watched.verify(signed(good)).subject == "m"


def test_for_a_release_tokens_under_the_name_before_are_accepted_and_no_others() -> None:
    both = verifier(issuer="https://card.gov.test/, unicard")
    for name in ("https://card.gov.test", "unicard"):
        assert both.verify(ISSUER.token("ministry", iss=name)).subject == "ministry"
    for name in ("https://card.gov.test.evil.test", "https://card.gov.test/", ""):
        with pytest.raises(InvalidToken):
            both.verify(ISSUER.token("ministry", iss=name))
    with pytest.raises(InvalidToken):
        verifier(issuer="https://card.gov.test").verify(ISSUER.token("ministry", iss="unicard"))


async def test_issuer_out_of_reach_is_unavailable() -> None:
    watched = verifier(jwks=None, jwks_url="http://127.0.0.1:1/jwks")
    with pytest.raises(Unavailable):
        await watched.verify_fresh(ISSUER.token())


@pytest.mark.parametrize("every", [0.1, 60.0], ids=["drop by drop", "never"])
async def test_issuer_that_does_not_come_to_an_end_is_waited_for_once(every: float) -> None:
    token = ISSUER.token()
    async with Unending(every) as server:
        watched = verifier(jwks=None, jwks_url=f"{server.url}/jwks")
        async with asyncio.timeout(2 * KEYS_SECONDS):
            refusals = await asyncio.gather(*(watched.verify_fresh(token) for _ in range(5)), return_exceptions=True)
    assert [type(refusal) for refusal in refusals] == [Unavailable] * 5
    assert server.asked == 1


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc", "abc"])
def test_header_without_a_token(header: str | None) -> None:
    with pytest.raises(MissingToken) as refused:
        bearer_token(header)
    assert "WWW-Authenticate" in refused.value.headers


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER  abc "])
def test_header_with_a_token(header: str) -> None:
    assert bearer_token(header) == "abc"
