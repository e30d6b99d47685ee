"""Luxor, next in the sequence: its cards are made by a bureau, its plan is looked at, its gate says what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import count
from tempfile import TemporaryDirectory
from typing import NamedTuple

from contracts.clients import ROLES, Owner
from contracts.scopes import Scope
from devstack.demo.bureau import Bureau
from devstack.demo.context import Context
from devstack.demo.people import Household
from devstack.demo.sink import e164
from devstack.demo.waiting import until
from devstack.people.cast import Part, cast
from devstack.people.signed import PersonCaller, approve
from devstack.people.store import Store
from devstack.terminal.caller import Caller, ClientSecret, Refused
from devstack.terminal.fleet import in_parallel, pages
from devstack.terminal.provision import identifier

LUXOR, DISTRICT = "29", "29.01"
HOUSEHOLDS = 6  # a bureau's return may be planted with faults from five cards on
WITHIN_S = 60.0
_GATE = "GET /v1/rollout-phases/{id}/gates"
_BATCH = "/v1/production-batches"


class Taken(NamedTuple):
    """What was taken of a bureau's return: cards that were made, and rows that do not fit."""

    produced: int
    mismatches: int


class Gate(NamedTuple):
    """A gate: whether its conditions are met, all of them as sentences, and those that are not met."""

    met: bool
    said: list[str]
    lacking: list[str]


@dataclass(slots=True)
class Luxor:
    """What the stage leaves for its second part, and who acts in it."""

    context: Context
    phase: str
    path: str
    office: Caller  # orders cards, and keeps the store
    counter: Caller
    site: str
    production: PersonCaller
    rollout: PersonCaller
    heads: list[Household] = field(default_factory=list)

    def check(self, what: str, expected: object, found: object, where: str) -> None:
        """A line of the report that belongs to Luxor."""
        self.context.report.check(f"Luxor: {what}", expected, found, where)


async def prepare(context: Context) -> Luxor:
    """Everything before Port Said's cards are active: cards are made and counted in, a plan is looked at and started.

    The phase cannot be opened yet.
    """
    context.headline("The next governorate: Luxor's cards are made by a bureau")
    luxor = await _begin(context)
    await _register(luxor)
    await _order(luxor)
    with TemporaryDirectory() as folder:
        await _made(luxor, await Bureau.begin(folder, f"luxor-{context.run}"))
    await _counted_in(luxor)
    await _planned(luxor)
    await _not_yet(luxor)
    return luxor


async def _begin(context: Context) -> Luxor:
    """A phase whose cards a bureau makes, a site with its counter, and two who decide what others ask for."""
    names = {role: f"luxor.{role.replace('-', '.')}" for role in ("production-approver", "rollout-approver")}
    store = Store(context.options.folder)
    await cast(
        store, context.options.gateway_url, [Part(name, role, "ministry", LUXOR) for role, name in names.items()]
    )
    known = store.all()
    production, rollout = (
        PersonCaller(context.wire, context.options.gateway_url, store, known[name]) for name in names.values()
    )
    taken = {one["sequence"] async for one in pages(context.cards, "/v1/rollout-phases") if one["governorate"] == LUXOR}
    body = {
        "name": f"Luxor after {context.label}",
        "governorate": LUXOR,
        "sequence": next(number for number in count(context.run) if number not in taken),
        "services": ["supply"],
        "production": "bureau",
    }
    phase = str((await context.cards.post("/v1/rollout-phases", body))["phase_id"])
    site = await _site(context)
    scopes = [Scope.PRODUCTION_WRITE, Scope.STOCK_DISPATCH]
    office = await _client(context, "production", scopes, "Orders Luxor's cards and keeps the store of them")
    role = ROLES["counter"]
    counter = await _client(context, "counter", list(role.scopes), role.purpose, site_id=site)
    return Luxor(context, phase, f"/v1/rollout-phases/{phase}", office, counter, site, production, rollout)


async def _site(context: Context) -> str:
    body = {
        "name_ar": f"مكتب بريد الأقصر {context.run}", "name_en": f"Luxor Post Office {context.run}",
        "kind": "post_office", "governorate": LUXOR, "district": DISTRICT, "address_ar": "الأقصر",
        "hourly_capacity": 10, "opens": "08:00", "closes": "15:00", "working_days": [6, 7, 1, 2, 3, 4],
    }  # fmt: skip
    return str(identifier(await context.cards.post("/v1/pickup-sites", body), "site_id"))


async def _client(context: Context, what: str, scopes: list[Scope], purpose: str, **bound: str) -> Caller:
    client_id = f"{what}-luxor-{context.label}"
    made = await context.clients.make(
        {
            "client_id": client_id, "name": f"Luxor, {what}", "scopes": scopes, "owner": Owner.MINISTRY,
            "purpose": purpose, "governorate": LUXOR, **bound,
        }
    )  # fmt: skip
    return Caller(context.wire, ClientSecret(client_id, made["client_secret"]))


