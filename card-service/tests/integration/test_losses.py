"""Lost cards (truth 3.5): blocked, bread by a code meanwhile, free again when nobody asks for another."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from card_service.consumers import loss_reported
from card_service.losses.upkeep import CODES_OVER, LAPSES, UNDATED
from chassis.clock import CAIRO
from chassis.consumer import Received
from chassis.contact import open_code
from chassis.holder_proofs.form import HolderProof, opened
from chassis.ids import new_id
from chassis.sealing import Keyring, Vault
from chassis.testing import eventually
from contracts.notify import LossReported

from ..conftest import key_of

if TYPE_CHECKING:
    from ..conftest import Office

COUNTER, WRITE, PHONE, SELLS = "cards:handover", "cards:write", "cards:report", "redemptions:create"
AT_COUNTER = {"channel": "counter", "identified_by": "national_id_card"}
BY_PHONE = {"channel": "phone", "identified_by": "registered_mobile"}
DOCUMENT = {"document": "national_id_card"}
NO_MOBILE = (
    "UPDATE citizen SET mobile_sealed = NULL, mobile_hash = NULL, mobile_usable = false WHERE citizen_id ="
    " (SELECT citizen_id FROM card WHERE card_id = $1)"
)
THURSDAY = "2026-11-12T10:00"


def at(office: Office, cairo: str) -> datetime:
    """Move business time to an hour in Cairo."""
    instant = datetime.fromisoformat(cairo).replace(tzinfo=CAIRO)
    office.runtime.clock.move_to(instant)  # type: ignore[attr-defined]  # a training system has a clock to move
    return instant


@pytest.fixture(autouse=True)
async def present(office: Office) -> AsyncIterator[None]:
    """Each test ends in the present."""
    yield
    office.runtime.clock.move_to(None)  # type: ignore[attr-defined]  # a training system has a clock to move


async def active(office: Office) -> str:
    """A card that draws bread."""
    return (await office.active())[0]


async def report(office: Office, card_id: str, body: dict[str, Any], scopes: str = COUNTER, **options: Any) -> Any:
    return await office.call("POST", f"/v1/cards/{card_id}/loss", scopes, json=body, **options)


async def card_of(office: Office, card_id: str) -> Any:
    return await office.call("GET", f"/v1/cards/{card_id}", "cards:read")


async def told(office: Office, name: str, card_id: str) -> list[dict[str, Any]]:
    return [event for event in await office.events(name) if event.get("card_id") == card_id]


async def code_of(office: Office, card_id: str) -> str:
    """The newest code of a card, as the SMS has it."""
    event = (await told(office, "BreadCodeIssued", card_id))[-1]
    return open_code(Vault(Keyring.parse(f"k1:{key_of(6)}")), UUID(event["citizen_id"]), event["code_sealed"])


class Terminal:
    """A bakery's."""

    def __init__(self, office: Office) -> None:
        """Not enrolled anywhere: its token says what it is."""
        self.office, self.id = office, str(new_id())

    async def tries(self, code: str, amount: int = 400, **options: Any) -> Any:
        claims = {"kind": "terminal", "governorate": "03", "outlet_id": new_id()}
        body = {"code": code, "max_amount": amount}
        return await self.office.call(
            "POST", "/v1/bread-code-proofs", SELLS, json=body, subject=self.id, claims=claims, **options
        )


async def read(office: Office, token: str) -> HolderProof:
    published = (await office.call("GET", "/v1/holder-proof-keys", ""))["keys"]
    keys = {
        key["kid"]: Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(f"{key['x']}=")) for key in published
    }
    return opened(token, keys)


async def waiting(office: Office, card_id: str, reason: str = "lost") -> dict[str, Any]:
    """A replacement that is ordered."""
    site = await office.site(f"Lost {new_id()}")
    body = {"reason": reason, "site_id": site["site_id"]}
    made: dict[str, Any] = await office.call("POST", f"/v1/cards/{card_id}/replacement", WRITE, json=body, expect=201)
    return made


