"""A counter is told why a search leads to no card that it could hand over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from card_service.cards.lifecycle import CardState
from chassis.ids import new_id
from chassis.national_id import check_digit

from ..conftest import national_id

if TYPE_CHECKING:
    from ..conftest import Office

HERE = {"governorate": "03"}


async def search(office: Office, number: str, **claims: Any) -> Any:
    return await office.call(
        "POST", "/v1/cards/search", "cards:handover", json={"national_id": number}, claims=HERE | claims
    )


async def why(office: Office, number: str, **claims: Any) -> str | None:
    """The code of the reason, after it was found to say something in both languages."""
    told = (await search(office, number, **claims))["nothing_to_give"]
    if told is None:
        return None
    assert told["reason"].isascii()
    assert any("\u0600" <= letter <= "\u06ff" for letter in told["reason_ar"])
    return str(told["code"])


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("290010103123", "national_id_length"),
        ("29013010312345", "national_id_birth_date"),
        ("29001019912345", "national_id_governorate"),
        ("19001010312345", "national_id_century"),
        ("٢٩٠١٣٠١٠٣١٢٣٤٥", "national_id_birth_date"),
    ],
)
async def test_a_number_that_cannot_be_one_is_told_by_its_fault(office: Office, number: str, code: str) -> None:
    assert await why(office, number) == code


async def test_a_slip_of_one_digit_is_told_without_saying_whose_number_is_near(office: Office) -> None:
    _, (head, *_) = await office.household()
    number = head["national_id"]
    wrong_check = number[:13] + str((int(number[13]) + 1) % 10)
    assert await why(office, wrong_check) == "likely_typo"
    stranger = national_id(900_000)
    assert await why(office, stranger) == "person_unknown"
    # the check digit agrees, but the number is one digit away from that of somebody here
    near = stranger[:13] + str((int(stranger[13]) + 1) % 10)
    person = office.person(national_id=near)
    await office.call(
        "POST",
        "/v1/households",
        "citizens:write",
        json={"governorate": "03", "district": "03.02", "address": "", "members": [person]},
    )
    found = await search(office, stranger)
    assert (found["items"], found["nothing_to_give"]["code"]) == ([], "likely_typo")
    assert found["nothing_to_give"]["site"] is None
    assert check_digit(stranger[:13]) == stranger[13]
    assert await why(office, stranger, governorate="19") == "person_unknown", "nobody of Ismailia is near it"


async def test_who_has_no_card_is_told_by_what_is_true(office: Office) -> None:
    home, (head, child) = await office.household("child")
    assert await why(office, child["national_id"]) == "child_without_card"
    assert await why(office, head["national_id"]) == "card_not_planned"
    assert await why(office, head["national_id"], governorate="19") == "person_unknown"
    await office.fetch(
        "UPDATE citizen SET life = 'deceased', died_on = CURRENT_DATE WHERE citizen_id = $1",
        UUID(home["members"][0]["citizen_id"]),
    )
    assert await why(office, head["national_id"]) == "person_deceased"


async def test_a_card_is_told_by_where_it_stands(office: Office) -> None:
    await office.site(f"Site {office.serial}")
    _, (head, *_) = await office.household()
    number = head["national_id"]
    await office.planned(await office.phase())
    (card,) = await office.find(head)
    here = card["site"]["site_id"]
    assert await why(office, number, site_id=here) is None
    assert await why(office, number) is None, "who asks by telephone hands nothing over"
    elsewhere = (await search(office, number, site_id=str(new_id())))["nothing_to_give"]
    assert (elsewhere["code"], elsewhere["site"]["site_id"]) == ("card_at_other_site", here)
    state = f"UPDATE card SET state = '{CardState.REQUESTED}' WHERE card_id = $1"
    ((before,),) = await office.fetch("SELECT state FROM card WHERE card_id = $1", UUID(card["card_id"]))
    await office.fetch(state, UUID(card["card_id"]))
    assert await why(office, number, site_id=here) == "card_in_production"
    await office.fetch("UPDATE card SET state = $2 WHERE card_id = $1", UUID(card["card_id"]), before)
    await office.hand_over(card, head)
    assert await why(office, number, site_id=here) == "card_handed_over"
    await office.fetch(
        "UPDATE card SET state = 'closed', closed_at = now(), close_reason = 'fraud' WHERE card_id = $1",
        UUID(card["card_id"]),
    )
    assert await why(office, number, site_id=here) == "card_closed"


async def test_the_search_is_noted_with_whom_it_was_about(office: Office) -> None:
    home, (head, *_) = await office.household()
    await why(office, head["national_id"])
    rows = await office.fetch(
        "SELECT classes FROM record WHERE operation = 'POST /v1/cards/search' AND citizen_id = $1",
        UUID(home["members"][0]["citizen_id"]),
    )
    assert len(rows) == 1
