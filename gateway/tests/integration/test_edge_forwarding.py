"""What the edge lets pass, by a real Envoy: to whom, with which headers, how often, and what it does when they fail."""

from __future__ import annotations

import asyncio
import datetime
import json
import ssl
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from api_gateway.route import Route
from api_gateway.route import Upstream as ServiceName
from api_gateway.routes import ROUTES
from chassis.ids import new_id
from chassis.principal import CallerKind
from chassis.testing import TestIssuer, eventually
from contracts.scopes import Scope

from ..conftest import Upstream

HSTS = "max-age=31536000; includeSubDomains"


@pytest.fixture(autouse=True)
def _fresh(upstream: Any) -> None:
    upstream.seen.clear()
    upstream.drop_next = 0


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_every_route_reaches_its_service(edge: Any, issuer: TestIssuer, route: Route) -> None:
    if route.path == "/.well-known/jwks.json":
        assert (await edge.client.get(route.path)).json() == orjson.loads(issuer.jwks)
        return
    path = route.path.replace("{", "").replace("}", "")
    headers = {}
    if not route.public:
        headers = _allowed(issuer, route)
    reply = await edge.client.request(route.method, path, params={"a": "1"}, headers=headers)
    arrived = reply.json()
    expected = (route.upstream.value, route.method, f"{path}?a=1")
    assert (arrived["service"], arrived["method"], arrived["path"]) == expected


def _allowed(issuer: TestIssuer, route: Route) -> dict[str, str]:
    """Headers of somebody of a kind that may call a route."""
    scope = route.scopes[-1]
    if CallerKind.CLIENT in route.callers:
        return issuer.headers(str(new_id()), scope)  # a client each: one alone would meet its rate on a fast machine
    if CallerKind.PERSON in route.callers:
        return issuer.person(scope)
    if CallerKind.TERMINAL in route.callers:
        return issuer.headers(str(new_id()), scope, kind="terminal", outlet_id=new_id(), governorate="03")
    return issuer.headers(f"citizen:{new_id()}", scope, kind="citizen", sid=str(new_id()))


async def test_a_token_of_every_scope_is_still_small_enough(edge: Any, issuer: TestIssuer) -> None:
    reply = await edge.client.get("/v1/cards/1", headers=issuer.headers("admin", " ".join(Scope)))
    assert reply.status_code == 200


async def test_callers_cannot_speak_as_the_edge(edge: Any, issuer: TestIssuer) -> None:
    sent = issuer.headers(scopes="cards:read") | {
        "X-Client-Id": "someone-else",
        "X-Client-Scope": "cards:write",
        "X-Envoy-Upstream-Rq-Timeout-Ms": "1",
        "X-Forwarded-Client-Cert": "By=them",
    }
    arrived = (await edge.client.get("/v1/cards/1", headers=sent)).json()["headers"]
    assert not [name for name in arrived if name.startswith(("x-client-", "x-forwarded-client"))]
    assert "x-envoy-upstream-rq-timeout-ms" not in arrived
    assert arrived["authorization"] == sent["Authorization"]