@pytest.mark.parametrize(
    ("blocked", "usable"),
    [
        (THURSDAY, "2026-11-18T00:00"),  # the end of Tuesday the 17th
        ("2026-11-12T23:59", "2026-11-18T00:00"),
        ("2026-11-13T09:00", "2026-11-18T00:00"),  # a Friday
        ("2026-03-18T10:00", "2026-03-27T00:00"),  # the feast of five days between
        ("2026-01-27T10:00", "2026-02-03T00:00"),  # the 25th of January is kept on Thursday the 29th
        ("2027-01-06T10:00", "2027-01-13T00:00"),  # Coptic Christmas
    ],
)
async def test_3_5_a_block_that_no_request_follows_lapses(office: Office, blocked: str, usable: str) -> None:
    card_id = await active(office)
    began, ends = at(office, blocked), datetime.fromisoformat(usable).replace(tzinfo=CAIRO)
    reported = await report(office, card_id, AT_COUNTER)
    assert (reported["state"], datetime.fromisoformat(reported["lapses_at"])) == ("blocked", ends)
    assert (await told(office, "CardBlocked", card_id))[-1]["reason"] == "lost"
    (said,) = await told(office, "CardReportedLost", card_id)
    assert datetime.fromisoformat(said["lapses_at"]) == ends
    assert (began - datetime.fromisoformat(said["blocked_at"])) < timedelta(minutes=1)
    office.runtime.clock.move_to(ends - timedelta(seconds=90))  # type: ignore[attr-defined]
    await LAPSES.run(office.runtime)
    assert (await card_of(office, card_id))["state"] == "blocked"
    office.runtime.clock.move_to(ends)  # type: ignore[attr-defined]

    async def free() -> bool:
        return bool((await card_of(office, card_id))["state"] == "active")

    await eventually(free)
    await LAPSES.run(office.runtime)
    await LAPSES.run(office.runtime)
    assert len(await told(office, "CardUnblocked", card_id)) == len(await told(office, "LostBlockLapsed", card_id)) == 1
    card = await card_of(office, card_id)
    assert (card["block_reason"], card["lapses_at"]) == (None, None)
    assert (await Terminal(office).tries(await code_of(office, card_id)))["result"] == "over"


async def test_a_request_in_time_stops_the_clock(office: Office) -> None:
    card_id = await active(office)
    at(office, THURSDAY)
    await report(office, card_id, BY_PHONE, PHONE)
    at(office, "2026-11-17T14:00")
    await waiting(office, card_id)
    at(office, "2026-11-25T00:00")
    await LAPSES.run(office.runtime)
    card = await card_of(office, card_id)
    assert (card["state"], card["lapses_at"]) == ("blocked", None)
    assert await told(office, "LostBlockLapsed", card_id) == []
    assert (await Terminal(office).tries(await code_of(office, card_id)))["result"] == "proved", "until the new card"


async def test_a_replacement_asked_for_at_once_never_lapses(office: Office) -> None:
    card_id = await active(office)
    at(office, THURSDAY)
    await waiting(office, card_id)
    (said,) = await told(office, "CardReportedLost", card_id)
    assert (said["lapses_at"], said["channel"]) == (None, "office")
    assert (await card_of(office, card_id))["lapses_at"] is None


