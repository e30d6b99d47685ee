"""The canonical form of signed sales is RFC 8785, held against that document's own vectors."""

from __future__ import annotations

import base64
import hashlib
import json
import string
from typing import Any

import hypothesis.strategies as st
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given

from supply_service.offline import schemas
from supply_service.offline.chain import canonical, signature_holds

EXAMPLE = "5e0ec8ac696d90df4dcfd3e952fa77793b34d71ffd48253ebba5221921b7d5bb"


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        # RFC 8785, 3.2.2: strings and literals of its sample input and output.
        (
            '{"string": "\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/", "literals": [null, true, false]}',
            '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
        ),
        # 3.2.2.2: the control characters with a short form, and one without.
        ('["\\b\\t\\n\\f\\r\\u001f\\u007f"]', '["\\b\\t\\n\\f\\r\\u001f\x7f"]'),
        # 3.2.3: names that are ASCII sort by their code units; RFC 7493: whole numbers up to 2^53 - 1.
        ('{"peach": 1, "10": 2, "1": 3, "A": 4, "_": 5}', '{"1":3,"10":2,"A":4,"_":5,"peach":1}'),
        ("[9007199254740991, 0, -1, 1000]", "[9007199254740991,0,-1,1000]"),
        ('{"b": {"d": 1, "c": [ ]}, "a": { } }', '{"a":{},"b":{"c":[],"d":1}}'),
    ],
)
def test_vectors(given_text: str, expected: str) -> None:
    assert canonical({"a": json.loads(given_text)}) == b'{"a":' + expected.encode() + b"}"


NAMES = st.text(string.ascii_letters + string.digits + "_", min_size=1)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def jcs(value: Any) -> str:
    """RFC 8785 written down a second time, for what sales consist of: section by section, with nothing but `ord`."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        short = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
        return '"' + "".join(short.get(ord(c)) or (f"\\u{ord(c):04x}" if ord(c) < 32 else c) for c in value) + '"'
    if isinstance(value, list):
        return "[" + ",".join(map(jcs, value)) + "]"
    members = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be"))
    return "{" + ",".join(f"{jcs(name)}:{jcs(member)}" for name, member in members) + "}"


@given(document=st.dictionaries(NAMES, VALUES, max_size=6))
def test_any_document_of_a_sales_kind(document: dict[str, Any]) -> None:
    assert canonical(document) == jcs(document).encode()


def test_the_example_of_the_documentation() -> None:
    """The sale of `supply-service/README.md`: whoever writes a terminal can check theirs by it."""
    sale = {
        "sequence": 1,
        "previous_hash": "0" * 64,
        "sale_id": "0193a1c2-0000-7000-8000-000000000001",
        "card_id": "0193a1c2-0000-7000-8000-000000000002",
        "credential": "",
        "price_list": "8d9c3a55bd0d6f51d11b08be857dcc40844713c8c227d718c70817c936783205",
        "lines": [{"programme": "bread", "item": "loaf", "quantity": 15, "amount": 300}],
        "occurred_at": "2026-11-05T09:00:00Z",
    }
    text = (
        '{"card_id":"0193a1c2-0000-7000-8000-000000000002","credential":"",'
        '"lines":[{"amount":300,"item":"loaf","programme":"bread","quantity":15}],"occurred_at":"2026-11-05T09:00:00Z",'
        f'"previous_hash":"{"0" * 64}","price_list":"8d9c3a55bd0d6f51d11b08be857dcc40844713c8c227d718c70817c936783205",'
        '"sale_id":"0193a1c2-0000-7000-8000-000000000001","sequence":1}'
    )
    assert canonical(sale).decode() == text
    assert hashlib.sha256(canonical(sale)).hexdigest() == EXAMPLE


def test_the_example_of_the_api_is_one_that_a_stranger_can_check() -> None:
    secret = Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )
    unsigned = {name: value for name, value in schemas.EXAMPLE.items() if name != "signature"}
    made = base64.urlsafe_b64encode(secret.sign(jcs(unsigned).encode())).decode().rstrip("=")
    assert made == schemas.EXAMPLE["signature"]
    assert signature_holds(schemas.EXAMPLE_KEY, schemas.EXAMPLE)
    assert hashlib.sha256(jcs(schemas.EXAMPLE).encode()).hexdigest() == schemas.EXAMPLE_HASH
    schemas.OfflineSale.model_validate_json(json.dumps(schemas.EXAMPLE))
    shown = json.dumps(schemas.OfflineSale.model_json_schema())
    assert schemas.EXAMPLE_HASH in shown
    assert schemas.EXAMPLE_KEY in shown


def test_so_is_the_example_of_a_reversal_which_follows_that_of_the_sale() -> None:
    batch = schemas.OfflineBatch.model_validate_json(json.dumps({"sales": [schemas.EXAMPLE, schemas.REVERSAL_EXAMPLE]}))
    sale, reversal = batch.sales
    assert isinstance(sale, schemas.OfflineSale)
    assert isinstance(reversal, schemas.OfflineReversal)
    assert (reversal.previous_hash, reversal.reverses) == (schemas.EXAMPLE_HASH, sale.sale_id)
    assert signature_holds(schemas.EXAMPLE_KEY, schemas.REVERSAL_EXAMPLE)
    assert hashlib.sha256(jcs(schemas.REVERSAL_EXAMPLE).encode()).hexdigest() == schemas.REVERSAL_HASH
    assert schemas.REVERSAL_HASH in json.dumps(schemas.OfflineReversal.model_json_schema())
