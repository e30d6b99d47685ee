"""Tokens for secrets and for assertions: who gets one, what it says, and every way not to get one."""

from __future__ import annotations

import base64
import io
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from joserfc import jws, jwt
from joserfc.jwk import KeySet, OctKey, OKPKey

from api_gateway.tokens.requests import ASSERTION_TYPE
from chassis.ids import new_id


@pytest.fixture(scope="module")
async def terminal(gateway: Any) -> tuple[UUID, UUID, OKPKey]:
    """An enrolled bakery terminal: its id, its outlet, its key."""
    terminal_id, outlet_id = await gateway.new_terminal()
    key = OKPKey.generate_key("Ed25519")
    body = {
        "code": await gateway.new_code(terminal_id),
        "terminal_id": str(terminal_id),
        "public_key": key.as_dict(private=False)["x"],
    }
    assert (await gateway.client.post("/v1/enrolments", json=body)).status_code == 201
    return terminal_id, outlet_id, key


def assertion(terminal_id: object, key: Any, header: dict[str, str] | None = None, **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": str(terminal_id),
        "sub": str(terminal_id),
        "aud": "unicard",
        "iat": now,
        "exp": now + 60,
        "jti": str(new_id()),
    }
    claims = {name: value for name, value in (claims | changes).items() if value is not None}
    header = header or {"alg": "EdDSA"}
    return jwt.encode(header, claims, key, algorithms=[header["alg"]])


def form(signed: str, **more: str) -> dict[str, str]:
    proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signed}
    return {"grant_type": "client_credentials", **proof, **more}


async def claims_of(gateway: Any, token: str) -> dict[str, Any]:
    keys = KeySet.import_key_set((await gateway.client.get("/.well-known/jwks.json")).json())
    return dict(jwt.decode(token, keys, algorithms=["EdDSA"]).claims)


class TestSecrets:
    async def test_a_token_says_who_and_what(self, gateway: Any) -> None:
        site_id = new_id()
        client_id, secret = await gateway.new_client(
            "cards:read", "cards:handover", governorate="03", site_id=str(site_id)
        )
        credentials = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        reply = await gateway.client.post("/oauth/token", data=credentials)
        body = reply.json()
        expected = (200, "Bearer", 600, "cards:handover cards:read")
        assert (reply.status_code, body["token_type"], body["expires_in"], body["scope"]) == expected
        assert reply.headers["cache-control"] == "no-store"
        claims = await claims_of(gateway, body["access_token"])
        assert claims["exp"] - claims["iat"] == 600
        assert len(claims.pop("jti")) == 36
        for name in ("iat", "exp"):
            claims.pop(name)
        assert claims == {
            "iss": "unicard",
            "aud": "unicard-api",
            "sub": client_id,
            "kind": "client",
            "scope": "cards:handover cards:read",
            "gov": "03",
            "site": str(site_id),
            "org": "ministry",
        }

    async def test_http_basic(self, gateway: Any) -> None:
        client_id, secret = await gateway.new_client("cards:read")
        reply = await gateway.client.post(
            "/oauth/token", data={"grant_type": "client_credentials"}, auth=(client_id, secret)
        )
        assert reply.status_code == 200

    async def test_fewer_scopes_on_request(self, gateway: Any) -> None:
        client_id, secret = await gateway.new_client("cards:read", "cards:write")
        token = await gateway.token(client_id, secret, scope="cards:read")
        assert (await claims_of(gateway, token))["scope"] == "cards:read"

    async def test_never_more(self, gateway: Any) -> None:
        client_id, secret = await gateway.new_client("cards:read")
        credentials = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        reply = await gateway.client.post("/oauth/token", data={**credentials, "scope": "cards:read clients:write"})
        body = reply.json()
        assert (reply.status_code, body["error"], body["code"]) == (400, "invalid_scope", "invalid_scope")
        assert reply.headers["content-type"] == "application/json"

    @pytest.mark.parametrize(
        ("client_id", "secret"),
        [("bootstrap", "wrong"), ("nobody", "wrong"), ("bootstrap", ""), ("", "x"), ("نظام", "x"), ("a" * 5000, "x")],
    )
    async def test_refused(self, gateway: Any, client_id: str, secret: str) -> None:
        credentials = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        reply = await gateway.client.post("/oauth/token", data=credentials)
        assert (reply.status_code, reply.json()["error"]) == (401, "invalid_client")
        assert reply.headers["www-authenticate"].startswith("Basic")

    async def test_the_secret_is_nowhere(self, gateway: Any, database: Any) -> None:
        key = str(new_id())
        body = {
            "client_id": f"client-{new_id().hex}",
            "name": "x",
            "scopes": ["cards:read"],
            "governorate": "*",
            "owner": "ministry",
        }
        headers = {**await gateway.headers(), "Idempotency-Key": key}
        first = await gateway.client.post("/v1/clients", json=body, headers=headers)
        secret = first.json()["client_secret"]
        assert len(base64.urlsafe_b64decode(secret + "=")) == 32
        for table in ("api_client", "idempotency", "outbox"):
            rows = await database.fetch(f"SELECT to_jsonb(t)::text AS all FROM {table} t")
            assert all(secret not in row["all"] and secret.encode().hex() not in row["all"] for row in rows)
        again = await gateway.client.post("/v1/clients", json=body, headers=headers)
        assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
        assert again.json() == first.json()
        assert await gateway.token(body["client_id"], secret)


