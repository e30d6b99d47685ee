"""Signed documents at the terminal: forged, repeated, cut or reordered ones change nothing of what it has."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from devstack.terminal import configuration, device
from devstack.terminal.caller import Caller
from devstack.terminal.configuration import Configuration
from devstack.terminal.device import Terminal
from devstack.terminal.hotlist import KIND, HotList, Reading
from devstack.terminal.keys import DeviceKey
from devstack.terminal.signed import DocumentRefused, opened
from devstack.terminal.store import Store
from devstack.terminal.wire import Wire

KEY, STRANGER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
PRICES = {"bread": {"loaf": 20}, "goods": {"oil": 3000}, "bread_points": {}}


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


KEYS = {"k": b64(KEY.public_key().public_bytes_raw())}


def signed(claims: dict[str, Any], key: Ed25519PrivateKey = KEY, **header: str) -> str:
    head = {"alg": "EdDSA", "kid": "k", "typ": KIND} | header
    text = f"{b64(orjson.dumps(head))}.{b64(orjson.dumps(claims))}"
    return f"{text}.{b64(key.sign(text.encode()))}"


def part(since: str | None, to: str, *, more: bool = False, at: int = 100, **changed: Any) -> dict[str, Any]:
    base = {"gov": "03", "from": since, "to": to, "add": [], "remove": [], "more": more, "keys": ["c"]}
    return base | {"at": at, "exp": at + 50} | changed


def after(*parts: dict[str, Any], held: HotList | None = None) -> HotList | None:
    reading = Reading(held or HotList(), "03")
    for one in parts:
        reading.take(one)
    return reading.complete


WHOLE = part(None, "1", add=["a", "b"])
HELD = after(WHOLE)
FOLLOWS = part("1", "2", add=["c"], remove=["a"], at=110)


def test_parts_that_follow_one_another_are_the_list() -> None:
    found = after(FOLLOWS, held=HELD)
    assert found is not None
    assert found == HotList(frozenset({"b", "c"}), ("c",), "2", 110, 160)


def test_the_whole_list_takes_the_old_ones_place_when_its_last_part_has_come() -> None:
    assert after(part(None, "8", add=["x"], more=True, at=120), held=HELD) is None
    found = after(part(None, "8", add=["x"], more=True, at=120), part("8", "9", add=["y"], at=121), held=HELD)
    assert found is not None
    assert found.cards == {"x", "y"}


@pytest.mark.parametrize(
    "parts",
    [
        [part("2", "3", at=120)],
        [FOLLOWS | {"more": True}, FOLLOWS],
        [FOLLOWS | {"more": True}, part("2", "3", at=120, more=True), FOLLOWS],
        [FOLLOWS | {"more": True}, part("2", "3", at=109)],
        [part(None, "0", at=99)],
        [FOLLOWS | {"gov": "02"}],
        [{name: value for name, value in FOLLOWS.items() if name != "remove"}],
        [FOLLOWS | {"add": None}],
        [FOLLOWS, part("2", "3", at=120)],
    ],
    ids=[
        "cut: one is missing before it", "replayed", "reordered", "older than the one before", "an older whole",
        "of another governorate", "a member is missing", "no list", "behind the end",
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_nothing_of_it_counts(parts: list[dict[str, Any]]) -> None:
    assert HELD is not None
    reading = Reading(HELD, "03")
    for one in parts[:-1]:
        reading.take(one)
    before, done = reading.after, reading.complete
    with pytest.raises(DocumentRefused):
        reading.take(parts[-1])
    assert (reading.after, reading.complete, reading.held) == (before, done, HELD)


def test_a_terminal_without_a_list_takes_no_change_of_one() -> None:
    with pytest.raises(DocumentRefused):
        after(part("", "3"))


@pytest.mark.parametrize(
    "forged",
    [
        signed(WHOLE, STRANGER),
        signed(WHOLE, kid="other"),
        signed(WHOLE, typ="unicard+jws"),
        signed(WHOLE, alg="none"),
        signed(WHOLE)[:-4],
        signed(WHOLE).rpartition(".")[0] + ".",
        ".".join([signed(WHOLE).split(".")[0], b64(orjson.dumps(WHOLE | {"add": []})), signed(WHOLE).split(".")[2]]),
        "no document",
    ],
    ids=[
        "of another key", "of an unknown key", "another kind", "without an algorithm", "cut", "unsigned", "altered",
        "no document",
    ],
)  # fmt: skip
def test_what_the_service_has_not_signed_is_refused(forged: str) -> None:
    assert opened(signed(WHOLE), KEYS, KIND) == WHOLE
    with pytest.raises(DocumentRefused):
        opened(forged, KEYS, KIND)


def content(**changed: Any) -> dict[str, Any]:
    return {"terminal": "t", "at": 100, "exp": 200, "terms": [{"from": "2026-11-05", "price_list": "v"}]} | changed


@pytest.mark.parametrize(
    "changed",
    [{"terminal": "u"}, {"at": 99}, {"exp": 100}, {"terms": []}, {"terms": None}],
    ids=["another terminal's", "older", "over before it begins", "without terms", "no terms"],
)
def test_a_configuration_that_does_not_fit_is_refused(changed: dict[str, Any]) -> None:
    held = configuration.read(content(), "e", "t", Configuration())
    with pytest.raises(DocumentRefused):
        configuration.read(content(**changed), "f", "t", held)
    assert held.lists == {"v": "2026-11-05"}


def test_prices_are_those_whose_hash_was_signed() -> None:
    """The version of the API's document: SHA-256 of the prices as canonical JSON."""
    version = "83da6fb19fb099847ae93989ec002ef52f3314c8c38d14f2301a83c5c3e052e5"
    items = [{"item": "loaf", "prices": {"bread": 20}}, {"item": "oil", "prices": {"goods": 3000}}]
    assert configuration.prices_of({"items": items}, version) == PRICES
    items[1]["prices"] = {"goods": 2999}
    with pytest.raises(DocumentRefused):
        configuration.prices_of({"items": items}, version)


@pytest.mark.parametrize(("enrolled", "kept"), [("t-1", True), ("t-2", False)])
async def test_another_terminal_begins_without_the_documents_of_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, enrolled: str, kept: bool
) -> None:
    async def enrol(*_: object, **__: object) -> tuple[DeviceKey, str]:
        return DeviceKey.generate(), "k"

    async def token(_: Caller) -> str:
        return f"h.{b64(orjson.dumps({'outlet': 'o', 'gov': '03'}))}.s"

    async def nothing(_: Terminal) -> None:
        """What is fetched afterwards is not looked at."""

    monkeypatch.setattr(device, "enrol", enrol)
    monkeypatch.setattr(Caller, "token", token)
    monkeypatch.setattr(Terminal, "refresh_keys", nothing)
    store, wire = Store(tmp_path), Wire("http://127.0.0.1:1", limit=1)
    await Terminal.enrolled(store, wire, "t-1", "code")
    store.save_hot_list(HotList(position="1", at=100, exp=150))
    store.save_configuration(Configuration(etag="e"))
    await Terminal.enrolled(store, wire, enrolled, "code")
    await wire.aclose()
    assert (store.hot_list().position == "1", store.configuration().etag == "e") == (kept, kept)
