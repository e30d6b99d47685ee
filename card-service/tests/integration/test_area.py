"""Whose citizen, whose card, whose counter: every operation, tried by a stranger."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from approvals.testing import as_person
from card_service.registry.intake import HEADER
from chassis.clock import business_day
from chassis.contact import open_code
from chassis.ids import new_id
from chassis.testing import eventually
from chassis.testing_walk import ISMAILIA, PORT_SAID, Call, signed_by, walk
from policybook.testing import policy_calls

from .. import registers, sites
from ..bureaus import production_calls
from ..files import FILE, Files, files_of, import_calls
from ..holders import appointments, findings, house_calls, losses, mandates
from ..owned import BY_CITIZENS, OPERATIONS, own
from ..rollouts import stages
from ..training import readiness
from ..trials import trials

if TYPE_CHECKING:
    from ..conftest import Office

ANYONE = {
    "POST /v1/citizen-verifications": "the gateway alone asks, for whoever signs in",
    "GET /v1/policies/card": "the rules are the same for all",
    "GET /v1/pin-key": "the key is public",
    "GET /v1/credential-keys": "the keys are public",
    "GET /v1/holder-proof-keys": "the keys are public",
    "GET /v1/hot-list-keys": "the keys are public",
    **dict.fromkeys(OPERATIONS, "citizens' own, see test_own.py"),
    "GET /v1/public/pickup-sites": "everybody sees where cards are collected",
    "GET /v1/public/progress": "everybody sees how far it has come, see test_progress.py",
    "GET /v1/printed-code-keys": "the keys are public",
    "GET /v1/production-keys": "the keys are public",
    "GET /v1/hot-list": "each terminal gets its own governorate's, see test_hot_list.py",
    "POST /v1/cards/{card_id}/pin-codes": "any office: the code goes to the holder, whoever asks",
    "PUT /v1/cards/{card_id}/pin": "any office, with the holder's code; without one it is the card's own governorate",
    "POST /v1/holder-proofs": "a card is used at terminals of every governorate, as the services' own policies say",
    "POST /v1/bread-code-proofs": "the same: a code is used at terminals of every governorate",
    "POST /v1/holder-proof-codes": "the same: the code goes to the holder, whoever asks",
    "POST /v1/import-declarations": "a file belongs to whoever declares it",
    "POST /v1/register-exports": "a file is its owner's, of rows of the owner's area, see test_registered.py",
    "GET /v1/registered-households/count": "a number of the caller's own area, see test_registered.py",
    "POST /v1/imports": "a file belongs to whoever sends it; rows of elsewhere are rejected one by one",
}
REPORT = {"channel": "counter", "identified_by": "passport"}
DAY = business_day(datetime.now(UTC))
Calls = dict[str, Call | list[Call]]


@dataclass
class World:
    """What there is in Port Said."""

    card: str
    household: UUID
    citizen: UUID
    member: UUID
    site: UUID
    closure: str
    phase: str
    plan: UUID
    activation: UUID
    files: Files
    head: dict[str, Any]
    waiting: dict[str, Any]
    waiting_for: dict[str, Any]


async def world_of(office: Office) -> World:
    card, head, phase = await office.active("spouse")
    ((household, citizen, site),) = await office.fetch(
        "SELECT household_id, citizen_id, site_id FROM card WHERE card_id = $1::text::uuid", card
    )
    ((member,),) = await office.fetch(
        "SELECT citizen_id FROM citizen WHERE household_id = $1 AND role <> 'head'", household
    )
    ((plan,),) = await office.fetch("SELECT plan_id FROM pickup_plan WHERE phase_id = $1::text::uuid", phase)
    ((activation,),) = await office.fetch("SELECT activation_id FROM activation WHERE phase_id = $1::text::uuid", phase)
    _, (holder, *_) = await office.household()
    await office.planned(await office.phase())
    (waiting,) = await office.find(holder)

    async def listed() -> bool:  # transactions of others hold lists back for a moment
        found = await office.call("GET", "/v1/memberships?limit=500", "citizens:read")
        return str(member) in {one["citizen_id"] for one in found["items"]}

    await eventually(listed, seconds=60)
    files = await files_of(office)
    shut = await office.call("POST", f"/v1/pickup-sites/{site}/closures", "sites:write", json=sites.SHUT)
    closure = str(shut["closure_id"])
    jobs = (phase, plan, activation)
    return World(card, household, citizen, member, site, closure, *jobs, files, head, waiting, holder)


def registry(office: Office, world: World) -> Calls:
    household, citizen = f"/v1/households/{world.household}", f"/v1/citizens/{world.citizen}"
    people = {"governorate": "03", "district": "03.02", "address": "", "members": [office.person()]}
    number, mark = world.head["national_id"], str(world.citizen)
    return {
        "POST /v1/households": Call("/v1/households", "citizens:write", refused=403, body={"json": people}),
        "GET /v1/households/{household_id}": Call(household, "citizens:read"),
        "GET /v1/households": Call("/v1/households?limit=500", "citizens:read", refused=200, mark=str(world.household)),
        "GET /v1/citizens": Call("/v1/citizens?limit=500", "citizens:read", refused=200, mark=mark),
        "GET /v1/memberships": Call("/v1/memberships?limit=500", "citizens:read", refused=200, mark=mark),
        "GET /v1/registered-households": Call(
            "/v1/registered-households?limit=200&sort=registered",
            "citizens:read",
            refused=200,
            mark=str(world.household),
        ),
        "GET /v1/households/{household_id}/months/{month}": Call(f"{household}/months/2026-12", "citizens:read"),
        "GET /v1/citizens/{citizen_id}": Call(citizen, "citizens:read"),
        "GET /v1/citizens/{citizen_id}/accesses": Call(f"{citizen}/accesses", "citizens:read"),
        "POST /v1/citizens/search": [
            Call("/v1/citizens/search", "citizens:read", refused=200, mark=mark, body={"json": asked})
            for asked in ({"national_id": number}, {"name": world.head["full_name"]})
        ],
        "POST /v1/citizens/lookup": Call(
            "/v1/citizens/lookup", "citizens:read", refused=200, mark=mark, body={"json": {"national_ids": [number]}}
        ),
        "POST /v1/payee-lookups": Call(
            "/v1/payee-lookups", "payees:resolve", refused=200, mark=mark, body={"json": {"national_ids": [number]}}
        ),
        **import_calls(world.files),
    }


async def duplicates(office: Office, world: World) -> Calls:
    twice = office.person("spouse", full_name=world.head["full_name"], mobile=world.head["mobile"])
    made, _ = await office.household(members=[office.person("head"), twice])
    second = made["members"][1]["citizen_id"]

    async def found() -> str | None:
        items = (await office.call("GET", "/v1/duplicates?limit=500", "citizens:read"))["items"]
        ids = [
            one["duplicate_id"]
            for one in items
            if {one["first"]["citizen_id"], one["second"]["citizen_id"]} == {second, str(world.citizen)}
        ]
        return ids[0] if ids else None

    pair = await eventually(found, seconds=60)
    path = f"/v1/duplicates/{pair}"
    decided = {"outcome": "different", "reason": "two people of one name"}
    return {
        "GET /v1/duplicates": Call("/v1/duplicates?limit=500", "citizens:read", refused=200, mark=pair),
        "GET /v1/duplicates/{duplicate_id}": Call(path, "citizens:read"),
        "POST /v1/duplicates/{duplicate_id}/decision": Call(
            f"{path}/decision",
            "citizens:write",
            as_person(governorate="03"),
            as_person(governorate="19"),
            body={"json": decided},
        ),
    }


def rollout(office: Office, world: World) -> Calls:
    phases, phase, site = "/v1/rollout-phases", f"/v1/rollout-phases/{world.phase}", f"/v1/pickup-sites/{world.site}"
    entered = {"name": "New", "governorate": "03", "sequence": 900, "services": ["supply"]}
    week = {"week_start": (DAY + timedelta(days=30)).isoformat(), "limit": 5, "holders": "heads"}
    holders = {"holders": "heads", "services": ["supply"]}
    counter, other = PORT_SAID | {"site_id": world.site}, PORT_SAID | {"site_id": new_id()}
    mark = str(world.site)
    return {
        "POST /v1/rollout-phases": Call(phases, "rollout:write", refused=403, body={"json": entered}),
        "GET /v1/rollout-phases": Call(phases, "rollout:read", refused=200, mark=world.phase),
        "GET /v1/rollout-phases/{phase_id}": Call(phase, "rollout:read"),
        "POST /v1/rollout-phases/{phase_id}/pause": Call(f"{phase}/pause", "rollout:write"),
        "POST /v1/rollout-phases/{phase_id}/resumption": Call(f"{phase}/resumption", "rollout:write"),
        "POST /v1/rollout-phases/{phase_id}/pickup-plans": Call(
            f"{phase}/pickup-plans", "rollout:write", body={"json": week}
        ),
        "GET /v1/pickup-plans/{plan_id}": Call(f"/v1/pickup-plans/{world.plan}", "rollout:read"),
        "POST /v1/rollout-phases/{phase_id}/activations": Call(
            f"{phase}/activations", "rollout:write", body={"json": holders}
        ),
        "GET /v1/activations/{activation_id}": Call(f"/v1/activations/{world.activation}", "rollout:read"),
        "POST /v1/pickup-sites": Call(
            "/v1/pickup-sites", "sites:write", refused=403, body={"json": office.site_body("New")}
        ),
        "GET /v1/pickup-sites": [
            Call("/v1/pickup-sites", "sites:read", refused=200, mark=mark),
            Call("/v1/pickup-sites?governorate=03", "sites:read", refused=200, mark=mark),
        ],
        "GET /v1/pickup-sites/{site_id}/appointments": [
            Call(f"{site}/appointments?day={DAY}", "sites:write"),
            Call(f"{site}/appointments?day={DAY}", "cards:handover", counter, other),
        ],
        **sites.calls(site, world.closure),
    }


ASKED = {"fact_on": f"{DAY}"}


async def enter(office: Office, change: dict[str, Any], **claims: Any) -> dict[str, Any]:
    """A request as entered in Port Said."""
    body = {"change": change, "archive_references": ["archive:1"]}
    made: dict[str, Any] = await office.call(
        "POST", "/v1/change-requests", "requests:write", json=body, claims=PORT_SAID | claims
    )
    return made


async def requests(office: Office) -> Calls:
    """The calls of change requests, each on one of its own where it changes it."""
    dead = await death(office)  # first: what waits meanwhile would run out of time
    names = ("منى احمد", "هالة سمير", "سارة محمد", "نور علي", "ليلى حسن", "سلمى عمر", "رنا كمال", "دعاء فؤاد")
    made = []
    for name in names:
        home, _ = await office.household("spouse")
        head = {"household_id": home["household_id"], "citizen_id": home["members"][0]["citizen_id"]}
        made.append(await enter(office, {"kind": "correct_name", "full_name": name, **head, **ASKED}))
    seen, decided, refused, appealed, withdrawn, filed, referred, amended = made
    lone, _ = await office.household()
    who = {"household_id": lone["household_id"], "citizen_id": lone["members"][0]["citizen_id"]}
    mobile = await enter(office, {"kind": "mobile", "mobile": "01234567890", "proof": "counter", **who, **ASKED})
    code = open_code(
        office.runtime.state.dependencies.contacts,
        UUID(who["citizen_id"]),
        (await office.events("MobileCodeIssued", who["citizen_id"]))[-1]["code_sealed"],
    )
    again_home, _ = await office.household()
    again = {"household_id": again_home["household_id"], "citizen_id": again_home["members"][0]["citizen_id"]}
    sent = await enter(office, {"kind": "mobile", "mobile": "01234567891", "proof": "counter", **again, **ASKED})
    for each in (refused, appealed):
        digest = await digest_of(office, each)
        await decide(office, each, "decision", {"decision": "refuse", "digest": digest, "reason_code": "other"})
    await office.call("POST", path_of(appealed, "appeal"), "requests:write", json={"grounds": "x"}, claims=PORT_SAID)
    document: dict[str, Any] = {"content": b"%PDF-1.7 x", "headers": {"Content-Type": "application/pdf"}}
    await office.call("POST", path_of(seen, "evidence"), "requests:write", claims=PORT_SAID, **document)
    file = (await office.call("GET", path_of(seen), "requests:read", claims=PORT_SAID))["evidence"][-1]["evidence_id"]
    person_, stranger = as_person(governorate="03"), as_person(governorate="19")
    approve = {"decision": "approve", "digest": await digest_of(office, decided)}
    grant = {"decision": "grant", "digest": await digest_of(office, appealed, "appeal_digest")}
    said = {"kind": "correct_name", "household_id": amended["household_id"], "citizen_id": amended["citizen_id"]}
    other: dict[str, Any] = {"change": {**said, "full_name": "دعاء سعد", **ASKED}, "note": "a walk"}
    fresh, _ = await office.household()
    ended = {"kind": "household_end", "household_id": fresh["household_id"], "reason": "emigrated", **ASKED}
    base = "/v1/change-requests"
    one = base + "/{request_id}"
    write = "requests:write"
    who_entered: dict[str, object] = {**PORT_SAID, "subject": "ministry"}
    waive = {"decision": "waive", "note": "a walk"}
    return {
        f"POST {base}": Call(base, write, body={"json": {"change": ended, "archive_references": []}}),
        f"GET {base}": Call(base + "?limit=200", write, refused=200, mark=seen["request_id"]),
        f"GET {one}": Call(path_of(seen), "requests:read"),
        f"PUT {one}": Call(path_of(amended), write, body={"json": other}),
        f"POST {one}/decision": Call(
            path_of(decided, "decision"), "requests:approve", person_, stranger, body={"json": approve}
        ),
        f"POST {one}/withdrawal": Call(
            path_of(withdrawn, "withdrawal"), write, who_entered, body={"json": {"note": "a walk"}}
        ),
        f"POST {one}/appeal": Call(path_of(refused, "appeal"), write, body={"json": {"grounds": "a walk"}}),
        f"POST {one}/appeal/decision": Call(
            path_of(appealed, "appeal/decision"), "requests:approve", person_, stranger, body={"json": grant}
        ),
        f"POST {one}/evidence": Call(path_of(filed, "evidence"), write, body=document),
        f"POST {one}/archive-references": Call(
            path_of(referred, "archive-references"), write, body={"json": {"archive_reference": "archive:2"}}
        ),
        f"GET {one}/evidence/{{evidence_id}}": Call(path_of(seen, f"evidence/{file}"), "requests:approve"),
        f"POST {one}/codes": Call(path_of(mobile, "codes"), write, body={"json": {"new_number": code}}),
        f"POST {one}/codes/new": Call(path_of(sent, "codes/new"), write),
        f"POST {one}/objection": Call(path_of(sent, "objection"), write, body={"json": {"note": "a walk"}}),
        f"POST {one}/claim-decision": Call(
            path_of(dead, "claim-decision"), "requests:approve", person_, stranger, body={"json": waive}
        ),
    }


def path_of(made: dict[str, Any], what: str = "") -> str:
    return f"/v1/change-requests/{made['request_id']}" + (f"/{what}" if what else "")


async def digest_of(office: Office, made: dict[str, Any], name: str = "digest") -> str:
    found = await office.call("GET", path_of(made), "requests:read", claims=PORT_SAID)
    return str(found[name])


async def decide(office: Office, made: dict[str, Any], what: str, body: dict[str, Any]) -> None:
    headers = office.issuer.person("requests:approve", governorate="03")
    reply = await office.client.post(path_of(made, what), headers=headers, json=body)
    assert reply.is_success, reply.text


async def death(office: Office) -> dict[str, Any]:
    """A death that became known two months later, with its claim."""
    home, _ = await office.household("spouse")
    clock = office.runtime.clock
    clock.move_to(clock.now() + timedelta(days=70))  # type: ignore[attr-defined]
    dead = {"household_id": home["household_id"], "citizen_id": home["members"][1]["citizen_id"]}
    made = await enter(office, {"kind": "death", "fact_on": f"{DAY + timedelta(days=1)}", **dead})
    clock.move_to(None)  # type: ignore[attr-defined]
    return made


async def cards(office: Office, world: World) -> Calls:
    card, site = f"/v1/cards/{world.card}", str(world.site)
    found = {"json": {"national_id": world.head["national_id"]}}
    typed = {"json": await office.encrypted(world.card, "2947", "check", "somebody")}
    silent, _, _ = await office.issued()  # its holder has no mobile
    await office.fetch(
        "UPDATE citizen SET mobile_usable = false WHERE citizen_id = (SELECT citizen_id FROM card WHERE card_id = $1)",
        silent,
    )
    given = {"json": {"national_id": world.waiting_for["national_id"]}}
    there = PORT_SAID | {"site_id": world.waiting["site"]["site_id"]}
    waiting = f"/v1/cards/{world.waiting['card_id']}"
    return {
        "POST /v1/cards/search": Call("/v1/cards/search", "cards:handover", refused=200, mark=world.card, body=found),
        "GET /v1/cards/{card_id}/printed-code": Call(f"{waiting}/printed-code", "cards:print"),
        "POST /v1/card-sheets": Call(
            "/v1/card-sheets", "cards:print", body={"json": {"card_ids": [world.waiting["card_id"]]}}
        ),
        "POST /v1/cards/{card_id}/handover": Call(
            f"{waiting}/handover", "cards:handover", there, there | {"governorate": "19"}, body=given
        ),
        "GET /v1/cards/{card_id}": Call(card, "cards:read"),
        "GET /v1/cards/{card_id}/history": Call(f"{card}/history", "cards:read"),
        "GET /v1/cards/{card_id}/collection": Call(f"{card}/collection", "cards:read"),
        "GET /v1/citizens/{citizen_id}/cards": Call(f"/v1/citizens/{world.citizen}/cards", "cards:read"),
        "GET /v1/households/{household_id}/cards": Call(f"/v1/households/{world.household}/cards", "cards:read"),
        "GET /v1/cards/{card_id}/credential": Call(f"{card}/credential", "cards:write"),
        "POST /v1/cards/{card_id}/pin-resets": Call(
            f"/v1/cards/{silent}/pin-resets", "cards:handover", body={"json": {"document": "passport"}}
        ),
        "POST /v1/cards/{card_id}/pin-checks": Call(f"{card}/pin-checks", "cards:handover", body=typed),
        "PUT /v1/cards/{card_id}/services/{service}": Call(f"{card}/services/health", "cards:write"),
        "DELETE /v1/cards/{card_id}/services/{service}": Call(f"{card}/services/health", "cards:write"),
        "POST /v1/cards/{card_id}/block": Call(f"{card}/block", "cards:write", body={"json": {"reason": "lost"}}),
        "POST /v1/cards/{card_id}/unblock": Call(f"{card}/unblock", "cards:write"),
        "POST /v1/cards/{card_id}/replacement": Call(
            f"{card}/replacement", "cards:write", body={"json": {"reason": "damaged", "site_id": site}}
        ),
    }


async def proofs(office: Office, world: World) -> dict[str, Call]:
    """At a terminal of another governorate."""
    terminal = str(new_id())
    mine = {"kind": "terminal", "subject": terminal, **ISMAILIA}
    wanted = {"card_id": world.card, "purpose": "sale", "max_amount": 100}
    typed = wanted | await office.encrypted(world.card, "2947", "sale", terminal, max_amount=100)
    setting = {"json": await office.setting(world.card, "2947", "somebody")}
    card, (lost, _, _) = f"/v1/cards/{world.card}", await office.active()
    await office.call("POST", f"/v1/cards/{lost}/loss", "cards:handover", json=REPORT)
    shown = await office.call(
        "POST", f"/v1/cards/{lost}/shown-bread-codes", "cards:handover", json={"document": "passport"}
    )
    said = {"json": {"code": shown["bread_code"], "max_amount": 400}}
    return {
        "GET /v1/hot-list": Call("/v1/hot-list", "redemptions:create", mine),
        "POST /v1/bread-code-proofs": Call("/v1/bread-code-proofs", "redemptions:create", mine, body=said),
        "PUT /v1/cards/{card_id}/pin": Call(f"{card}/pin", "cards:handover", ISMAILIA, body=setting),
        "POST /v1/cards/{card_id}/pin-codes": Call(f"{card}/pin-codes", "cards:handover", ISMAILIA),
        **{
            f"POST {path}": Call(path, "redemptions:create", mine, body={"json": body})
            for path, body in (("/v1/holder-proof-codes", wanted), ("/v1/holder-proofs", typed))
        },
    }


async def rights(office: Office, world: World) -> Calls:
    """Of a citizen's rights; the restriction begins in times that no test sees."""
    ((restriction,),) = await office.fetch(
        "INSERT INTO restriction (restriction_id, citizen_id, ground, starts_on)"
        " VALUES (gen_random_uuid(), $1, 'objection', '2999-01-01') RETURNING restriction_id",
        world.citizen,
    )
    mine, stranger = as_person(governorate=PORT_SAID["governorate"]), as_person(governorate=ISMAILIA["governorate"])
    base, asked = f"/v1/citizens/{world.citizen}", "/v1/citizens/{citizen_id}"
    reason: dict[str, Any] = {"json": {"reason": "asked at the desk"}}
    lifting = f"restrictions/{restriction}/lifting-requests"
    ground = {"json": {**reason["json"], "ground": "objection"}}
    return {
        f"POST {asked}/restriction-requests": Call(
            f"{base}/restriction-requests", "privacy:ask", mine, stranger, body=ground
        ),
        f"GET {asked}/restrictions": Call(f"{base}/restrictions", "privacy:ask", mine, stranger),
        f"POST {asked}/restrictions/{{restriction_id}}/lifting-requests": Call(
            f"{base}/{lifting}", "privacy:ask", mine, stranger, body=reason
        ),
        f"POST {asked}/erasure-requests": Call(f"{base}/erasure-requests", "privacy:ask", mine, stranger, body=reason),
        f"GET {asked}/erasures": Call(f"{base}/erasures", "privacy:write", mine, stranger),
        f"GET {asked}/privacy-requests": Call(f"{base}/privacy-requests", "privacy:ask", mine, stranger),
    }


