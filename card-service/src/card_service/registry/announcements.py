"""The events of the register, made from its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from card_service.registry import names
from card_service.registry.memberships import Joining
from card_service.registry.models import Household, NewCitizen, NewHousehold
from card_service.registry.months import PROGRAMMES, Programme, month_text
from chassis.contact import Contact
from chassis.sealing import Vault
from contracts.card import CitizenRegistered, ContactChanged, HouseholdChanged, HouseholdChangedByMonth
from contracts.event import Event
from contracts.household import HealthMonths, HouseholdMember, MonthSizes


def household_changed(household: Household) -> HouseholdChanged:
    """The household as it is from now on."""
    return HouseholdChanged(
        household_id=household.household_id,
        governorate=household.governorate,
        district=household.district,
        members=household.members,
        revision=household.revision,
    )


def contact_changed(
    contacts: Vault, citizen_id: UUID, household_id: UUID, full_name: str, mobile: str | None, governorate: str | None
) -> ContactChanged:
    """How the citizen is reached from now on, None where not at all; `contacts` seals it for notify-service."""
    return ContactChanged(
        citizen_id=citizen_id,
        household_id=household_id,
        sealed=Contact(names.given_name(full_name), mobile).seal(contacts, citizen_id),
        governorate=governorate,
    )


def joined(contacts: Vault, citizens: Iterable[NewCitizen], governorate: str) -> Iterator[Event]:
    """Citizens entered as members; those who gave a mobile can be reached by it."""
    for citizen in citizens:
        yield CitizenRegistered(
            citizen_id=citizen.citizen_id,
            household_id=citizen.household_id,
            is_head=citizen.role == "head",
            birth_year=citizen.birth_date.year,
            governorate=governorate,
        )
        if citizen.mobile is not None:
            yield contact_changed(
                contacts, citizen.citizen_id, citizen.household_id, citizen.full_name, citizen.mobile, governorate
            )


def first_months(household: NewHousehold, citizens: Sequence[NewCitizen], joining: Joining) -> HouseholdChangedByMonth:
    """A new household by month, whose members the register has not known before: all count for everything granted."""
    count, month = len(citizens), month_text(joining.first_month)
    goods, bread, health = (count if programme in joining.granted else 0 for programme in PROGRAMMES)
    return HouseholdChangedByMonth(
        household_id=household.household_id,
        revision=1,
        status="active",
        governorate=household.governorate,
        district=household.district,
        governorate_of_issue=household.governorate,
        legal_basis=household.legal_basis,
        members=[
            HouseholdMember(
                citizen_id=one.citizen_id,
                role=one.role,
                since=joining.since,
                birth_year=one.birth_date.year,
                health=[HealthMonths(first_month=month)] if Programme.HEALTH in joining.granted else [],
            )
            for one in citizens
        ],
        former=[],
        ration_card_mark=household.ration_card_mark,
        effective_month=month,
        sizes=[MonthSizes(month=month, goods=goods, bread=bread, health=health)],
    )


def registered(contacts: Vault, household: NewHousehold, citizens: Sequence[NewCitizen]) -> Iterator[Event]:
    """A new household with its members."""
    yield HouseholdChanged(
        household_id=household.household_id,
        governorate=household.governorate,
        district=household.district,
        members=household.members,
        revision=1,
    )
    yield from joined(contacts, citizens, household.governorate)