async def test_a_card_lost_before_blocks_had_a_day_gets_one_and_its_holder_hears(office: Office) -> None:
    old, waits = await active(office), await active(office)
    at(office, "2026-11-11T10:00")
    for card_id in (old, waits):
        await report(office, card_id, AT_COUNTER)
    await waiting(office, waits)
    at(office, THURSDAY)
    for card_id in (old, waits):
        await office.fetch("UPDATE card SET lapses_at = NULL WHERE card_id = $1", UUID(card_id))
    await UNDATED.run(office.runtime)
    ends = datetime(2026, 11, 18, tzinfo=CAIRO)
    card = await card_of(office, old)
    assert (card["state"], datetime.fromisoformat(card["lapses_at"])) == ("blocked", ends)
    said = (await told(office, "CardReportedLost", old))[-1]
    assert datetime.fromisoformat(said["lapses_at"]) == ends
    assert datetime.fromisoformat(said["blocked_at"]).date().isoformat() == "2026-11-11"
    assert (await card_of(office, waits))["lapses_at"] is None, "it stays until the new card"
    before = len(await told(office, "CardReportedLost", old))
    await UNDATED.run(office.runtime)
    assert len(await told(office, "CardReportedLost", old)) == before
    at(office, "2026-11-18T00:01")
    await LAPSES.run(office.runtime)
    assert (await card_of(office, old))["state"] == "active"


@pytest.mark.parametrize("reason", ["fraud", "order", "stolen"])
async def test_a_block_for_another_reason_never_lapses(office: Office, reason: str) -> None:
    card_id = await active(office)
    at(office, THURSDAY)
    blocked = await office.call("POST", f"/v1/cards/{card_id}/block", WRITE, json={"reason": reason})
    assert blocked["lapses_at"] is None
    at(office, "2027-11-12T10:00")
    await LAPSES.run(office.runtime)
    assert (await card_of(office, card_id))["state"] == "blocked"
    refused = await office.call("POST", f"/v1/cards/{card_id}/found", COUNTER, json=DOCUMENT, expect=409)
    assert refused["code"] == "card_not_lost"
    for path, body in (("bread-codes", None), ("shown-bread-codes", DOCUMENT)):
        refused = await office.call("POST", f"/v1/cards/{card_id}/{path}", COUNTER, json=body, expect=409)
        assert refused["code"] == "card_not_lost"


async def test_blocked_as_lost_by_an_office_lapses_too(office: Office) -> None:
    card_id = await active(office)
    at(office, THURSDAY)
    blocked = await office.call("POST", f"/v1/cards/{card_id}/block", WRITE, json={"reason": "lost"})
    assert datetime.fromisoformat(blocked["lapses_at"]) == datetime(2026, 11, 18, tzinfo=CAIRO)


async def test_the_code_stands_for_the_card_at_a_terminal(office: Office) -> None:
    card_id = await active(office)
    reported = await report(office, card_id, BY_PHONE, PHONE)
    assert (reported["no_bread_code"], reported["bread_code_until"] is not None) == (None, True)
    code = await code_of(office, card_id)
    assert [len(part) for part in code.split()] == [6, 4]
    terminal = Terminal(office)
    given = await terminal.tries(code, 400)
    assert (given["result"], given["card_id"]) == ("proved", card_id)
    proof = await read(office, given["proof"])
    assert (str(proof.card_id), str(proof.terminal_id)) == (card_id, terminal.id)
    assert (proof.purpose, proof.max_amount, proof.kind) == ("bread", 400, "bread_code")
    again = await Terminal(office).tries(code.replace(" ", ""))
    assert (again["result"], again["proof_id"] == given["proof_id"]) == ("proved", False), "each draw has its own"
    stored = await office.fetch("SELECT to_jsonb(b)::text AS row FROM bread_code b")
    assert all(part not in row["row"] for row in stored for part in (code, code.split()[0]))


async def test_a_code_guessed_at_too_often_is_locked_everywhere(office: Office) -> None:
    card_id = await active(office)
    await report(office, card_id, AT_COUNTER)
    code = await code_of(office, card_id)
    locator, secret = code.split()
    wrong = f"{locator} {'0000' if secret != '0000' else '0001'}"
    results = [(await Terminal(office).tries(wrong))["result"] for _ in range(6)]
    assert results == ["wrong"] * 4 + ["locked"] * 2
    assert (await Terminal(office).tries(code))["result"] == "locked"
    await office.call("POST", f"/v1/cards/{card_id}/bread-codes", PHONE, expect=201)
    assert (await Terminal(office).tries(await code_of(office, card_id)))["result"] == "proved"