async def test_every_operation_asks_whose_it_is(office: Office) -> None:
    world = await world_of(office)
    phases = await stages(office) | await sites.plans(office)  # before a PIN is typed, which is good for two minutes
    calls = phases | registry(office, world) | rollout(office, world) | await cards(office, world)
    calls |= await rights(office, world) | await duplicates(office, world)
    calls |= await requests(office) | await losses(office) | await findings(office) | await mandates(office)
    calls |= await readiness(office) | await house_calls(office) | await appointments(office)
    calls |= await trials(office) | await registers.exports(office)
    calls |= await production_calls(office)
    calls |= await policy_calls(office.client, office.issuer, "card", "/v1/policies/card")
    file = {"content": "\r\n".join([",".join(HEADER), office.row("b"), ""]), "headers": {"Content-Type": "text/csv"}}
    asked = {"json": {"national_id": world.head["national_id"]}}
    acts = {
        "POST /v1/register-exports": Call("/v1/register-exports", "citizens:read", body=registers.ORDER),
        "GET /v1/registered-households/count": Call("/v1/registered-households/count", "citizens:read"),
        "POST /v1/imports": Call("/v1/imports", "citizens:import", body=file),
        "POST /v1/import-declarations": Call(
            "/v1/import-declarations", "citizens:import", body={"json": {"parts": 1, "sha256": "0" * 64}}
        ),
        "POST /v1/citizen-verifications": Call("/v1/citizen-verifications", "citizens:verify", {}, body=asked),
        "GET /v1/policies/card": Call("/v1/policies/card", "policies:read"),
        **await proofs(office, world),
        **await own(office, str(world.waiting["card_id"])),
    }
    await walk(office.app, office.client, signed_by(office.issuer), calls, ANYONE, acts=acts, elsewhere=BY_CITIZENS)