class TestAssertions:
    async def test_a_terminal_is_bound_to_its_outlet(self, gateway: Any, terminal: tuple[UUID, UUID, OKPKey]) -> None:
        terminal_id, outlet_id, key = terminal
        reply = await gateway.client.post("/oauth/token", data=form(assertion(terminal_id, key)))
        assert reply.status_code == 200, reply.text
        claims = await claims_of(gateway, reply.json()["access_token"])
        assert (claims["sub"], claims["kind"], claims["gov"]) == (str(terminal_id), "terminal", "03")
        assert claims["outlet"] == str(outlet_id)
        wanted = "catalogue:read days:close entitlements:read redemptions:create redemptions:read"
        assert claims["scope"] == wanted

    @pytest.mark.parametrize("audience", ["unicard", "/oauth/token", "https://edge.test/oauth/token", ["x", "unicard"]])
    async def test_audiences(self, gateway: Any, terminal: tuple[UUID, UUID, OKPKey], audience: Any) -> None:
        terminal_id, _, key = terminal
        signed = assertion(terminal_id, key, aud=audience)
        assert (await gateway.client.post("/oauth/token", data=form(signed))).status_code == 200

    async def test_the_newer_name_of_the_algorithm(self, gateway: Any, terminal: tuple[UUID, UUID, OKPKey]) -> None:
        signed = assertion(terminal[0], terminal[2], {"alg": "Ed25519"})
        assert (await gateway.client.post("/oauth/token", data=form(signed))).status_code == 200

    async def test_once_only(self, gateway: Any, terminal: tuple[UUID, UUID, OKPKey]) -> None:
        signed = assertion(terminal[0], terminal[2])
        assert (await gateway.client.post("/oauth/token", data=form(signed))).status_code == 200
        reply = await gateway.client.post("/oauth/token", data=form(signed))
        body = reply.json()
        assert (reply.status_code, body["error"], body["code"]) == (401, "invalid_client", "assertion_replayed")

    @pytest.mark.parametrize(
        "changes",
        [
            {"aud": "elsewhere"},
            {"aud": None},
            {"exp": None},
            {"exp": timedelta(seconds=-120)},
            {"exp": timedelta(hours=1)},
            {"exp": "soon"},
            {"exp": 1e300},
            {"iat": timedelta(hours=1)},
            {"nbf": timedelta(hours=1)},
            {"jti": None},
            {"jti": ""},
            {"jti": "x" * 200},
            {"jti": "a\x00b"},
            {"jti": 7},
            {"iss": "someone-else"},
            {"sub": "bootstrap", "iss": "bootstrap"},
            {"sub": None, "iss": None},
        ],
        ids=str,
    )
    async def test_refused(self, gateway: Any, terminal: tuple[UUID, UUID, OKPKey], changes: dict[str, Any]) -> None:
        now = datetime.now(UTC)
        for name, value in changes.items():
            if isinstance(value, timedelta):
                changes = {name: int((now + value).timestamp())}
        signed = assertion(terminal[0], terminal[2], **changes)
        reply = await gateway.client.post("/oauth/token", data=form(signed))
        assert (reply.status_code, reply.json()["error"]) == (401, "invalid_client"), reply.text

    async def test_forged(self, gateway: Any, terminal: tuple[UUID, UUID, OKPKey]) -> None:
        terminal_id, _, key = terminal
        stranger = assertion(terminal_id, OKPKey.generate_key("Ed25519"))
        head, payload, signature = assertion(terminal_id, key).split(".")
        none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
        public = key.as_dict(private=False)["x"]
        hmac = jws.serialize_compact({"alg": "HS256"}, b"{}", OctKey.import_key(str(public)), algorithms=["HS256"])
        hmac_head = hmac.split(".")[0]
        critical = jwt.encode({"alg": "EdDSA", "crit": ["b64"], "b64": True}, {"sub": str(terminal_id)}, key, ["EdDSA"])
        forgeries = [
            stranger,
            f"{none}.{payload}.",
            f"{none}.{payload}.{signature}",
            f"{hmac_head}.{payload}.{signature}",
            f"{head}.{payload}.",
            f"{head}.{payload}.{signature[:-4]}AAAA",
            critical,
            "a.b.c",
            "...",
            "",
            "é.é.é",
            f"{head}.{base64.urlsafe_b64encode(b'[1]').decode()}.{signature}",
        ]
        for forged in forgeries:
            reply = await gateway.client.post("/oauth/token", data=form(forged))
            assert reply.json()["error"] in {"invalid_client", "invalid_request"}, (forged, reply.text)
            assert reply.status_code in {400, 401}

    async def test_another_terminals_key(self, gateway: Any, terminal: tuple[UUID, UUID, OKPKey]) -> None:
        other, _ = await gateway.new_terminal("grocer")
        reply = await gateway.client.post("/oauth/token", data=form(assertion(other, terminal[2])))
        assert reply.status_code == 401

    async def test_the_form_may_not_say_another_client(self, gateway: Any, terminal: tuple[UUID, UUID, OKPKey]) -> None:
        signed = assertion(terminal[0], terminal[2])
        assert (await gateway.client.post("/oauth/token", data=form(signed, client_id="bootstrap"))).status_code == 401


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the app writes to its log, as it writes it."""
    root, written = logging.getLogger(), io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(root.handlers[0].formatter)
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


async def test_nothing_secret_is_logged(gateway: Any, log: io.StringIO) -> None:
    headers = await gateway.headers()
    client_id, secret = await gateway.new_client("cards:read")
    token = await gateway.token(client_id, secret)
    terminal_id, _ = await gateway.new_terminal()
    code, key = await gateway.new_code(terminal_id), OKPKey.generate_key("Ed25519")
    body = {"code": code, "terminal_id": str(terminal_id), "public_key": key.as_dict(private=False)["x"]}
    await gateway.client.post("/v1/enrolments", json=body | {"code": "00000-00000"})
    await gateway.client.post("/v1/enrolments", json=body)
    signed = assertion(terminal_id, key)
    for _ in range(2):
        await gateway.client.post("/oauth/token", data=form(signed))
    bad = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret + "x"}
    await gateway.client.post("/oauth/token", data=bad)
    logged = log.getvalue()
    assert '"client registered"' in logged
    assert '"terminal enrolled"' in logged
    for word in (secret, code, code.replace("-", ""), token, signed, headers["Authorization"].split(" ")[1]):
        assert word not in logged
        assert word.split(".")[-1] not in logged


class TestRequests:
    @pytest.mark.parametrize(
        ("content_type", "content", "error"),
        [
            ("application/json", b"{}", "invalid_request"),
            ("application/x-www-form-urlencoded", b"", "invalid_request"),
            ("application/x-www-form-urlencoded", b"grant_type=password", "unsupported_grant_type"),
            ("application/x-www-form-urlencoded", b"grant_type=client_credentials&grant_type=x", "invalid_request"),
            ("application/x-www-form-urlencoded", b"grant_type=\xff\xfe", "invalid_request"),
            ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(50)), "invalid_request"),
            ("application/x-www-form-urlencoded", b"grant_type=client_credentials&client_id=%00", "invalid_request"),
            ("application/x-www-form-urlencoded", b"grant_type=client_credentials", "invalid_client"),
            (
                "application/x-www-form-urlencoded",
                b"grant_type=client_credentials&client_id=a&client_secret=b&client_assertion=c",
                "invalid_request",
            ),
        ],
    )
    async def test_refused(self, gateway: Any, content_type: str, content: bytes, error: str) -> None:
        reply = await gateway.client.post("/oauth/token", content=content, headers={"Content-Type": content_type})
        body = orjson.loads(reply.content)
        assert body["error"] == error
        assert {"error_description", "code", "title_ar", "request_id"} <= body.keys()
        assert reply.status_code == (401 if error == "invalid_client" else 400)

    @pytest.mark.parametrize("header", ["Basic", "Basic !", "Basic eA==", "Bearer x", "Basic gICA"])
    async def test_bad_basic(self, gateway: Any, header: str) -> None:
        reply = await gateway.client.post(
            "/oauth/token", data={"grant_type": "client_credentials"}, headers={"Authorization": header}
        )
        assert (reply.status_code, reply.json()["error"]) == (401, "invalid_client")
