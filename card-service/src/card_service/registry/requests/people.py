"""What a request says of somebody who is new to the register, judged as on registration."""

from __future__ import annotations

from pydantic import JsonValue

from card_service.dependencies import Dependencies
from card_service.registry import names
from card_service.registry.intake import Person, Rejection, Residence, judge_person
from card_service.registry.models import Household
from card_service.registry.reasons import reason
from card_service.registry.requests.details import NewPerson
from card_service.registry.requests.errors import ChangeRefused
from chassis import mobiles
from chassis.national_id import NationalId, NationalIdError, parse


def refused(field: str, code: str) -> ChangeRefused:
    """The refusal of a value, with the reason in both languages; it never repeats the value."""
    english, arabic = reason(code)
    listed: list[JsonValue] = [{"field": field, "code": code, "reason": english, "reason_ar": arabic}]
    return ChangeRefused(english, detail_ar=arabic, rejections=listed)


def judged(deps: Dependencies, given: NewPerson, role: str, home: Household) -> Person:
    """A person fit to be registered. Raises ChangeRefused."""
    found = judge_person(0, role, given.national_id, given.full_name, given.mobile or "", deps.today())
    if isinstance(found, Rejection):
        raise refused(found.field, found.code)
    return Person(*found, Residence(home.governorate, home.district, home.address))


def national_id_of(deps: Dependencies, given: str) -> NationalId:
    """A national id as parsed. Raises ChangeRefused."""
    try:
        return parse(given, deps.today())
    except NationalIdError as error:
        raise refused("national_id", error.code) from error


def name_of(given: str) -> str:
    """A name as it is kept. Raises ChangeRefused."""
    cleaned = names.name(given)
    if cleaned is None:
        raise refused("full_name", "name_invalid")
    return cleaned


def address_of(given: str) -> str:
    """An address as it is kept. Raises ChangeRefused."""
    cleaned = names.line(given)
    if not cleaned:
        raise refused("address", "address_invalid")
    return cleaned


def mobile_of(given: str) -> str:
    """A mobile in E.164. Raises ChangeRefused."""
    number = mobiles.normalise(given)
    if number is None:
        raise refused("mobile", "mobile_invalid")
    return number
