"""Every refusal of the edge, by a real Envoy: the status, the problem's code, and that no service was asked."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
from typing import Any

import httpx
import pytest

from api_gateway.route import SWALLOW
from chassis.testing import TestIssuer

WITHIN_SECONDS = 60  # far beyond what the edge needs, on a busy machine too


def problem(reply: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json"), reply.text
    document: dict[str, Any] = reply.json()
    assert (document["status"], document["code"], document["type"]) == (status, code, f"/problems/{code}")
    assert document["title"]
    assert any("\u0600" <= letter <= "\u06ff" for letter in document["title_ar"])
    assert (reply.headers["cache-control"], reply.headers["x-content-type-options"]) == ("no-store", "nosniff")
    if "x-request-id" in reply.headers:
        assert document["request_id"] == reply.headers["x-request-id"]
    return document


@pytest.fixture(autouse=True)
def _nothing_passes(upstream: Any) -> Any:
    upstream.seen.clear()
    yield
    assert upstream.seen == []


class TestToken:
    async def test_missing(self, edge: Any) -> None:
        reply = await edge.client.post("/v1/redemptions", json={})
        problem(reply, 401, "missing_token")
        assert reply.headers["www-authenticate"].startswith("Bearer")

    async def test_in_the_query_string_is_no_token(self, edge: Any, issuer: TestIssuer) -> None:
        token = issuer.token(scopes="cards:read")
        problem(await edge.client.get("/v1/cards/1", params={"access_token": token}), 401, "missing_token")

    @pytest.mark.parametrize("header", ["Bearer x", "Bearer a.b.c", "Basic eDp5"])
    async def test_malformed(self, edge: Any, header: str) -> None:
        reply = await edge.client.get("/v1/cards/1", headers={"Authorization": header})
        assert reply.json()["code"] in {"invalid_token", "missing_token"}
        assert reply.status_code == 401

    async def test_forged_with_another_key(self, edge: Any) -> None:
        forged = TestIssuer().headers(scopes="cards:read")
        problem(await edge.client.get("/v1/cards/1", headers=forged), 401, "invalid_token")

    @pytest.mark.parametrize(
        "claims", [{"iss": "elsewhere"}, {"aud": "other-api"}, {"ttl": -60}, {"exp": None}, {"nbf": 4_000_000_000}]
    )
    async def test_not_meant_for_us_or_not_now(self, edge: Any, issuer: TestIssuer, claims: dict[str, Any]) -> None:
        headers = issuer.headers(scopes="cards:read", **claims)
        problem(await edge.client.get("/v1/cards/1", headers=headers), 401, "invalid_token")

    async def test_expired_says_so(self, edge: Any, issuer: TestIssuer) -> None:
        reply = await edge.client.get("/v1/cards/1", headers=issuer.headers(scopes="cards:read", ttl=-60))
        assert "expired" in problem(reply, 401, "invalid_token")["detail"]

    async def test_with_no_algorithm(self, edge: Any, issuer: TestIssuer) -> None:
        payload = issuer.token(scopes="cards:read").split(".")[1]
        token = f"eyJhbGciOiJub25lIn0.{payload}."
        reply = await edge.client.get("/v1/cards/1", headers={"Authorization": f"Bearer {token}"})
        problem(reply, 401, "invalid_token")

    @pytest.mark.parametrize("scopes", ["", "cards", "xcards:read", "cards:readx", "redemptions:create messages:read"])
    async def test_of_another_scope(self, edge: Any, issuer: TestIssuer, scopes: str) -> None:
        reply = await edge.client.get("/v1/cards/1", headers=issuer.headers(scopes=scopes))
        problem(reply, 403, "insufficient_scope")


class TestShape:
    async def test_unknown_path(self, edge: Any) -> None:
        problem(await edge.client.get("/v1/nothing-here"), 404, "not_found")

    @pytest.mark.parametrize("path", ["/livez", "/metrics", "/v1/cards/1/", "/v1/cards//pin"])
    async def test_inner_paths_stay_inside(self, edge: Any, path: str) -> None:
        problem(await edge.client.get(path), 404, "not_found")

    async def test_unknown_method_names_the_known_ones(self, edge: Any) -> None:
        reply = await edge.client.put("/v1/redemptions", json={})
        problem(reply, 405, "method_not_allowed")
        assert reply.headers["allow"] == "GET, POST"

    async def test_fixed_words_win_over_parameters(self, edge: Any, issuer: TestIssuer) -> None:
        reply = await edge.client.get("/v1/cards/search", headers=issuer.headers(scopes="cards:read"))
        problem(reply, 405, "method_not_allowed")

    @pytest.mark.parametrize("path", ["/v1/cards/a%2fb", "/v1/cards/..%2f..%2fmetrics", "/v1/cards/a%5Cb"])
    async def test_escaped_slashes(self, edge: Any, path: str) -> None:
        problem(await edge.client.get(path), 400, "malformed_request")

    async def test_odd_header_names(self, edge: Any) -> None:
        problem(await edge.client.get("/docs", headers={"x_client": "1"}), 400, "malformed_request")

    async def test_large_headers(self, edge: Any) -> None:
        problem(await edge.client.get("/docs", headers={"x-long": "a" * 40_000}), 431, "headers_too_large")

    async def test_many_headers(self, edge: Any) -> None:
        many = {f"x-{number}": "1" for number in range(100)}
        problem(await edge.client.get("/docs", headers=many), 431, "headers_too_large")


class TestSize:
    @pytest.mark.parametrize(
        ("path", "megabytes"), [("/v1/imports", 50), ("/v1/imports", 17), ("/v1/households", 2), ("/docs", 50)]
    )
    async def test_an_announced_length_is_swallowed_before_the_answer(
        self, edge: Any, issuer: TestIssuer, path: str, megabytes: int
    ) -> None:
        """The client here, as many, reads nothing before it has sent everything."""
        headers = issuer.headers(scopes="citizens:import citizens:write")
        reply = await edge.client.post(path, content=b"a" * (megabytes << 20), headers=headers)
        assert (reply.status_code, reply.json()["path"], reply.json()["length"]) == (413, SWALLOW, megabytes << 20)

    async def test_fifty_megabytes_without_a_token(self, edge: Any) -> None:
        sent, answer = await flood(edge.port, "/v1/imports", {"Content-Length": str(50 << 20)}, chunked=False)
        problem_in(answer, 401, "missing_token")
        assert sent < 16 << 20

    async def test_chunks_without_end(self, edge: Any, issuer: TestIssuer) -> None:
        token = {"Authorization": f"Bearer {issuer.token(scopes='citizens:import')}"}
        framing = {"Transfer-Encoding": "chunked"}
        sent, answer = await flood(edge.port, "/v1/imports", token | framing, chunked=True)
        problem_in(answer, 413, "payload_too_large")
        assert 16 << 20 <= sent < 32 << 20

    @pytest.mark.parametrize(
        ("path", "scope", "length"),
        [("/v1/enrolments", "", 2**16 + 1), ("/oauth/token", "", 2**16 + 1)],
    )
    async def test_the_limit_of_the_route(
        self, edge: Any, issuer: TestIssuer, path: str, scope: str, length: int
    ) -> None:
        reply = await edge.client.post(path, content=b"a" * length, headers=issuer.headers(scopes=scope))
        problem(reply, 413, "payload_too_large")


class TestTime:
    async def test_headers_that_trickle_in(self, start_edge: Any) -> None:
        slow = await start_edge(header_timeout_seconds=1, body_timeout_seconds=600)
        reader, writer = await asyncio.open_connection("127.0.0.1", slow.port)
        writer.write(b"GET /docs HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        answer = await asyncio.wait_for(reader.read(), WITHIN_SECONDS)
        problem_in(answer, 408, "request_timeout")
        writer.close()

    async def test_a_body_that_never_ends(self, start_edge: Any, issuer: TestIssuer) -> None:
        slow = await start_edge(header_timeout_seconds=1, body_timeout_seconds=2)
        reader, writer = await asyncio.open_connection("127.0.0.1", slow.port)
        token = issuer.token(scopes="redemptions:create")
        head = (
            f"POST /v1/redemptions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 100\r\n\r\n"
        )
        writer.write(head.encode() + b"{")
        answer = await asyncio.wait_for(reader.read(), WITHIN_SECONDS)
        problem_in(answer, 408, "request_timeout")
        writer.close()


class TestSmuggling:
    """Two readings of where a request ends must never be possible behind the edge."""

    @pytest.mark.parametrize(
        "framing",
        [
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
            "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
            "Content-Length: 5, 6\r\n\r\nabcdef",
            "Content-Length: +5\r\n\r\nabcde",
            "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
            " Folded: x\r\nContent-Length: 0\r\n\r\n",
        ],
    )
    async def test_ambiguous_framing(self, edge: Any, framing: str) -> None:
        answer = await raw(edge.port, f"POST /oauth/token HTTP/1.1\r\nHost: x\r\n{framing}")
        assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501")), answer
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "malformed_request"
        assert b"connection: close" in answer.lower()

    async def test_http_1_0(self, edge: Any) -> None:
        answer = await raw(edge.port, "GET /docs HTTP/1.0\r\n\r\n")
        problem_in(answer, 426, "upgrade_required")

    async def test_no_http_at_all(self, edge: Any) -> None:
        answer = await raw(edge.port, "\x16\x03\x01\x02\x00 hello\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 400")


def problem_in(answer: bytes, status: int, code: str) -> None:
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer[:300]
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == code


async def flood(port: int, path: str, headers: dict[str, str], *, chunked: bool) -> tuple[int, bytes]:
    """Send 50 MiB, reading meanwhile, until the connection ends; the bytes sent when the answer began, and the answer.

    Until the connection ends the edge throws away what comes: how much that is tells of the machine alone.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = "".join(f"{name}: {value}\r\n" for name, value in ({"Host": "x"} | headers).items())
    writer.write(f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode())
    begun = asyncio.Event()
    answering = asyncio.create_task(all_of(reader, begun))
    piece = (b"10000\r\n" if chunked else b"") + b"a" * 65536 + (b"\r\n" if chunked else b"")
    sent = unanswered = 0
    while sent < 50 << 20 and not answering.done():
        writer.write(piece)
        sent += 65536
        unanswered = unanswered if begun.is_set() else sent
        with contextlib.suppress(ConnectionError, TimeoutError):
            await asyncio.wait_for(writer.drain(), 0.5)
    answer = await asyncio.wait_for(answering, WITHIN_SECONDS)
    writer.close()
    return unanswered, answer