async def test_a_terminal_that_guesses_must_wait(office: Office) -> None:
    card_id = await active(office)
    await report(office, card_id, AT_COUNTER)
    terminal = Terminal(office)
    for typed in ("000000 0000", "12", "ab"):
        assert (await terminal.tries(typed)) == {
            "result": "wrong", "card_id": None, "proof_id": None, "proof": None, "expires_at": None
        }  # fmt: skip
    counted = await office.fetch("SELECT FROM pin_failure WHERE caller = $1", terminal.id)
    assert len(counted) == 3
    await office.fetch("INSERT INTO pin_failure SELECT $1, now() FROM generate_series(1, 20)", terminal.id)
    refused = await terminal.tries(await code_of(office, card_id), expect=429)
    assert refused["code"] == "pin_checks_exceeded"


async def test_found_again_the_code_ends(office: Office) -> None:
    card_id = await active(office)
    await report(office, card_id, AT_COUNTER)
    code = await code_of(office, card_id)
    phone = await office.call("POST", f"/v1/cards/{card_id}/found", PHONE, json=DOCUMENT, expect=403)
    assert phone["code"] == "insufficient_scope"
    found = await office.call("POST", f"/v1/cards/{card_id}/found", COUNTER, json=DOCUMENT)
    assert (found["state"], found["lapses_at"]) == ("active", None)
    assert (await Terminal(office).tries(code))["result"] == "over"
    await report(office, card_id, AT_COUNTER)
    assert (await Terminal(office).tries(code))["result"] == "over", "a code is of one loss"
    await waiting(office, card_id)
    refused = await office.call("POST", f"/v1/cards/{card_id}/found", COUNTER, json=DOCUMENT, expect=409)
    assert refused["code"] == "replacement_waiting"


async def test_found_again_by_telephone_with_the_holders_code(office: Office) -> None:
    card_id = await active(office)
    sent, path = f"/v1/cards/{card_id}/found-codes", f"/v1/cards/{card_id}/found"
    assert (await office.call("POST", sent, PHONE, expect=409))["code"] == "card_not_lost"
    await report(office, card_id, BY_PHONE, PHONE)
    none = await office.call("POST", path, PHONE, json={"code": "402913"}, expect=422)
    assert (none["code"], none["tries_left"]) == ("found_code_refused", 0)
    await office.call("POST", sent, PHONE, expect=201)
    code = await office.sent_code()
    other = await office.call("POST", path, PHONE, json={"code": code}, subject="another-desk", expect=422)
    assert other["code"] == "found_code_refused", "it is this desk's code"
    wrong = "000000" if code != "000000" else "000001"
    refused = await office.call("POST", path, PHONE, json={"code": wrong}, expect=422)
    assert (refused["code"], refused["tries_left"]) == ("found_code_refused", 2)
    assert (await card_of(office, card_id))["state"] == "blocked"
    found = await office.call("POST", path, PHONE, json={"code": code})
    assert (found["state"], found["lapses_at"]) == ("active", None)
    await report(office, card_id, BY_PHONE, PHONE)
    assert (await office.call("POST", path, PHONE, json={"code": code}, expect=422))["code"] == "found_code_refused"


@pytest.mark.parametrize("body", [{}, {"document": "passport", "code": "402913"}])
async def test_who_found_a_card_is_known_in_one_way(office: Office, body: dict[str, str]) -> None:
    refused = await office.call("POST", f"/v1/cards/{new_id()}/found", COUNTER, json=body, expect=422)
    assert refused["code"] == "invalid_request"