async def _register(luxor: Luxor) -> None:
    context = luxor.context
    refs = (f"L{context.run:04d}-{number}" for number in range(HOUSEHOLDS))
    luxor.heads = [context.people.household(ref, 2, DISTRICT) for ref in refs]

    async def enter(household: Household) -> None:
        people = [
            {"role": one.role, "national_id": one.national_id, "full_name": one.full_name, "mobile": one.mobile or None}
            for one in household.members
        ]
        body = {"governorate": LUXOR, "district": DISTRICT, "address": household.address, "members": people}
        await context.registry.post("/v1/households", body)

    await in_parallel(luxor.heads, enter, lanes=HOUSEHOLDS)


async def _order(luxor: Luxor) -> None:
    """One orders, another approves."""
    asked = await luxor.office.post(f"{luxor.path}/card-orders", {"holders": "heads", "limit": HOUSEHOLDS})
    path = f"/v1/card-orders/{asked['order_id']}"
    await until(lambda: luxor.office.get(path), lambda one: one["status"] in {"done", "failed"}, within_s=WITHIN_S)
    await approve(luxor.production, "card", asked["proposal_id"])
    order = await luxor.office.get(path)
    luxor.context.say(f"Luxor's office orders {order['requested']} cards, a person of another office approves.")
    luxor.check(
        "cards ordered by one, approved by another",
        f"{HOUSEHOLDS} approved", f"{order['requested']} {order['state']}", "GET /v1/card-orders/{id}",
    )  # fmt: skip


async def _made(luxor: Luxor, bureau: Bureau) -> None:
    """A bureau that has only the file and its keys makes the cards; one serial stands twice, and is made right."""
    bureau_id = await _bureau_known(luxor, bureau)
    body = {"bureau_id": bureau_id, "phase_id": luxor.phase, "size": HOUSEHOLDS}
    batch = str((await luxor.office.post(_BATCH, body))["batch_id"])
    content = str((await luxor.office.get(f"{_BATCH}/{batch}/file"))["content"])
    luxor.context.say(
        f"The bureau gets a file that it alone can open, {len(content):,} characters, and makes the cards."
    )
    await bureau.receive(content, await luxor.office.get("/v1/production-keys"))
    first = await _returned(luxor, batch, await bureau.personalise("serial-twice"))
    wrong = [one async for one in pages(luxor.office, f"{_BATCH}/{batch}/mismatches")]
    luxor.context.say(
        f"{first.produced} are taken in. One serial stands on two cards, so neither is; the ministry reads:",
        [one["reason_ar"] for one in wrong],
    )
    second = await _returned(luxor, batch, await bureau.personalise(only=[str(one["card_id"]) for one in wrong]))
    luxor.check(
        "cards a bureau made, those with a wrong serial reported, and right in its second return",
        f"{HOUSEHOLDS - 2} + 2 reported, then 2",
        f"{first.produced} + {first.mismatches} reported, then {second.produced}",
        f"GET {_BATCH}/{{id}}/mismatches",
    )


async def _bureau_known(luxor: Luxor, bureau: Bureau) -> str:
    """Its public keys entered by one person and approved by another; its id."""
    week, year = luxor.context.calendar.week_start, timedelta(days=365)
    period = {"valid_from": str(week - year), "valid_to": str(week + year)}
    body = {"name": "The bureau of Luxor's cards", "governorate": LUXOR, **bureau.public, **period}
    await approve(luxor.production, "card", (await luxor.office.post("/v1/bureaus", body))["proposal_id"])
    known = [one async for one in pages(luxor.office, "/v1/bureaus")]
    return next(str(one["bureau_id"]) for one in known if one["signing_kid"] == bureau.public["signing_key"]["kid"])


async def _returned(luxor: Luxor, batch: str, content: str) -> Taken:
    taken = await luxor.office.post(f"{_BATCH}/{batch}/returns", {"content": content})
    return Taken(taken["produced"], taken["mismatches"])


async def _counted_in(luxor: Luxor) -> None:
    """The store sends them to the site, where they are counted against the list; the day closes to zero."""
    body = {"site_id": luxor.site, "phase_id": luxor.phase, "count": HOUSEHOLDS}
    path = f"/v1/consignments/{(await luxor.office.post('/v1/consignments', body))['consignment_id']}"
    cards = [one["card_id"] for one in (await luxor.counter.get(path))["items"]]
    received = await luxor.counter.post(f"{path}/receipt", {"card_ids": cards})
    counted = await luxor.counter.post(
        f"/v1/pickup-sites/{luxor.site}/stock-counts", {"counted": len(cards), "card_ids": cards}
    )
    luxor.context.say(f"The post office counts {received['received']} cards in; its stock closes to zero.")
    luxor.check(
        "cards of the consignment received, and the stock's difference",
        f"{HOUSEHOLDS}, 0", f"{received['received']}, {counted['count']['difference']}",
        "POST /v1/consignments/{id}/receipt",
    )  # fmt: skip


