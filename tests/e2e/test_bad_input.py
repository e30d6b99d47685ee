"""What people and machines really send by mistake or on purpose: each a clear problem, nothing half done."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from .conftest import System, until

HEADER = "household_ref,role,national_id,full_name,mobile,governorate,district,address\n"


def problem(reply: httpx.Response, status: int, code: str | None = None) -> dict[str, Any]:
    """The problem document of a refusal, after checking that it is one."""
    assert reply.status_code == status, reply.text[:500]
    assert reply.headers["content-type"].startswith("application/problem+json")
    document: dict[str, Any] = reply.json()
    assert {"type", "title", "title_ar", "status", "code"} <= document.keys(), document
    assert document["status"] == status
    if code is not None:
        assert document["code"] == code, document
    return document


def upload(system: System, body: bytes) -> httpx.Response:
    headers = system.headers("registry") | {"Content-Type": "text/csv"}
    return httpx.post(f"{system.edge}/v1/imports", content=body, headers=headers, timeout=30)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00", id="a picture"),
        pytest.param(b"PK\x03\x04" + bytes(64), id="a spreadsheet"),
        pytest.param(b"\xff\xfe\x00", id="not UTF-8"),
        pytest.param(b'{"households": []}', id="JSON"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_file_that_is_not_csv(system: System, body: bytes) -> None:
    problem(upload(system, body), 422)


def test_rows_cut_in_half_and_citizens_twice(system: System) -> None:
    good = "h1,head,{id},مينا جرجس,01001234567,03,port-fouad,شارع ١\n"
    rows = [
        good.format(id="28001010100015"),
        "h1,child,31501010",
        "\n",
        good.replace("h1", "h2").format(id="28001010100015"),
    ]
    reply = upload(system, (HEADER + "".join(rows)).encode())
    assert reply.status_code == 202, reply.text
    job = wait_for(system, f"/v1/imports/{reply.json()['id']}")
    assert job["rejected"] == 2
    rejections = get(system, f"/v1/imports/{reply.json()['id']}/rejections")["items"]
    assert all(item["reason"] and item["reason_ar"] and item["code"] for item in rejections)
    assert "28001010100015" not in json.dumps(rejections)


def get(system: System, path: str) -> dict[str, Any]:
    reply = httpx.get(system.edge + path, headers=system.headers("registry"), timeout=10)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def wait_for(system: System, path: str) -> dict[str, Any]:
    def ended() -> dict[str, Any] | None:
        job = get(system, path)
        return job if job["status"] in {"done", "failed"} else None

    return until(ended)


def test_a_body_of_50_megabytes(system: System) -> None:
    body = HEADER.encode() + b"x" * 50_000_000
    try:
        reply = upload(system, body)
    except httpx.WriteError:
        pytest.fail("the connection was cut before the refusal could be read")
    problem(reply, 413, "payload_too_large")


def test_no_token(system: System) -> None:
    problem(httpx.get(f"{system.edge}/v1/pickup-sites"), 401, "missing_token")


def test_a_token_of_another_scope(system: System) -> None:
    token = system.new_client(["messages:read"])
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())}
    reply = httpx.post(f"{system.edge}/v1/outlets", json={}, headers=headers)
    problem(reply, 403, "insufficient_scope")


def forged(claims: dict[str, Any], header: dict[str, str] | None = None, **changes: object) -> str:
    key = OKPKey.generate_key("Ed25519")
    return jwt.encode({"alg": "EdDSA", **(header or {})}, {**claims, **changes}, key, algorithms=["EdDSA"])


def claims_of(token: str) -> dict[str, Any]:
    segment = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    return found


def kid_of(token: str) -> str:
    segment = token.split(".")[0]
    return str(json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))["kid"])


def test_forged_tokens(system: System) -> None:
    token = system.token("cards")
    claims, kid = claims_of(token), kid_of(token)
    head, body, signature = token.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    swapped = base64.urlsafe_b64encode(json.dumps({**claims, "scope": "keys:rotate"}).encode()).rstrip(b"=").decode()
    for bad in (
        forged(claims),
        forged(claims, {"kid": kid}),
        f"{none}.{body}.",
        f"{head}.{swapped}.{signature}",
        "not.a.token",
        "x" * 4000,
    ):
        reply = httpx.get(f"{system.edge}/v1/pickup-sites", headers={"Authorization": f"Bearer {bad}"})
        problem(reply, 401, "invalid_token")


def test_unknown_paths_and_methods(system: System) -> None:
    problem(httpx.get(f"{system.edge}/v1/nothing", headers=system.headers()), 404, "not_found")
    reply = httpx.patch(f"{system.edge}/v1/pickup-sites", headers=system.headers())
    problem(reply, 405, "method_not_allowed")


def test_a_mutation_without_a_key(system: System) -> None:
    headers = system.headers("outlets")
    del headers["Idempotency-Key"]
    body = {"kind": "bakery", "name_ar": "مخبز", "name_en": "Bakery", "governorate": "03", "district": "03.04"}
    problem(httpx.post(f"{system.edge}/v1/outlets", json=body, headers=headers), 400, "idempotency_key_missing")