async def test_a_stolen_card_is_not_freed_by_the_mobile_that_went_with_it(office: Office) -> None:
    card_id = await active(office)
    await office.call("POST", f"/v1/cards/{card_id}/block", WRITE, json={"reason": "stolen"})
    assert (await office.call("POST", f"/v1/cards/{card_id}/found-codes", PHONE, expect=409))["code"] == "card_not_lost"


async def test_a_number_too_new_frees_no_card(office: Office) -> None:
    card_id = await active(office)
    await report(office, card_id, AT_COUNTER)
    await office.fetch(
        "UPDATE citizen SET mobile_new_until = now() + interval '1 day' WHERE citizen_id ="
        " (SELECT citizen_id FROM card WHERE card_id = $1)",
        UUID(card_id),
    )
    refused = await office.call("POST", f"/v1/cards/{card_id}/found-codes", PHONE, expect=409)
    assert refused["code"] == "holder_number_too_new"


async def test_the_new_card_ends_the_code_and_keeps_the_services(office: Office) -> None:
    card_id, head, _ = await office.active()
    await report(office, card_id, AT_COUNTER)
    code = await code_of(office, card_id)
    await waiting(office, card_id)
    assert (await Terminal(office).tries(code))["result"] == "proved"
    (new,) = [card for card in await office.find(head) if card["replaces"] == card_id]
    await office.hand_over(new, head)
    assert (await Terminal(office).tries(code))["result"] == "over"
    before, after = await card_of(office, card_id), await card_of(office, new["card_id"])
    assert (before["state"], after["state"], after["services"]) == ("replaced", "active", ["supply"])


async def test_a_code_ends_by_its_days_and_the_newest_counts(office: Office) -> None:
    card_id = await active(office)
    at(office, THURSDAY)
    await report(office, card_id, AT_COUNTER)
    first = await code_of(office, card_id)
    await waiting(office, card_id)
    shown = await office.call("POST", f"/v1/cards/{card_id}/shown-bread-codes", COUNTER, json=DOCUMENT, expect=201)
    assert (await Terminal(office).tries(first))["result"] == "over"
    assert (await Terminal(office).tries(shown["bread_code"]))["result"] == "proved"
    await office.call("POST", f"/v1/cards/{card_id}/bread-codes", COUNTER, expect=201)
    often = await office.call("POST", f"/v1/cards/{card_id}/bread-codes", COUNTER, expect=429)
    assert often["code"] == "bread_codes_too_often"
    third = await code_of(office, card_id)
    at(office, "2026-12-13T10:00")
    assert (await Terminal(office).tries(third))["result"] == "over"
    await office.call("POST", f"/v1/cards/{card_id}/bread-codes", COUNTER, expect=201)
    assert (await Terminal(office).tries(await code_of(office, card_id)))["result"] == "proved"
    at(office, "2027-06-01T10:00")
    await CODES_OVER.run(office.runtime)
    assert await office.fetch("SELECT FROM bread_code WHERE card_id = $1", UUID(card_id)) == []


async def test_without_a_mobile_the_counter_shows_it(office: Office) -> None:
    card_id = await active(office)
    await office.fetch(NO_MOBILE, UUID(card_id))
    reported = await report(office, card_id, AT_COUNTER)
    assert (reported["bread_code_until"], reported["no_bread_code"]) == (None, "holder_not_reached")
    refused = await office.call("POST", f"/v1/cards/{card_id}/bread-codes", PHONE, expect=409)
    assert refused["code"] == "holder_not_reached"
    await office.call("POST", f"/v1/cards/{card_id}/shown-bread-codes", PHONE, json=DOCUMENT, expect=403)
    shown = await office.call("POST", f"/v1/cards/{card_id}/shown-bread-codes", COUNTER, json=DOCUMENT, expect=201)
    assert (await Terminal(office).tries(shown["bread_code"]))["result"] == "proved"