async def _planned(luxor: Luxor) -> None:
    """A draft is looked at before anybody is told; started, it does what it showed."""
    context, cards = luxor.context, luxor.context.cards
    mark = await context.sink.last_id()
    body = {
        "week_start": str(context.calendar.week_start), "limit": HOUSEHOLDS, "holders": "heads", "draft": True,
    }  # fmt: skip
    path = f"/v1/pickup-plans/{identifier(await cards.post(f'{luxor.path}/pickup-plans', body), 'plan_id')}"
    draft = await until(lambda: cards.get(path), lambda one: one["status"] in {"draft", "failed"}, within_s=WITHIN_S)
    days = (await cards.get(f"{path}/load"))["items"]
    shown = [f"{one['day']}: {one['citizens']} of {one['offered']} places" for one in days]
    context.say(f"A draft of the plan places {draft['scheduled']} citizens, nobody is told yet. By day:", shown)
    await cards.post(f"{path}/start", {})
    plan = await until(lambda: cards.get(path), lambda one: one["status"] in {"done", "failed"}, within_s=WITHIN_S)
    luxor.check(
        "citizens of a draft that was looked at, and of the plan that was started",
        f"{HOUSEHOLDS}, {HOUSEHOLDS}", f"{draft['scheduled']}, {plan['scheduled']}", "GET /v1/pickup-plans/{id}",
    )  # fmt: skip
    reachable = {e164(one.head.mobile) for one in luxor.heads if one.head.mobile}

    async def told() -> list[str]:
        return [one["to"] async for one in context.sink.messages(mark) if one["to"] in reachable]

    invited = await until(told, lambda found: len(found) >= len(reachable), within_s=WITHIN_S)
    luxor.check("heads told where and when", len(reachable), len(invited), "GET {sink}/messages")


async def _not_yet(luxor: Luxor) -> None:
    """Luxor is opened by a decision, and only once its gate is met."""
    refused = await _refusal(luxor.context.cards, f"{luxor.path}/opening", _resolution(luxor))
    luxor.context.say(
        f"May Luxor be opened now? The gate says no ({refused}), and by how much:",
        (await _gate(luxor, "prepare")).lacking,
    )
    luxor.check("opened before Port Said's cards are collected", "gate_not_met", refused, _GATE)


async def open_it(luxor: Luxor) -> None:
    """Port Said's cards are active: a decision opens the phase, whose gate may lack what no sale has shown yet.

    Opened, it goes from stage to stage by its gates alone.
    """
    context = luxor.context
    context.headline("Luxor is opened by a decision")
    gate = await _gate(luxor, "prepare")
    context.say("Port Said's cards are active. The gate again:", gate.said)
    if not gate.met:
        allowed = {"stage": "prepare", "reason": "Preparations begin before Port Said's sales are measured"}
        await _decided(luxor, "gate-passes", allowed)
        context.say("A decision lets Luxor through all the same; a second person approves it, and it stays on record.")
    await _decided(luxor, "opening", {})
    phase = await context.cards.get(luxor.path)
    by = phase["opened_by"] or {}
    context.say(
        f"Decision {by.get('number')} of the {by.get('authority')} opens the phase, approved by a second person."
    )
    luxor.check("the phase is opened by a decision", True, phase["opened_at"] is not None, _GATE)
    refused = await _refusal(context.cards, f"{luxor.path}/stage", {"stage": "activation"})
    lacks = (await _gate(luxor, "activation")).lacking
    context.say(f"Its cards are not activated before they are collected ({refused}):", lacks)
    luxor.check("activation before the cards are collected", "gate_not_met", refused, _GATE)


async def _decided(luxor: Luxor, what: str, more: dict[str, str]) -> None:
    """Enter what an authority has decided; another person approves."""
    proposed = await luxor.context.cards.post(f"{luxor.path}/{what}", _resolution(luxor) | more)
    await approve(luxor.rollout, "card", proposed["proposal_id"])


def _resolution(luxor: Luxor) -> dict[str, str]:
    return {
        "authority": "The Cabinet", "number": f"{luxor.context.run}/2025", "decided_on": "2025-09-01",
        "document": f"cabinet:2025/{luxor.context.run}",
    }  # fmt: skip


async def _refusal(caller: Caller, path: str, body: dict[str, str]) -> str:
    try:
        await caller.post(path, body)
    except Refused as refused:
        return refused.code
    return "taken"


async def _gate(luxor: Luxor, stage: str) -> Gate:
    found = (await luxor.context.cards.get(f"{luxor.path}/gates"))["gates"]
    gate = next(one for one in found if one["stage"] == stage)
    said = {_said(one): bool(one["met"]) for one in gate["conditions"]}
    return Gate(bool(gate["met"]), list(said), [line for line, met in said.items() if not met])


def _said(condition: Mapping[str, object]) -> str:
    """A condition as a sentence: what there is, what is asked, and what is lacking."""
    more, share = condition["better"] == "more", condition["unit"] == "share"

    def figure(name: str) -> str:
        number = Decimal(str(condition[name]))
        return f"{number:.0%}" if share else f"{number:f}"

    value = "nothing to measure yet" if condition["value"] is None else figure("value")
    said = f"{condition['title_en']}: {value}; {'at least' if more else 'at most'} {figure('needed')} needed"
    if condition["met"]:
        return f"{said}; met"
    return said if condition["short_by"] is None else f"{said}; {figure('short_by')} {'short' if more else 'too many'}"
