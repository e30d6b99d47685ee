"""The API's document is enough to write a terminal: every operation of one has examples, and they hold."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jsonschema import Draft202012Validator
from tools.generated import OPENAPI, refresh

from contracts.roles import TERMINALS

pytestmark = pytest.mark.registers

MACHINE: Final = ("application/json", "application/x-www-form-urlencoded")
RFC8032_KEY: Final = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"


def _document() -> dict[str, Any]:
    refresh(OPENAPI)
    parsed: dict[str, Any] = json.loads(OPENAPI.read_text())
    return parsed


DOCUMENT: Final = _document()
OPERATIONS: Final = {
    f"{method.upper()} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}
OF_TERMINALS: Final = sorted(
    name
    for name, operation in OPERATIONS.items()
    if "x-terminals" in operation or name in DOCUMENT["x-terminal"]["public_operations"]
)


def _schema(part: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a body with everything it refers to."""
    return {**part, "components": DOCUMENT["components"]}


def _resolved(part: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in part:
        part = DOCUMENT["components"]["schemas"][part["$ref"].rsplit("/", 1)[1]]
    return part


def _examples(part: Mapping[str, Any]) -> list[Any]:
    """The examples of a schema, or of the one alternative that has any."""
    found = _resolved(part)
    inner = [example for one in found.get("anyOf", ()) for example in _examples(one)]
    return [*found.get("examples", ()), *inner]


def _bodies(operation: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The schemas of what an operation takes and of what it answers where it is done."""
    parts = {"body": operation.get("requestBody", {})}
    parts |= {status: reply for status, reply in operation["responses"].items() if status.startswith("2")}
    for name, part in parts.items():
        for media, content in part.get("content", {}).items():
            if media in MACHINE:
                yield name, content["schema"]


@pytest.mark.parametrize("name", OF_TERMINALS)
def test_every_operation_of_a_terminal_has_examples_that_are_valid(name: str) -> None:
    for part, schema in _bodies(OPERATIONS[name]):
        examples = _examples(schema)
        assert examples, f"{part} has no example"
        for example in examples:
            Draft202012Validator(_schema(schema)).validate(example)


def test_who_may_call_what_is_said() -> None:
    selling = {name for name in OF_TERMINALS if "bakery" in OPERATIONS[name].get("x-terminals", ())}
    assert {"POST /v1/redemptions", "GET /v1/redemptions", "POST /v1/offline-batches"} <= selling
    assert "POST /v1/payments/authorizations" not in selling
    kinds = {kind for name in OF_TERMINALS for kind in OPERATIONS[name].get("x-terminals", ())}
    assert kinds == set(TERMINALS)


def test_every_code_is_a_problem_of_the_document() -> None:
    codes = set(OPERATIONS["POST /v1/redemptions"]["x-refusal-order"])
    for results in DOCUMENT["components"]["schemas"]["SaleResult"]["x-codes"].values():
        codes |= {result["code"] for result in results}
        assert all(result["type"] == f"/problems/{result['code']}" for result in results)
    assert codes <= set(DOCUMENT["x-problems"])


def test_the_order_of_refusals_names_every_refusal_of_a_sale_once() -> None:
    operation = OPERATIONS["POST /v1/redemptions"]
    order = operation["x-refusal-order"]
    assert len(set(order)) == len(order)
    told = json.dumps([_answer(one) for status, one in operation["responses"].items() if status in {"403", "409"}])
    of_the_sale = set(re.findall(r"`([a-z_]+)`", told)) & set(DOCUMENT["x-problems"])
    beside = {"forbidden", "insufficient_scope", "caller_kind_refused", "conflict", "request_in_progress",
              "district_not_kept"}  # fmt: skip
    assert of_the_sale - beside <= set(order)


def _answer(part: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in part:
        return part
    found: Mapping[str, Any] = DOCUMENT["components"]["responses"][part["$ref"].rsplit("/", 1)[1]]
    return found


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _signed() -> dict[str, Mapping[str, Any]]:
    """The members of the document that are a JWS, by what is in it."""
    form = OPERATIONS["POST /oauth/token"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    schemas = DOCUMENT["components"]["schemas"]
    return {
        "assertion": form["properties"]["client_assertion"],
        "credential": schemas["Credential"]["properties"]["credential"],
        "configuration": schemas["ConfigurationReply"]["properties"]["configuration"],
        "hot list": schemas["HotListReply"]["properties"]["part"],
        "holder's proof": schemas["HolderProofOut"]["properties"]["proof"],
    }


@pytest.mark.parametrize("name", sorted(_signed()))
def test_what_is_signed_can_be_checked(name: str) -> None:
    member = _signed()[name]
    (compact,), claimed = member["examples"], member["contentSchema"]
    signed, _, signature = compact.rpartition(".")
    Ed25519PublicKey.from_public_bytes(_raw(RFC8032_KEY)).verify(_raw(signature), signed.encode())
    header, claims = (json.loads(_raw(part)) for part in signed.split("."))
    assert header.keys() == member["x-jose-header"].keys()
    assert {name: header[name] for name in header if name != "kid"} == {
        name: value for name, value in member["x-jose-header"].items() if name != "kid"
    }
    Draft202012Validator(claimed).validate(claims)
    assert claims == claimed["examples"][0]