async def test_a_number_that_is_new_gets_no_code(office: Office) -> None:
    card_id = await active(office)
    await office.fetch(
        "UPDATE citizen SET mobile_new_until = now() + interval '1 day' WHERE citizen_id ="
        " (SELECT citizen_id FROM card WHERE card_id = $1)",
        UUID(card_id),
    )
    assert (await report(office, card_id, BY_PHONE, PHONE))["no_bread_code"] == "holder_number_too_new"


async def test_a_card_that_was_not_active_draws_nothing(office: Office) -> None:
    card_id, _, _ = await office.issued()
    assert (await report(office, card_id, AT_COUNTER))["no_bread_code"] == "card_was_not_active"
    refused = await office.call("POST", f"/v1/cards/{card_id}/bread-codes", COUNTER, expect=409)
    assert refused["code"] == "card_was_not_active"


@pytest.mark.parametrize(
    ("channel", "known_by", "status"),
    [
        ("counter", "passport", 200),
        ("phone", "questions", 200),
        ("system", "system", 200),
        ("counter", "questions", 422),
        ("phone", "national_id_card", 422),
        ("sms", "registered_mobile", 422),  # what notify-service hears, and nobody says
    ],
)
async def test_how_the_holder_was_known_is_kept(office: Office, channel: str, known_by: str, status: int) -> None:
    card_id = await active(office)
    await report(
        office, card_id, {"channel": channel, "identified_by": known_by}, PHONE, subject="desk-7", expect=status
    )
    kept = await office.fetch("SELECT * FROM loss_report WHERE card_id = $1", UUID(card_id))
    assert [(row["channel"], row["identified_by"], row["reported_by"]) for row in kept] == (
        [(channel, known_by, "desk-7")] if status == 200 else []
    )


async def test_a_loss_is_reported_once(office: Office) -> None:
    card_id = await active(office)
    await report(office, card_id, AT_COUNTER)
    again = await report(office, card_id, AT_COUNTER, expect=409)
    assert again["code"] == "card_state_conflict"
    assert len(await told(office, "CardReportedLost", card_id)) == 1


async def heard(office: Office, citizen_id: str, household_id: str) -> None:
    """What notify-service tells of a message «فقد»."""
    said = LossReported(
        report_id=new_id(),
        citizen_id=UUID(citizen_id),
        household_id=UUID(household_id),
        reported_at=office.runtime.clock.now(),
    )
    async with office.runtime.sessions() as session, session.begin():
        await loss_reported([Received(said, new_id(), said.reported_at, household_id)], session, office.runtime)


async def test_a_loss_told_by_sms_blocks_the_citizens_cards(office: Office) -> None:
    card_id = await active(office)
    card = await card_of(office, card_id)
    at(office, THURSDAY)
    await heard(office, card["citizen_id"], card["household_id"])
    await heard(office, card["citizen_id"], card["household_id"])
    (said,) = await told(office, "CardReportedLost", card_id)
    assert (said["channel"], datetime.fromisoformat(said["lapses_at"])) == ("sms", datetime(2026, 11, 18, tzinfo=CAIRO))
    assert (await Terminal(office).tries(await code_of(office, card_id)))["result"] == "proved"
    kept = await office.fetch("SELECT channel, identified_by FROM loss_report WHERE card_id = $1", UUID(card_id))
    assert [tuple(row.values()) for row in kept] == [("sms", "registered_mobile")]


async def test_a_number_that_is_new_blocks_nothing(office: Office) -> None:
    card_id = await active(office)
    card = await card_of(office, card_id)
    await office.fetch(
        "UPDATE citizen SET mobile_new_until = now() + interval '1 day' WHERE citizen_id = $1", UUID(card["citizen_id"])
    )
    await heard(office, card["citizen_id"], card["household_id"])
    assert (await card_of(office, card_id))["state"] == "active"


async def test_who_has_no_card_loses_none(office: Office) -> None:
    home, _ = await office.household()
    await heard(office, home["members"][0]["citizen_id"], home["household_id"])
    await heard(office, str(new_id()), home["household_id"])
