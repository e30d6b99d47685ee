"""Offline chains, examined in whatever order and pieces they arrive."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from supply_service.offline import chain
from supply_service.offline.chain import GENESIS, Finding, Known, Link, Signature, SigningKey, Told

KEY = Ed25519PrivateKey.generate()
PUBLIC = base64.urlsafe_b64encode(KEY.public_key().public_bytes_raw()).decode().rstrip("=")
IN_USE = SigningKey(7, PUBLIC, None)
NOON = datetime(2026, 11, 5, 10, tzinfo=UTC)


def sale(sequence: int, previous: bytes, note: str = "") -> dict[str, Any]:
    document = {"sequence": sequence, "previous_hash": previous.hex(), "sale_id": str(uuid4()), "note": note}
    document["signature"] = base64.urlsafe_b64encode(KEY.sign(chain.canonical(document))).decode().rstrip("=")
    return document


def linked(document: dict[str, Any]) -> Link:
    return chain.link(document, document["sequence"], UUID(document["sale_id"]), document["previous_hash"])


def make(length: int) -> list[Link]:
    links: list[Link] = []
    for n in range(1, length + 1):
        links.append(linked(sale(n, links[-1].hash if links else GENESIS)))
    return links


def booked(findings: Sequence[Finding]) -> list[Known]:
    """The new sales among them, as they stand in the books afterwards."""
    new = [f for f in findings if f.fault is None and f.repeats is None and not f.repeats_upload]
    return [Known(*f.link[:4], "applied", None, uuid4()) for f in new]


@given(st.data())
def test_every_sale_is_new_once_in_any_order_of_pieces(data: st.DataObject) -> None:
    links = make(data.draw(st.integers(1, 8)))
    uploads = data.draw(st.lists(st.lists(st.sampled_from(links), min_size=1, max_size=6), max_size=6))
    uploads.append(links)
    books: list[Known] = []
    for upload in uploads:
        findings = chain.examine([(link, None) for link in upload], books)
        assert all(finding.fault is None for finding in findings)
        books += booked(findings)
    assert sorted(known.sequence for known in books) == [link.sequence for link in links]


def test_the_first_of_two_sales_under_a_number_stands() -> None:
    one, two = make(2)
    fork = linked(sale(2, one.hash, "another"))
    books = booked(chain.examine([(one, None), (two, None)], []))
    assert chain.examine([(fork, None)], books)[0].fault == "chain_forked"
    assert [f.fault for f in chain.examine([(one, None), (two, None), (fork, None)], [])] == [
        None,
        None,
        "chain_forked",
    ]


def test_a_sale_that_does_not_follow_or_is_not_followed() -> None:
    one, two, three = make(3)
    stray = linked(sale(2, GENESIS))
    assert chain.examine([(stray, None)], booked(chain.examine([(one, None)], [])))[0].fault == "chain_broken"
    assert chain.examine([(stray, None)], booked(chain.examine([(three, None)], [])))[0].fault == "chain_broken"
    first = linked(sale(1, two.hash))
    assert chain.examine([(first, None)], [])[0].fault == "chain_broken"
    assert chain.examine([(three, None)], [])[0].fault is None, "what is missing before it may still come"


def test_an_id_is_used_once() -> None:
    one, two = make(2)
    again = two._replace(sale_id=one.sale_id)
    assert chain.examine([(one, None), (again, None)], [])[1].fault == "sale_id_reused"


def test_unsigned_sales_are_no_part_of_the_chain() -> None:
    one, two = make(2)
    findings = chain.examine([(one, "signature_invalid"), (two, None)], [])
    assert [f.fault for f in findings] == ["signature_invalid", None]
    assert chain.examine([(one, None)], booked(findings))[0].fault is None


def test_signatures() -> None:
    document = sale(1, GENESIS, "سكر")
    assert chain.signature_holds(PUBLIC, document)
    assert not chain.signature_holds(PUBLIC, document | {"note": "ملح"})
    assert not chain.signature_holds(PUBLIC, document | {"extra": 1})
    assert not chain.signature_holds(PUBLIC, document | {"signature": "AAAA"})
    assert not chain.signature_holds("AAAA", document)
    assert not chain.signature_holds("not base64 at all!", document)


def told(document: dict[str, Any], occurred_at: datetime = NOON) -> Told:
    return Told(document, linked(document), occurred_at)


def sales(length: int) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for n in range(1, length + 1):
        made.append(sale(n, linked(made[-1]).hash if made else GENESIS))
    return made


def checked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What is checked by itself from now on."""
    seen: list[object] = []
    real = chain.signature_holds

    def holds(public_key: str, one: dict[str, Any]) -> bool:
        seen.append(one["sequence"])
        return real(public_key, one)

    monkeypatch.setattr(chain, "signature_holds", holds)
    return seen


def test_the_last_of_a_chain_vouches_for_the_sales_before(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, made = checked(monkeypatch), sales(5)
    given = [told(made[place]) for place in (3, 0, 4, 1, 2)]
    assert chain.signatures_of(given, [IN_USE]) == [Signature(7)] * 5
    assert seen == [5]


def test_nothing_vouches_for_what_was_altered_or_for_another_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    made = sales(5)
    given = [told(one) for one in made]
    given[1] = told(made[1] | {"note": "altered on its way"})
    given[4] = told(made[4] | {"signature": "AAAA"})
    seen = checked(monkeypatch)
    faults = [one.fault for one in chain.signatures_of(given, [IN_USE])]
    assert faults == [None, "signature_invalid", None, None, "signature_invalid"]
    assert seen == [5, 4, 2, 1], "3 is vouched for by 4, 1 by nothing that is genuine"
    assert [one.fault for one in chain.signatures_of(given, [])] == ["signature_invalid"] * 5


def test_a_key_that_was_replaced_vouches_until_then_and_for_nothing_from_later() -> None:
    made, late = sales(3), NOON + timedelta(hours=1)
    before = IN_USE._replace(until=NOON + timedelta(minutes=1))
    faults = [one.fault for one in chain.signatures_of([told(one) for one in made], [before])]
    assert faults == [None] * 3
    garbled = [told(made[0]), told(made[1] | {"signature": "AAAA"})]
    head = sale(3, linked(dict(made[1], signature="AAAA")).hash)
    for at, expected in ((NOON, [None] * 3), (late, [None, "signature_invalid", "key_replaced"])):
        assert [one.fault for one in chain.signatures_of([*garbled, told(head, at)], [before])] == expected


@given(st.data())
def test_whoever_has_no_key_adds_nothing(data: st.DataObject) -> None:
    """Whatever is changed on its way, in whatever order it comes, passes for no sale of the terminal."""
    made = sales(data.draw(st.integers(1, 6)))
    changed = set(data.draw(st.lists(st.integers(0, len(made) - 1))))
    uploaded = [one | {"note": f"changed {place}"} if place in changed else one for place, one in enumerate(made)]
    order = data.draw(st.permutations(range(len(made))))
    found = chain.signatures_of([told(uploaded[place]) for place in order], [IN_USE])
    assert {place for place, one in zip(order, found, strict=True) if one.fault is not None} == changed


@pytest.mark.parametrize("document", [{"b": 1, "a": {"y": "ر", "x": [1, 2]}}, {"t": 'quote " and \\ and \n'}])
def test_canonical_form(document: dict[str, Any]) -> None:
    import json

    plain = json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    assert chain.canonical(document) == plain