async def all_of(reader: asyncio.StreamReader, begun: asyncio.Event) -> bytes:
    """What arrives until the other side ends or breaks the connection."""
    answer = b""
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65536):
            begun.set()
            answer += piece
    return answer


async def raw(port: int, request: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.encode("latin-1"))
    answer = await asyncio.wait_for(reader.read(), WITHIN_SECONDS)
    writer.close()
    return answer


class TestPages:
    """Below the fronts people read refusals, in Arabic first, with what to do and when."""

    def page(self, reply: httpx.Response, status: int, words: str, wait: str | None) -> None:
        assert (reply.status_code, reply.headers["content-type"]) == (status, "text/html; charset=utf-8"), reply.text
        assert reply.text.startswith('<!doctype html><html lang="ar" dir="rtl">')
        assert words in reply.text
        assert "<script" not in reply.text
        assert reply.headers.get("retry-after") == wait
        style = reply.text[reply.text.index("<style>") + 7 : reply.text.index("</style>")]
        hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = reply.headers["content-security-policy"]
        assert f"style-src 'sha256-{hashed}'" in policy
        assert "unsafe" not in policy
        assert (reply.headers["cache-control"], reply.headers["x-content-type-options"]) == ("no-store", "nosniff")
        assert f'<bdi dir="ltr">{reply.headers["x-request-id"]}</bdi>' in reply.text

    @pytest.mark.parametrize("path", ["/citizen/card", "/console", "/console/people?q=1"])
    async def test_a_process_that_is_away(self, start_edge: Any, path: str) -> None:
        nowhere = {"citizen": "127.0.0.1:9", "console": "127.0.0.1:9", "training": True}
        away = await start_edge(**nowhere)
        reply = await away.client.get(path)
        self.page(reply, 503, "انتظر نصف دقيقة ثم أعد تحميل الصفحة", "30")
        assert reply.headers["training"] == "true"
        assert f'href="/{path.split("/")[1]}"' in reply.text

    async def test_too_many_requests_are_a_page_there_and_a_problem_for_the_api(self, start_edge: Any) -> None:
        nowhere = {"citizen": "127.0.0.1:9", "console": "127.0.0.1:9", "public_per_second": 1, "token_per_second": 1}
        strict = await start_edge(**nowhere)
        replies = [await strict.client.get("/citizen/") for _ in range(12)]
        limited = [reply for reply in replies if reply.status_code == 429]
        assert limited, [reply.status_code for reply in replies]
        self.page(limited[-1], 429, "طلبات كثيرة في وقت قصير", "10")
        api = await strict.client.get("/v1/cards/1")
        problem(api, 401, "missing_token")

    async def test_what_no_form_sends(self, edge: Any) -> None:
        self.page(await edge.client.put("/citizen/card"), 405, "لا يمكن ذلك هنا", None)
        with_too_much = await edge.client.post("/console/people", content=b"x" * (300 * 1024))
        self.page(with_too_much, 413, "اختصر النص", None)

    async def test_a_path_that_only_begins_alike_is_the_apis(self, edge: Any) -> None:
        reply = await edge.client.get("/citizens-of-elsewhere")
        assert reply.headers["content-type"] == "application/problem+json"