async def test_who_is_bound_to_a_district_sees_what_is_in_it_and_nothing_beside(office: Office) -> None:
    card, _, _ = await office.active("spouse")
    ((household, citizen, site),) = await office.fetch(
        "SELECT household_id, citizen_id, site_id FROM card WHERE card_id = $1::text::uuid", card
    )
    ((place,),) = await office.fetch("SELECT district FROM pickup_site WHERE site_id = $1", site)
    other = await office.site("Of another district", district="03.05")
    here, beside = {"governorate": place}, {"governorate": "03.05"}
    for path, scope in (
        (f"/v1/households/{household}", "citizens:read"),
        (f"/v1/citizens/{citizen}", "citizens:read"),
        (f"/v1/cards/{card}", "cards:read"),
    ):
        await office.call("GET", path, scope, claims=here)
        await office.call("GET", path, scope, claims=beside, expect=404)

    async def listed(path: str, scope: str, claims: dict[str, str]) -> str:
        return json.dumps(await office.call("GET", f"{path}?limit=500", scope, claims=claims))

    async def settled() -> bool:  # transactions of others hold lists of what has changed back for a moment
        return str(household) in await listed("/v1/households", "citizens:read", here)

    await eventually(settled, seconds=60)
    for path, scope, mine, foreign in (
        ("/v1/households", "citizens:read", str(household), None),
        ("/v1/citizens", "citizens:read", str(citizen), None),
        ("/v1/pickup-sites", "sites:read", str(site), other["site_id"]),
    ):
        seen, unseen = await listed(path, scope, here), await listed(path, scope, beside)
        assert mine in seen
        assert mine not in unseen
        assert foreign is None or (foreign in unseen and foreign not in seen)
    body = office.site_body("Entered by the district") | {"district": "03.05"}
    await office.call("POST", "/v1/pickup-sites", "sites:write", json=body, claims=beside)
    body |= {"name_en": "Beyond the district", "district": place}
    refused = await office.call("POST", "/v1/pickup-sites", "sites:write", json=body, claims=beside, expect=403)
    assert refused["code"] == "outside_governorate_of_caller"
    path, file = "/v1/imports", {"content": FILE, "headers": {"Content-Type": "text/csv"}}
    whole = await office.call("POST", path, "citizens:import", claims=here, expect=403, **file)
    assert whole["code"] == "outside_governorate_of_caller", "a file is of a governorate"
