"""A citizen's rights: restriction and erasure, asked for by one, decided by another, told to all services."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from approvals.testing import decide
from card_service.held import HELD
from card_service.privacy.terms import COUNTING
from chassis.clock import CAIRO
from chassis.ids import new_id
from chassis.metrics import BACKGROUND
from chassis.records.chain import chain_key
from chassis.records.held import held_on
from chassis.records.reading import About
from chassis.records.verify import verify
from chassis.sealing import SealBroken
from chassis.testing import eventually
from chassis.testing_events import Outside
from contracts import gateway, health, notify, payment, supply
from contracts.gateway import LegalHoldPlaced
from contracts.privacy import ErasedData, KeptData

if TYPE_CHECKING:
    from ..conftest import Office, OpenOffice

OUTCOMES = {
    "gateway": gateway.DataErased,
    "supply": supply.DataErased,
    "health": health.DataErased,
    "payment": payment.DataErased,
    "notify": notify.DataErased,
}


async def asked(office: Office, path: str, expect: int = 202, headers: Any = None, **body: Any) -> dict[str, Any]:
    body = {"reason": "asked for at the desk"} | body
    reply = await office.client.post(path, headers=headers or office.issuer.person("privacy:ask"), json=body)
    assert reply.status_code == expect, reply.text
    made: dict[str, Any] = reply.json()
    return made


async def approved(office: Office, made: dict[str, Any], **options: Any) -> dict[str, Any]:
    return await decide(office.client, office.issuer, "card", made["proposal_id"], "privacy:write", **options)


def of_citizen(office: Office, citizen_id: str) -> dict[str, str]:
    """Headers of a citizen who has signed in by a code; the token names no area."""
    return office.issuer.headers(f"citizen:{citizen_id}", "privacy:ask", kind="citizen", governorate=None, sid="1")


async def restricted(office: Office, citizen_id: str, **body: Any) -> str:
    base = f"/v1/citizens/{citizen_id}"
    made = await asked(office, f"{base}/restriction-requests", **({"ground": "objection"} | body))
    await approved(office, made)
    return str(made["proposal_id"])


async def test_a_citizen_asks_an_office_decides_and_offices_say_what_for(office: Office) -> None:
    household, _ = await office.household()
    citizen = household["members"][0]["citizen_id"]
    base, mine = f"/v1/citizens/{citizen}", of_citizen(office, citizen)
    made = await asked(office, f"{base}/restriction-requests", headers=mine, ground="accuracy")
    waiting = (await office.client.get(f"{base}/privacy-requests", headers=mine)).json()["items"]
    assert [(one["kind"], one["state"]) for one in waiting] == [("processing-restriction", "submitted")]
    await office.call("GET", base, "citizens:read")  # nothing is decided yet
    await approved(office, made)
    (told,) = await office.events("ProcessingRestricted", citizen)
    assert (told["restriction_id"], told["ground"]) == (made["proposal_id"], "accuracy")
    assert "reason" not in told
    refused = await office.call("GET", base, "citizens:read", expect=403)
    assert refused["code"] == "processing_restricted"
    said = {"Purpose": "correction asked for by the citizen", "Case-Number": "2026/5"}
    await office.call("GET", base, "citizens:read", headers=said)
    (one,) = (await office.client.get(f"{base}/restrictions", headers=mine)).json()["items"]
    assert (one["in_force"], one["ground_en"], one["ends_on"]) == (
        True, "the citizen disputes that the data are right", None,
    )  # fmt: skip


async def test_the_card_goes_on_giving_what_it_gives(office: Office) -> None:
    card_id, head, _ = await office.active()
    ((citizen,),) = await office.fetch("SELECT citizen_id FROM card WHERE card_id = $1::text::uuid", card_id)
    await restricted(office, str(citizen))
    await office.call("GET", f"/v1/cards/{card_id}", "cards:read", expect=403)
    await office.find(head)
    await office.call("POST", f"/v1/cards/{card_id}/block", "cards:write", json={"reason": "lost"})
    await office.call("POST", f"/v1/cards/{card_id}/unblock", "cards:write")
    await office.call("POST", "/v1/payee-lookups", "payees:resolve", json={"national_ids": [head["national_id"]]})


async def test_it_ends_by_decision_or_by_its_day(office: Office) -> None:
    household, _ = await office.household()
    citizen = household["members"][0]["citizen_id"]
    base = f"/v1/citizens/{citizen}"
    restriction = await restricted(office, citizen)
    lifting = await asked(office, f"{base}/restrictions/{restriction}/lifting-requests")
    await approved(office, lifting)
    assert len(await office.events("RestrictionLifted", citizen)) == 1
    await office.call("GET", base, "citizens:read")
    gone = await asked(office, f"{base}/restrictions/{restriction}/lifting-requests", expect=404)
    assert gone["code"] == "restriction_not_found"
    past = await asked(
        office, f"{base}/restriction-requests", expect=422, ground="claim", starts_on="2020-01-01", ends_on="2020-02-01"
    )
    assert past["code"] == "restriction_past"


async def test_nobody_decides_alone_nor_asks_for_another(office: Office) -> None:
    household, _ = await office.household("spouse")
    first, second = [one["citizen_id"] for one in household["members"]]
    base = f"/v1/citizens/{first}"
    officer = new_id()
    headers = office.issuer.person("privacy:ask privacy:write", person_id=officer)
    made = await asked(office, f"{base}/erasure-requests", headers=headers)
    own = await approved(office, made, person_id=officer, expect=403)
    assert own["code"] == "own_proposal"
    await asked(office, f"{base}/erasure-requests", expect=409)
    stranger = of_citizen(office, second)
    await asked(office, f"{base}/restriction-requests", headers=stranger, expect=404, ground="objection")
    for path in ("restrictions", "erasures", "privacy-requests"):
        assert (await office.client.get(f"{base}/{path}", headers=stranger)).status_code == 404
    elsewhere = office.issuer.person("privacy:ask", governorate="19")
    await asked(office, f"{base}/restriction-requests", headers=elsewhere, expect=404, ground="objection")
    machine = office.issuer.headers("ministry", "privacy:ask")
    await asked(office, f"{base}/restriction-requests", headers=machine, expect=403, ground="objection")
    refused = await approved(office, made, decision="refuse")
    assert refused["state"] == "refused"
    assert await office.fetch("SELECT 1 FROM erasure WHERE citizen_id = $1::text::uuid", first) == []
    (answer,) = (await office.client.get(f"{base}/privacy-requests", headers=of_citizen(office, first))).json()["items"]
    assert (answer["state"], answer["answer"]) == ("refused", "looked at by a test")


async def test_the_decision_is_in_the_citizens_record(office: Office) -> None:
    household, _ = await office.household()
    citizen = household["members"][0]["citizen_id"]
    await restricted(office, citizen)
    rows = await office.fetch(
        "SELECT operation FROM record WHERE citizen_id = $1::text::uuid AND kind = 'person' ORDER BY record_id",
        citizen,
    )
    assert [row["operation"] for row in rows] == [
        "POST /v1/citizens/{citizen_id}/restriction-requests",
        "POST /v1/proposals/card/{proposal_id}/decision",
    ]


@pytest.mark.parametrize("ground", ["claim", "order"])
async def test_what_is_held_for_a_claim_is_not_erased(office: Office, ground: str) -> None:
    household, _ = await office.household()
    citizen = household["members"][0]["citizen_id"]
    made = await asked(office, f"/v1/citizens/{citizen}/erasure-requests")
    await restricted(office, citizen, ground=ground)
    late = await approved(office, made, expect=409)
    assert late["code"] == "erasure_barred"
    assert (await office.fetch("SELECT mobile_sealed FROM citizen WHERE citizen_id = $1::text::uuid", citizen))[0][0]


async def test_nothing_is_erased_while_a_request_is_open(office: Office) -> None:
    household, _ = await office.household()
    citizen, home = household["members"][0]["citizen_id"], household["household_id"]
    await office.fetch(
        "INSERT INTO change_request (request_id, kind, state, household_id, details_sealed, subject_mark,"
        " fact_on, month,"
        " checked, entered_by, by_client, entered_at, due_at, updated_at) VALUES (gen_random_uuid(), 'birth',"
        " 'waiting',"
        " $1::text::uuid, '', sha256(uuid_send($1::text::uuid)), '2026-01-01', '2026-01-01', true, 'x', false, now(),"
        " now() + interval '9 days', now())",
        home,
    )
    path = f"/v1/citizens/{citizen}/erasure-requests"
    assert (await asked(office, path, expect=409))["code"] == "erasure_barred"
    await office.fetch("UPDATE change_request SET state = 'withdrawn' WHERE household_id = $1::text::uuid", home)
    await asked(office, path)


async def test_who_is_looked_into_is_refused_at_the_decision_and_never_learns_of_it(office: Office) -> None:
    household, _ = await office.household()
    citizen = household["members"][0]["citizen_id"]
    hold = LegalHoldPlaced(
        hold_id=new_id(), citizen_id=UUID(citizen), until=office.runtime.clock.today() + timedelta(days=9)
    )
    await Outside(office.settings.kafka_bootstrap, office.settings.topic_prefix).tell(hold, hold)

    async def heard() -> bool:
        found = await office.fetch("SELECT until FROM legal_hold WHERE citizen_id = $1::text::uuid", citizen)
        return [row["until"] for row in found] == [hold.until]

    await eventually(heard, seconds=20)
    mine = of_citizen(office, citizen)
    made = await asked(office, f"/v1/citizens/{citizen}/erasure-requests", headers=mine)
    refused = await approved(office, made, expect=409)
    assert refused["code"] == "erasure_barred"
    assert await office.fetch("SELECT 1 FROM erasure WHERE citizen_id = $1::text::uuid", citizen) == []
    await office.call("GET", f"/v1/citizens/{citizen}", "citizens:read")  # nobody is hindered by it
    about = About(UUID(citizen), (), ())
    async with office.runtime.pool.acquire() as connection:
        held = await held_on(connection, office.runtime, HELD, about)
    assert held["legal_hold"] == []
    await office.fetch("UPDATE legal_hold SET until = until - 20 WHERE citizen_id = $1::text::uuid", citizen)
    await approved(office, made)


async def test_what_nobody_decides_in_time_is_told_of(office: Office) -> None:
    """Asked on Thursday 5 November 2026, due at the end of the sixth working day: Sunday the 15th."""
    clock = office.runtime.clock
    try:
        clock.move_to(datetime(2026, 11, 5, 13, tzinfo=CAIRO))  # type: ignore[attr-defined]
        household, _ = await office.household()
        citizen = household["members"][0]["citizen_id"]
        made = await asked(office, f"/v1/citizens/{citizen}/erasure-requests")

        async def state() -> dict[str, Any]:
            headers = office.issuer.person("privacy:ask")
            path = f"/v1/citizens/{citizen}/privacy-requests"
            (one,) = (await office.client.get(path, headers=headers)).json()["items"]
            return dict(one)

        async def counted(wanted: float) -> None:
            async def holds() -> bool:
                return BACKGROUND.get_sample_value("unicard_privacy_requests_overdue", {"kind": "erasure"}) == wanted

            await eventually(holds)

        clock.move_to(datetime(2026, 11, 15, 23, 59, tzinfo=CAIRO))  # type: ignore[attr-defined]
        before = await state()
        assert (datetime.fromisoformat(before["due_at"]), before["overdue"]) == (
            datetime(2026, 11, 16, tzinfo=CAIRO),
            False,
        )
        await COUNTING.run(office.runtime)
        await counted(0)
        clock.move_to(datetime(2026, 11, 16, tzinfo=CAIRO))  # type: ignore[attr-defined]
        assert (await state())["overdue"]
        await counted(1)
        await approved(office, made, decision="refuse")
        assert not (await state())["overdue"]
        await counted(0)
    finally:
        clock.move_to(None)  # type: ignore[attr-defined]


async def test_what_no_law_keeps_is_erased_and_the_receipt_says_what_stays(office: Office) -> None:
    card_id, head, _ = await office.active()
    ((citizen,),) = await office.fetch("SELECT citizen_id FROM card WHERE card_id = $1::text::uuid", card_id)
    base = f"/v1/citizens/{citizen}"
    home = (await office.call("GET", base, "citizens:read"))["household_id"]
    await office.changed("correct_name", home, citizen_id=str(citizen), full_name="منى سعيد")
    keys = office.runtime.records.keys
    ((sealed,),) = await office.fetch(
        "SELECT after FROM record WHERE citizen_id = $1 AND operation LIKE '%/decision'", citizen
    )
    assert "decided_by" in await keys.open(office.runtime.pool, citizen, sealed)
    made = await asked(office, f"{base}/erasure-requests", headers=of_citizen(office, str(citizen)))
    await approved(office, made)
    ((row),) = await office.fetch("SELECT * FROM citizen WHERE citizen_id = $1", citizen)
    assert (row["mobile_hash"], row["mobile_sealed"], row["mobile_usable"]) == (None, None, False)
    shown = await office.call("GET", base, "citizens:read")
    assert shown["full_name"] == "منى سعيد"  # a member of a household is known by name
    found = await office.call("POST", "/v1/citizens/search", "citizens:read", json={"national_id": head["national_id"]})
    assert [one["citizen_id"] for one in found["items"]] == [str(citizen)]
    with pytest.raises(SealBroken):  # what is recorded from now on, the decision first, is under another key
        await keys.open(office.runtime.pool, citizen, sealed)
    (told,) = await office.events("ErasureDecided", str(citizen))
    assert (told["card_ids"], told["erasure_id"]) == ([card_id], made["proposal_id"])

    (receipt,) = (await office.client.get(f"{base}/erasures", headers=of_citizen(office, str(citizen)))).json()["items"]
    assert (receipt["state"], receipt["waiting_for"]) == (
        "erasing",
        ["gateway", "supply", "health", "payment", "notify"],
    )
    assert [(one["service"], one["data_en"], one["rows"]) for one in receipt["erased"]] == [
        ("card", "telephone number and address", 1),
        ("card", "the card and its state", 1),  # the hour at which it was handed over
    ]
    kept = {one["data_en"]: (one["basis_en"], one["basis_ar"]) for one in receipt["kept"]}
    assert "public task" in kept["name, national id and date of birth"][0]
    assert all(english and arabic for english, arabic in kept.values())

    async def chained() -> bool:
        return not await office.fetch("SELECT 1 FROM record_pending LIMIT 1")

    await eventually(chained)
    assert (await verify(office.runtime.pool, chain_key(office.runtime))).faults == []


async def test_former_addresses_and_what_was_said_of_a_likeness_go_and_decisions_stay(office: Office) -> None:
    twin = office.person("spouse")
    household, _ = await office.household(
        members=[office.person("head", full_name="نجلاء رأفت شعبان"), twin | {"full_name": "نجلاء رأفت شعبان"}],
        address="شارع عبادي",
        ration_card="200000000017",
    )
    home, head, other = household["household_id"], *[one["citizen_id"] for one in household["members"]]
    there = {"governorate": "03", "district": "03.01", "address": "شارع الثلاثيني"}
    await office.changed("move", home, **there)

    async def found() -> Any:
        items = (await office.call("GET", "/v1/duplicates?limit=500", "citizens:read"))["items"]
        pairs = {frozenset((one["first"]["citizen_id"], one["second"]["citizen_id"])): one for one in items}
        return pairs.get(frozenset((head, other)))

    pair = (await eventually(found, seconds=60))["duplicate_id"]
    body = {"outcome": "different", "reason": "نجلاء الكبرى والصغرى"}
    headers = office.issuer.person("citizens:write", governorate="03", authority="ministry")
    decided = await office.client.post(f"/v1/duplicates/{pair}/decision", json=body, headers=headers)
    assert decided.is_success, decided.text
    await approved(office, await asked(office, f"/v1/citizens/{head}/erasure-requests"))
    kept = await office.fetch(
        "SELECT address, district FROM former_residence WHERE household_id = $1::text::uuid"
        " UNION ALL SELECT decision_reason, state FROM duplicate WHERE duplicate_id = $2::text::uuid"
        " UNION ALL SELECT address, (ration_card_hash IS NOT NULL)::text FROM household"
        " WHERE household_id = $1::text::uuid",
        home,
        pair,
    )
    assert [tuple(row) for row in kept] == [("", "03.02"), ("—", "different"), ("شارع الثلاثيني", "true")]
    await office.changed("household_end", home, reason="emigrated")
    await approved(office, await asked(office, f"/v1/citizens/{head}/erasure-requests"))
    ended = await office.fetch(
        "SELECT address, ration_card_hash, ration_card_sealed FROM household WHERE household_id = $1::text::uuid", home
    )
    assert [tuple(row) for row in ended] == [("", None, None)]


async def test_services_answer_once_and_are_told_again_until_they_have(open_office: OpenOffice) -> None:
    async with open_office(card_erasure_retry_seconds=0.2) as office:
        outside = Outside(office.settings.kafka_bootstrap, office.settings.topic_prefix)
        household, _ = await office.household()
        citizen = UUID(household["members"][0]["citizen_id"])
        made = await asked(office, f"/v1/citizens/{citizen}/erasure-requests")
        await approved(office, made)

        async def told_again() -> bool:
            return len(await office.events("ErasureDecided", str(citizen))) >= 3

        await eventually(told_again)
        erased = [ErasedData(table="contact", classes=["contact", "identity"], rows=1)]
        kept = [KeptData(table="wallet", classes=["money"], rows=1, basis="payments")]
        for name, event in OUTCOMES.items():
            parts = {"erased": erased if name == "notify" else [], "kept": kept if name == "payment" else []}
            told = event(erasure_id=UUID(made["proposal_id"]), citizen_id=citizen, keys=1, **parts)
            await outside.tell(told, told)

        async def done() -> Any:
            headers = of_citizen(office, str(citizen))
            (receipt,) = (await office.client.get(f"/v1/citizens/{citizen}/erasures", headers=headers)).json()["items"]
            return receipt if receipt["state"] == "done" else None

        receipt = await eventually(done, seconds=30)
        assert receipt["waiting_for"] == []
        assert {one["service"] for one in receipt["erased"]} == {"card", "notify"}
        (wallet,) = [one for one in receipt["kept"] if one["service"] == "payment"]
        assert "Law 80 of 2002" in wallet["basis_en"]
        assert "80 لسنة 2002" in wallet["basis_ar"]
        assert receipt["keys"] >= 5
        before = len(await office.events("ErasureDecided", str(citizen)))
        held = await office.fetch("SELECT count(*) AS n FROM erasure WHERE done_at IS NULL")
        assert held[0]["n"] == 0
        assert before >= 3


async def test_who_has_left_loses_the_name_too(office: Office) -> None:
    household, _ = await office.household("child")
    child = household["members"][1]["citizen_id"]
    await office.changed("removal", household["household_id"], citizen_id=child, reason="abroad")
    made = await asked(office, f"/v1/citizens/{child}/erasure-requests")
    await approved(office, made)
    assert (await office.call("GET", f"/v1/citizens/{child}", "citizens:read"))["full_name"] == "—"
