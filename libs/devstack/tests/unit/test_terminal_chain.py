from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devstack.terminal import credential
from devstack.terminal.answers import OfflineSale
from devstack.terminal.chain import GENESIS, Chain, ChainBroken, Journal, canonical, verify
from devstack.terminal.device import bread, card_id, goods
from devstack.terminal.keys import DeviceKey, b64url, from_b64url

KEY = DeviceKey.generate()
NOW = datetime(2026, 12, 5, 9, 30, tzinfo=UTC)


def _chain(length: int, key: DeviceKey = KEY) -> list[OfflineSale]:
    chain = Chain(key)
    return [
        chain.sign(f"card-{n}", "a.b.c", [bread(5 * n), goods("زيت", 1)], NOW + timedelta(minutes=n))
        for n in range(1, length + 1)
    ]


@given(st.integers(0, 12))
def test_a_chain_verifies(length: int) -> None:
    sales = _chain(length)
    verify(sales, KEY.public)
    assert [sale["sequence"] for sale in sales] == list(range(1, length + 1))
    if sales:
        assert sales[0]["previous_hash"] == GENESIS


@given(length=st.integers(2, 8), data=st.data())
def test_any_change_breaks_the_chain(length: int, data: st.DataObject) -> None:
    sales = _chain(length)
    at = data.draw(st.integers(0, length - 1))
    field = data.draw(st.sampled_from(["sequence", "previous_hash", "sale_id", "card_id", "occurred_at", "lines"]))
    before: dict[str, Any] = {**sales[at]}
    altered: Any = {**before, field: [bread(500)] if field == "lines" else f"{before[field]}0"}
    sales[at] = altered
    with pytest.raises(ChainBroken):
        verify(sales, KEY.public)


@given(length=st.integers(2, 8), data=st.data())
def test_a_gap_and_a_swap_show(length: int, data: st.DataObject) -> None:
    sales = _chain(length)
    missing = data.draw(st.integers(0, length - 2))
    with pytest.raises(ChainBroken):
        verify(sales[:missing] + sales[missing + 1 :], KEY.public)
    sales[missing], sales[missing + 1] = sales[missing + 1], sales[missing]
    with pytest.raises(ChainBroken):
        verify(sales, KEY.public)


def test_another_terminals_chain_is_not_ours() -> None:
    with pytest.raises(ChainBroken, match="not signed"):
        verify(_chain(1, DeviceKey.generate()), KEY.public)


def test_the_bytes_are_those_of_the_specification() -> None:
    first, second = _chain(2)
    text = json.dumps(first, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical(first) == text.encode()
    assert "زيت" in text
    assert second["previous_hash"] == hashlib.sha256(text.encode()).hexdigest()


def test_the_journal_goes_on_after_a_restart(tmp_path: Path) -> None:
    journal = Journal(tmp_path, KEY)
    for n in range(3):
        journal.append(f"card-{n}", "a.b.c", [bread(15)], NOW)
    journal.confirm(2)
    again = Journal(tmp_path, KEY)
    assert [sale["sequence"] for sale in again.pending()] == [3]
    again.append("card-3", "a.b.c", [bread(5)], NOW)
    verify([orjson.loads(line) for line in (tmp_path / "chain.jsonl").read_bytes().splitlines()], KEY.public)


def test_a_half_written_sale_is_cut_away(tmp_path: Path) -> None:
    Journal(tmp_path, KEY).append("card-1", "a.b.c", [bread(15)], NOW)
    with (tmp_path / "chain.jsonl").open("ab") as file:
        file.write(b'{"sequence":2,"previous')
    journal = Journal(tmp_path, KEY)
    journal.append("card-2", "a.b.c", [bread(15)], NOW)
    verify(Journal(tmp_path, KEY).pending(), KEY.public)


def test_the_private_key_survives_storage_and_never_shows() -> None:
    assert DeviceKey.load(KEY.secret()).public == KEY.public
    assert KEY.secret() not in repr(KEY)


def _credential(claims: dict[str, Any], key: DeviceKey = KEY, **header: str) -> str:
    head = {"alg": "EdDSA", "kid": "k1"} | header
    signed = f"{b64url(orjson.dumps(head))}.{b64url(orjson.dumps(claims))}"
    return f"{signed}.{key.sign(signed.encode())}"


CLAIMS = {"card": "c-1", "household": "h-1", "gov": "03", "exp": (NOW + timedelta(days=1)).timestamp()}


def test_a_credential_is_checked_without_a_network() -> None:
    compact = _credential(CLAIMS)
    found = credential.verify(compact, {"k1": KEY.public}, now=NOW, governorate="03")
    assert (found.card_id, found.household_id) == ("c-1", "h-1")
    assert card_id(compact) == "c-1"
    assert card_id("c-9") == "c-9"


@pytest.mark.parametrize(
    ("compact", "why"),
    [
        (_credential(CLAIMS, DeviceKey.generate()), "false signature"),
        (_credential(CLAIMS, kid="k2"), "unknown signing key"),
        (_credential(CLAIMS, alg="none"), "unknown signing key"),
        (_credential({**CLAIMS, "exp": NOW.timestamp()}), "expired"),
        (_credential({**CLAIMS, "gov": "01"}), "another governorate"),
        (_credential({"exp": 1}), "incomplete"),
        ("a.b", "not a credential"),
        ("x.y.z", "not a credential"),
    ],
)
def test_a_bad_credential_is_refused_in_arabic(compact: str, why: str) -> None:
    with pytest.raises(credential.CredentialRefused, match=why) as refusal:
        credential.verify(compact, {"k1": KEY.public}, now=NOW, governorate="03")
    assert any("\u0600" <= letter <= "\u06ff" for letter in refusal.value.reason_ar)


def test_an_assertion_names_the_terminal_and_is_used_once() -> None:
    first, second = (KEY.assertion("t-1", "unicard", now=1_000) for _ in range(2))
    header, claims = credential.read(first)
    assert header == {"alg": "EdDSA", "typ": "JWT"}
    assert (claims["iss"], claims["sub"], claims["aud"], claims["exp"]) == ("t-1", "t-1", "unicard", 1_060)
    assert claims["jti"] != credential.read(second)[1]["jti"]
    signed, _, signature = first.rpartition(".")
    KEY.private.public_key().verify(from_b64url(signature), signed.encode())
