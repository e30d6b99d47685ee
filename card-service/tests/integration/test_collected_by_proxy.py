"""A proxy collects a card: by a mandate that two have decided, by their own paper, and only so many."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx

from approvals.testing import decide
from chassis.clock import business_day

if TYPE_CHECKING:
    from ..conftest import Office

COUNTER, APPROVES = "cards:handover", "requests:approve"
TODAY = business_day(datetime.now(UTC))
Waiting = tuple[dict[str, Any], dict[str, Any]]  # the card as a counter found it, and its holder


async def waiting(office: Office, number: int = 1) -> list[Waiting]:
    """Cards that wait at one site."""
    await office.site(f"Proxies {office.serial}", district="03.03")
    heads = [(await office.household(district="03.03"))[1][0] for _ in range(number)]
    await office.planned(await office.phase())
    return [((await office.find(head))[0], head) for head in heads]


async def proxy(office: Office) -> dict[str, Any]:
    """Somebody registered who has no card."""
    return (await office.household())[1][0]


async def ask(office: Office, card: str, who: dict[str, Any], expect: int = 202, **changed: Any) -> Any:
    body = {
        "proxy_national_id": who["national_id"], "begins_on": f"{TODAY}", "ends_on": f"{TODAY + timedelta(days=9)}",
        "document": "power of attorney 9/2026", "allows": ["collect"], **changed,
    }  # fmt: skip
    return await office.call("POST", f"/v1/cards/{card}/mandates", COUNTER, json=body, expect=expect)


async def mandated(office: Office, card: str, who: dict[str, Any], **changed: Any) -> None:
    made = await ask(office, card, who, **changed)
    await decide(office.client, office.issuer, "card", made["proposal_id"], APPROVES)


async def collect(office: Office, card: Waiting, who: dict[str, Any], subject: str = "counter") -> httpx.Response:
    found, holder = card
    headers = office.issuer.headers(subject, COUNTER, site_id=found["site"]["site_id"])
    body = {"national_id": holder["national_id"], "proxy_national_id": who["national_id"]}
    return await office.client.post(f"/v1/cards/{found['card_id']}/handover", json=body, headers=headers)


async def test_a_proxy_is_given_the_card_once_another_has_approved(office: Office) -> None:
    (card,), who = await waiting(office), await proxy(office)
    refused = await collect(office, card, who)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_a_proxy")
    made = await ask(office, card[0]["card_id"], who)
    assert (await collect(office, card, who)).json()["code"] == "not_a_proxy", "nobody has approved it"
    await decide(office.client, office.issuer, "card", made["proposal_id"], APPROVES)
    done = await collect(office, card, who)
    assert (done.status_code, done.json()["by_proxy"], done.json()["state"]) == (200, True, "issued")
    (issued,) = await office.events("CardIssued", done.json()["household_id"])
    assert issued["by_proxy"] is True
    (kept,) = await office.fetch(
        "SELECT c.handed_over_by, z.citizen_id, c.proxy_id FROM card_collection c JOIN card k USING (card_id)"
        " JOIN citizen z USING (citizen_id) WHERE c.card_id = $1",
        UUID(card[0]["card_id"]),
    )
    assert kept["handed_over_by"] == "counter"
    assert kept["proxy_id"] != kept["citizen_id"]
    told = await office.events("MandateBegan", done.json()["household_id"])
    assert [one["allows"] for one in told] == [["collect"]]


async def test_who_collected_a_card_is_shown_to_those_who_may_and_each_look_is_kept(office: Office) -> None:
    (card, other), who = await waiting(office, 2), await proxy(office)
    path, site = f"/v1/cards/{card[0]['card_id']}/collection", card[0]["site"]["site_id"]
    nobody = await office.call("GET", path, "cards:read", expect=409)
    assert nobody["code"] == "card_not_collected"
    await mandated(office, card[0]["card_id"], who)
    assert (await collect(office, card, who)).status_code == 200
    shown = await office.call("GET", path, "cards:read", subject="office", claims={"governorate": "03"})
    (mandate,) = (await office.call("GET", f"/v1/cards/{card[0]['card_id']}/mandates", COUNTER))["items"]
    assert (shown["collected_by"], shown["at_home"]) == ("proxy", False)
    assert shown["proxy"] == {
        "citizen_id": mandate["proxy_id"], "mandate_id": mandate["mandate_id"],
        "document": "power of attorney 9/2026",
    }  # fmt: skip
    assert (shown["site_id"], shown["handed_over_by"]) == (site, "counter")
    kept = await office.fetch(
        "SELECT citizen_id::text AS whose FROM record WHERE who = 'office'",
    )
    assert {row["whose"] for row in kept} >= {shown["holder"]["citizen_id"], shown["proxy"]["citizen_id"]}
    await office.hand_over(*other)
    own = await office.call("GET", f"/v1/cards/{other[0]['card_id']}/collection", "cards:read")
    assert (own["collected_by"], own["proxy"]) == ("holder", None)
    assert (own["site_id"], own["handed_over_by"]) == (other[0]["site"]["site_id"], "ministry")
    elsewhere = await office.call("GET", path, "cards:read", claims={"governorate": "19"}, expect=404)
    assert elsewhere["code"] == "card_not_found"


async def test_who_holds_the_card_is_told_apart_from_a_proxy(office: Office) -> None:
    ((found, head),) = await waiting(office)
    done = await office.hand_over(found, head)
    assert done["by_proxy"] is False
    assert (await office.events("CardIssued", done["household_id"]))[0]["by_proxy"] is False


async def test_a_mandate_to_prove_collects_nothing_and_the_other_way_round(office: Office) -> None:
    (card,), (proxy_card, who, _) = await waiting(office), await office.active()
    proves = {"proxy_national_id": None, "proxy_card_id": proxy_card, "allows": ["prove"]}
    await mandated(office, card[0]["card_id"], who, **proves)
    assert (await collect(office, card, who)).json()["code"] == "not_a_proxy"
    await mandated(office, card[0]["card_id"], who, **{**proves, "allows": ["prove", "collect"]})
    assert (await collect(office, card, who)).status_code == 200


async def test_papers_of_nobody_and_of_the_holder_collect_nothing(office: Office) -> None:
    (card,) = await waiting(office)
    unknown = await collect(office, card, office.person())
    assert (unknown.status_code, unknown.json()["code"]) == (409, "proxy_not_registered")
    itself = await collect(office, card, card[1])
    assert itself.json()["code"] == "not_a_proxy"
    assert (await ask(office, card[0]["card_id"], card[1], 422))["code"] == "proxy_invalid"
    assert (await ask(office, card[0]["card_id"], office.person(), 422))["code"] == "proxy_invalid"
    who = await proxy(office)
    assert (await ask(office, card[0]["card_id"], who, 422, allows=["prove"]))["code"] == "invalid_request"
    assert (await ask(office, card[0]["card_id"], who, 422, proxy_national_id=None))["code"] == "invalid_request"


async def test_nobody_collects_more_than_the_row_says_not_at_once_either(office: Office) -> None:
    cards, who = await waiting(office, 5), await proxy(office)
    for card in cards[:3]:
        await mandated(office, card[0]["card_id"], who)
    (citizen,) = await office.fetch("SELECT proxy_id, mandate_id FROM mandate ORDER BY mandate_id DESC LIMIT 1")
    for card in cards[3:]:  # beyond what mandates allow themselves, as of rows that were higher
        await office.fetch(
            "INSERT INTO mandate (mandate_id, citizen_id, proxy_id, begins_on, ends_on, document, allows)"
            " SELECT gen_random_uuid(), citizen_id, $2, $3, $3, 'before', '{collect}' FROM card WHERE card_id = $1",
            UUID(card[0]["card_id"]), citizen["proxy_id"], TODAY,
        )  # fmt: skip
    replies = await asyncio.gather(*(collect(office, card, who, f"clerk-{n}") for n, card in enumerate(cards)))
    assert sorted(reply.status_code for reply in replies) == [200, 200, 200, 409, 409]
    refused = [reply.json() for reply in replies if reply.status_code == 409]
    assert {(one["code"], one["most"]) for one in refused} == {("proxy_collected_many", 3)}


async def test_a_mandate_that_was_withdrawn_collects_nothing(office: Office) -> None:
    (card,), who = await waiting(office), await proxy(office)
    await mandated(office, card[0]["card_id"], who)
    (listed,) = (await office.call("GET", f"/v1/cards/{card[0]['card_id']}/mandates", COUNTER))["items"]
    await office.call("POST", f"/v1/mandates/{listed['mandate_id']}/withdrawal", COUNTER)
    assert (await collect(office, card, who)).json()["code"] == "not_a_proxy"
