"""Outlets and clinics are told what happens to their terminals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from prometheus_client import REGISTRY

from chassis.contact import Contact
from chassis.ids import new_id
from chassis.sealing import Keyring, SealBroken, Vault
from contracts.event import Event
from contracts.gateway import TerminalKeyReplaced
from contracts.health import ProviderContactChanged
from contracts.supply import OutletContactChanged

from ..conftest import CONTACT_KEYS, PLACE_KEYS

if TYPE_CHECKING:
    from uuid import UUID

    from ..conftest import Desk

MOBILE = "+201001234567"
COUNTED = "unicard_sms_unreachable_places_total"


def sealed(place_id: UUID, mobile: str | None = MOBILE, keys: str = PLACE_KEYS) -> str:
    return Contact("", mobile).seal(Vault(Keyring.parse(keys)), place_id)


def outlet(place_id: UUID, mobile: str | None = MOBILE, language: str = "ar") -> OutletContactChanged:
    return OutletContactChanged(
        outlet_id=place_id, sealed=sealed(place_id, mobile), language=language, governorate="03"
    )


def replaced(place_id: UUID, terminal_id: UUID) -> TerminalKeyReplaced:
    return TerminalKeyReplaced(
        terminal_id=terminal_id, outlet_id=place_id, key_id="new", replaced_key_id="old", suspended_before=False
    )


async def test_an_outlet_is_told_of_its_terminals_new_key(desk: Desk) -> None:
    place, terminal = new_id(), new_id()
    await desk.hear(outlet(place), replaced(place, terminal))
    await desk.sender.step()
    (text,) = desk.aggregator.texts_to(MOBILE)
    assert terminal.hex[-6:].upper() in text
    assert "19765" in text
    assert text.startswith("تم تفعيل ماكينة الصرف")


async def test_a_clinic_is_told_in_the_language_it_asked_for(desk: Desk) -> None:
    place, terminal = new_id(), new_id()
    told = ProviderContactChanged(provider_id=place, sealed=sealed(place), language="en", governorate="03")
    await desk.hear(told, replaced(place, terminal))
    await desk.sender.step()
    (text,) = desk.aggregator.texts_to(MOBILE)
    assert text.startswith("Your terminal")


@pytest.mark.parametrize("known", [False, True], ids=["never had a number", "has none any more"])
async def test_who_cannot_be_told_is_counted(desk: Desk, known: bool) -> None:
    place = new_id()
    before: Event
    for before in [outlet(place), outlet(place, None)] if known else []:
        await desk.hear(before)
    counted = REGISTRY.get_sample_value(COUNTED) or 0
    await desk.hear(replaced(place, new_id()))
    await desk.sender.step()
    assert desk.aggregator.messages == {}
    assert REGISTRY.get_sample_value(COUNTED) == counted + 1


async def test_a_contact_sealed_for_another_place_or_under_another_ring_is_not_believed(desk: Desk) -> None:
    place = new_id()
    for forged in (sealed(new_id()), sealed(place, keys=CONTACT_KEYS)):
        with pytest.raises(SealBroken):
            await desk.hear(OutletContactChanged(outlet_id=place, sealed=forged, governorate="03"))


async def test_the_number_stands_nowhere_in_clear(desk: Desk) -> None:
    place = new_id()
    await desk.hear(outlet(place), replaced(place, new_id()))
    rows = await desk.runtime.pool.fetch(
        "SELECT p::text AS row FROM place_contact p UNION ALL SELECT m::text FROM message m UNION ALL"
        " SELECT o::text FROM outbox o"
    )
    assert rows
    assert not [row for row in rows if MOBILE[3:] in row["row"]]
