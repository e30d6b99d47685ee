"""The events of the register, made from its rows. Those of who is entered, a file's among them, are encoded at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

from card_service.registry import names
from card_service.registry.memberships import Joining
from card_service.registry.models import NewCitizen, NewHousehold
from card_service.registry.months import PROGRAMMES, Programme, month_text
from chassis.contact import Contact
from chassis.outbox import Encoded
from chassis.sealing import Vault
from contracts.card import CitizenRegistered, ContactChanged, HouseholdChangedByMonth


def contact_changed(
    contacts: Vault,
    citizen_id: UUID,
    household_id: UUID,
    full_name: str,
    mobile: str | None,
    governorate: str | None,
    new_until: datetime | None = None,
) -> ContactChanged:
    """How the citizen is reached from now on, None where not at all; `contacts` seals it for notify-service."""
    return ContactChanged(
        citizen_id=citizen_id,
        household_id=household_id,
        sealed=Contact(names.given_name(full_name), mobile).seal(contacts, citizen_id),
        governorate=governorate,
        new_until=new_until if mobile else None,
    )


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def joined(contacts: Vault, citizens: Iterable[NewCitizen], governorate: str) -> Iterator[Encoded]:
    """Citizens entered as members; those who gave a mobile can be reached by it."""
    for citizen in citizens:
        citizen_id, household_id = str(citizen.citizen_id), str(citizen.household_id)
        yield Encoded.of(
            CitizenRegistered,
            {
                "citizen_id": citizen_id,
                "household_id": household_id,
                "is_head": citizen.role == "head",
                "birth_year": citizen.birth_date.year,
                "governorate": governorate,
            },
        )
        if citizen.mobile is not None:
            contact = Contact(names.given_name(citizen.full_name), citizen.mobile)
            yield Encoded.of(
                ContactChanged,
                {
                    "citizen_id": citizen_id,
                    "household_id": household_id,
                    "sealed": contact.seal(contacts, citizen.citizen_id),
                    "language": "ar",
                    "governorate": governorate,
                    "new_until": _instant(citizen.mobile_new_until),
                },
            )


def first_months(household: NewHousehold, citizens: Sequence[NewCitizen], joining: Joining) -> Encoded:
    """A new household by month, whose members the register has not known before: all count for everything granted."""
    count, month = len(citizens), month_text(joining.first_month)
    goods, bread, health = (count if programme in joining.granted else 0 for programme in PROGRAMMES)
    spans = [{"first_month": month, "last_month": None, "basis": None}] if Programme.HEALTH in joining.granted else []
    since = joining.since.isoformat()
    return Encoded.of(
        HouseholdChangedByMonth,
        {
            "household_id": str(household.household_id),
            "revision": 1,
            "status": "active",
            "governorate": household.governorate,
            "district": household.district,
            "governorate_of_issue": household.governorate,
            "legal_basis": household.legal_basis,
            "members": [
                {
                    "citizen_id": str(one.citizen_id),
                    "role": one.role,
                    "since": since,
                    "birth_year": one.birth_date.year,
                    "health": spans,
                }
                for one in citizens
            ],
            "sizes": [{"month": month, "goods": goods, "bread": bread, "health": health}],
            "former": [],
            "ended_on": None,
            "end_reason": None,
            "trial": False,
            "ration_card_mark": household.ration_card_mark,
            "effective_month": month,
        },
    )