async def test_request_ids_are_the_edges_own_and_the_trace_is_kept(edge: Any, issuer: TestIssuer) -> None:
    headers = issuer.headers(scopes="cards:read")
    reply = await edge.client.get("/v1/cards/1", headers=headers)
    arrived = reply.json()["headers"]
    assert len(arrived["x-request-id"]) == 36
    assert arrived["x-request-id"] == reply.headers["x-request-id"]
    assert len(arrived["traceparent"].split("-")[1]) == 32

    own = {"X-Request-Id": "terminal-17-000042", "traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}
    reply = await edge.client.get("/v1/cards/1", headers=headers | own)
    arrived = reply.json()["headers"]
    assert arrived["x-request-id"] == reply.headers["x-request-id"]
    assert len(arrived["x-request-id"]) == 36
    assert arrived["x-client-request-id"] == "terminal-17-000042"
    assert arrived["traceparent"].split("-")[1] == "ab" * 16

    forged = {"X-Client-Request-Id": "forged-0000001"}
    assert (
        "x-client-request-id" not in (await edge.client.get("/v1/cards/1", headers=headers | forged)).json()["headers"]
    )


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_scheme_may_be_written_in_any_case(edge: Any, issuer: TestIssuer, scheme: str) -> None:
    sent = {"Authorization": f"{scheme} {issuer.token(scopes='cards:read')}"}
    assert (await edge.client.get("/v1/cards/1", headers=sent)).status_code == 200
    forged = {"Authorization": f"{scheme} {issuer.token(scopes='cards:read')[:-8]}AAAAAAAA"}
    assert (await edge.client.get("/v1/cards/1", headers=forged)).status_code == 401


async def test_the_rate_is_counted_for_each_client_and_class(start_edge: Any, issuer: TestIssuer) -> None:
    strict = await start_edge(sale_per_second=1, token_per_second=1)
    busy, calm = (issuer.headers(who, "entitlements:read cards:read") for who in ("busy", "calm"))
    replies = [await strict.client.get("/v1/entitlements/1", headers=busy) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [200, 200, 429, 429]
    assert (replies[-1].json()["code"], replies[-1].headers["retry-after"]) == ("rate_limited", "1")
    assert (await strict.client.get("/v1/cards/1", headers=busy)).status_code == 200
    assert (await strict.client.get("/v1/entitlements/1", headers=calm)).status_code == 200
    tokens = await asyncio.gather(*(strict.client.post("/oauth/token") for _ in range(60)))
    assert 20 <= [reply.status_code for reply in tokens].count(200) < 60  # each second lets one more through
    await asyncio.sleep(1.1)
    assert (await strict.client.get("/v1/entitlements/1", headers=busy)).status_code == 200


class TestRetries:
    """A connection that breaks before the answer: only what cannot happen twice is sent again."""

    async def test_reading(self, edge: Any, issuer: TestIssuer, upstream: Any) -> None:
        upstream.drop_next = 2
        reply = await edge.client.get("/v1/cards/1", headers=issuer.headers(scopes="cards:read"))
        assert (reply.status_code, len(upstream.seen)) == (200, 3)

    async def test_writing_with_a_key(self, edge: Any, issuer: TestIssuer, upstream: Any) -> None:
        upstream.drop_next = 1
        headers = issuer.headers(scopes="redemptions:create")
        reply = await edge.client.post("/v1/redemptions", json={"card_id": "1"}, headers=headers)
        assert (reply.status_code, len(upstream.seen)) == (200, 2)
        assert len({seen["headers"]["idempotency-key"] for seen in upstream.seen}) == 1

    @pytest.mark.parametrize("path", ["/v1/redemptions", "/oauth/token"])
    async def test_writing_without_one(self, edge: Any, issuer: TestIssuer, upstream: Any, path: str) -> None:
        upstream.drop_next = 1
        headers = issuer.headers(scopes="redemptions:create")
        if path == "/v1/redemptions":
            del headers["Idempotency-Key"]
        reply = await edge.client.post(path, json={}, headers=headers)
        assert (reply.status_code, reply.json()["code"], len(upstream.seen)) == (503, "upstream_unavailable", 1)

    @pytest.mark.parametrize("status", [409, 500, 503])
    async def test_never_after_an_answer(self, edge: Any, issuer: TestIssuer, upstream: Any, status: int) -> None:
        headers = issuer.headers(scopes="cards:read") | {"X-Answer": str(status)}
        reply = await edge.client.get("/v1/cards/1", headers=headers)
        assert (reply.status_code, reply.json()["path"], len(upstream.seen)) == (status, "/v1/cards/1", 1)


class TestFailingServices:
    async def test_deadline(self, edge: Any, issuer: TestIssuer) -> None:
        reply = await edge.client.get("/v1/overview/slow", headers=issuer.headers(scopes="overview:read"))
        assert (reply.status_code, reply.json()["code"]) == (504, "deadline_exceeded")

    async def test_a_service_that_is_down(self, start_edge: Any, issuer: TestIssuer) -> None:
        broken = await start_edge(card="127.0.0.1:1")
        reply = await broken.client.get("/v1/cards/1", headers=issuer.headers(scopes="cards:read"))
        assert (reply.status_code, reply.json()["code"]) == (503, "upstream_unavailable")
        assert reply.headers["retry-after"] == "1"

    async def test_a_dead_replica_leaves(self, start_edge: Any, issuer: TestIssuer, upstream: Any) -> None:
        half = await start_edge(card=f"127.0.0.1:1,{upstream.addresses['card']}")
        headers = issuer.headers(scopes="cards:read")
        for _ in range(20):
            assert (await half.client.get("/v1/cards/1", headers=headers)).status_code == 200
        assert (await half.counters())["cluster.card.outlier_detection.ejections_enforced_total"] == 1

    async def test_a_full_service_is_not_pressed_further(self, start_edge: Any, issuer: TestIssuer) -> None:
        narrow = await start_edge(upstream_connections=1, upstream_pending=1)
        headers = issuer.headers(scopes="cards:read")

        async def open_for_calls() -> bool:  # an edge that has not fetched the keys yet refuses for want of them
            return bool((await narrow.client.get("/v1/cards/1", headers=headers)).status_code == 200)

        await eventually(open_for_calls)
        calls = [narrow.client.get("/v1/cards/slow", headers=headers) for _ in range(6)]
        replies = await asyncio.gather(*calls)
        codes = sorted(str(reply.json().get("code")) for reply in replies)
        assert codes.count("upstream_unavailable") >= 4, codes
        assert (await narrow.counters())["cluster.card.upstream_rq_pending_overflow"] >= 4

    async def test_names_are_looked_up(self, start_edge: Any, issuer: TestIssuer, upstream: Any) -> None:
        port = upstream.addresses["card"].rpartition(":")[2]
        named = await start_edge(card=f"localhost:{port}")
        headers = issuer.headers(scopes="cards:read")

        async def reached() -> bool:
            return bool((await named.client.get("/v1/cards/1", headers=headers)).status_code == 200)

        await eventually(reached, seconds=5)


class TestKeys:
    async def test_out_of_reach(self, start_edge: Any, issuer: TestIssuer, upstream: Any) -> None:
        """Nobody is told that their token is bad while we cannot know."""
        upstream.keys_reachable = False
        try:
            blind = await start_edge()
            headers = issuer.headers(scopes="cards:read")
            reply = await blind.client.get("/v1/cards/1", headers=headers)
            assert (reply.status_code, reply.json()["code"]) == (503, "upstream_unavailable")
            assert (await blind.client.get("/docs")).status_code == 200
        finally:
            upstream.keys_reachable = True

        async def seeing() -> bool:
            return bool((await blind.client.get("/v1/cards/1", headers=headers)).status_code == 200)

        await eventually(seeing, seconds=5)

    async def test_a_new_key_is_known_soon(self, start_edge: Any, issuer: TestIssuer, upstream: Any) -> None:
        quick = await start_edge(jwks_refresh_seconds=1)
        young = TestIssuer()
        old_headers, headers = (each.headers(scopes="cards:read") for each in (issuer, young))
        assert (await quick.client.get("/v1/cards/1", headers=headers)).status_code == 401
        keys = [*json.loads(issuer.jwks)["keys"], *json.loads(young.jwks)["keys"]]
        before, upstream.jwks = upstream.jwks, json.dumps({"keys": keys})
        try:

            async def known() -> bool:
                return bool((await quick.client.get("/v1/cards/1", headers=headers)).status_code == 200)

            await eventually(known, seconds=4)
            assert (await quick.client.get("/v1/cards/1", headers=old_headers)).status_code == 200
        finally:
            upstream.jwks = before


async def test_the_log_tells_who_called_what_and_no_secret(start_edge: Any, issuer: TestIssuer) -> None:
    logging = await start_edge()
    headers = issuer.headers("ministry-17", "cards:read")
    await logging.client.get("/v1/cards/29001011234567", params={"national_id": "29001011234567"}, headers=headers)
    await logging.client.get("/v1/cards/1", params={"secret": "29001011234567"})

    async def written() -> list[dict[str, Any]]:
        lines = [line for line in logging.log.read_text().splitlines() if line.startswith("{")]
        return [json.loads(line) for line in lines] if len(lines) >= 2 else []

    allowed, refused = await eventually(written, seconds=15)
    assert (allowed["route"], allowed["client"], allowed["status"]) == ("GET /v1/cards/{card_id}", "ministry-17", 200)
    assert refused["status"] == 401
    assert "Jwt_is_missing" in refused["detail"]
    text = logging.log.read_text()
    assert "29001011234567" not in text
    assert headers["Authorization"].split(".")[1] not in text


async def test_connections_are_counted(start_edge: Any) -> None:
    small = await start_edge(max_connections=5)
    open_ones = [await asyncio.open_connection("127.0.0.1", small.port) for _ in range(12)]

    async def seven_refused() -> bool:
        return sum(reader.at_eof() for reader, _ in open_ones) >= 7

    await eventually(seven_refused)
    for _, writer in open_ones:
        writer.close()


async def test_tls(start_edge: Any, tmp_path: Path) -> None:
    certificate, key = _self_signed(tmp_path)
    safe = await start_edge(tls_certificate=str(certificate), tls_key=str(key))
    reply = await safe.client.get("/docs")
    assert (reply.status_code, reply.json()["headers"]["x-forwarded-proto"]) == (200, "https")
    # also what the edge answers by itself: no token, no such path
    for path, status in (("/", 200), ("/docs", 200), ("/v1/cards/1", 401), ("/nowhere", 404)):
        reply = await safe.client.get(path)
        assert (reply.status_code, reply.headers.get("strict-transport-security")) == (status, HSTS), path
    plain = await start_edge()
    assert "strict-transport-security" not in (await plain.client.get("/docs")).headers


@pytest.mark.parametrize("weak", ["AES128-SHA", "ECDHE-ECDSA-AES128-SHA"])
async def test_weak_ciphers_are_refused(start_edge: Any, tmp_path: Path, weak: str) -> None:
    certificate, key = _self_signed(tmp_path)
    safe = await start_edge(tls_certificate=str(certificate), tls_key=str(key))
    offered = ssl.create_default_context(cafile=str(certificate))
    offered.maximum_version = ssl.TLSVersion.TLSv1_2
    offered.set_ciphers(weak)
    host, port = safe.client.base_url.host, safe.client.base_url.port
    with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"):
        await asyncio.open_connection(host, port, ssl=offered)


async def test_tls_to_the_services(start_edge: Any, issuer: TestIssuer, tmp_path: Path) -> None:
    """With an authority given, who shows a certificate of it for its place is believed to be a service, nobody else."""
    certificate, key = _self_signed(tmp_path)
    (tmp_path / "other").mkdir()
    other, _ = _self_signed(tmp_path / "other")
    spoken = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    spoken.load_cert_chain(certificate, key)
    safe = Upstream(issuer.jwks)
    servers = [await safe.listen(service, spoken) for service in ServiceName]
    try:
        for places, ca, status in (
            (safe.addresses, certificate, 200),
            (safe.addresses, other, 503),  # of another authority
            ({}, certificate, 503),  # without TLS
            (safe.addresses, None, 503),  # with it, unasked
        ):
            edge = await start_edge(**places, upstream_ca=str(ca) if ca else None)
            assert (await edge.client.get("/docs")).status_code == status
    finally:
        for server in servers:
            server.close()


def _self_signed(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "edge.test")])
    now = datetime.datetime.now(datetime.UTC)
    addresses = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    built = x509.CertificateBuilder().issuer_name(name).subject_name(name).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number()).add_extension(addresses, critical=False)
    built = built.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    signed = built.sign(key, hashes.SHA256())
    (folder / "edge.crt").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "edge.key").write_bytes(pem)
    return folder / "edge.crt", folder / "edge.key"
