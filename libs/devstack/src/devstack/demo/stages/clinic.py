"""The citizen at the clinic: health insurance is enabled, cover asked for, a visit recorded, the co-payment taken."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from devstack.demo.places import PORT_SAID
from devstack.demo.stages.story import DISTRICT, PIN, WAIT_S, Story
from devstack.demo.waiting import until
from devstack.terminal import receipt
from devstack.terminal.answers import EligibilityAnswer
from devstack.terminal.caller import Refused, eventually
from devstack.terminal.device import Item, Terminal
from devstack.terminal.proof import by_pin
from devstack.terminal.provision import PROVIDERS_AR, register_clinic_terminal

SERVICE = "medicines"
PRESCRIPTION: list[Item] = [{"code": "A10BA02", "price": 12_000, "quantity": 2}]
DIAGNOSIS = {"system": "ICD-10", "code": "E11.9"}
ELIGIBILITY, WALLET = "POST /v1/eligibility", "GET /v1/wallets/{card}"


async def play(story: Story) -> Terminal:
    """13. Health is enabled; the clinic asks, is told what it costs, records a visit; the wallet pays the rest."""
    story.say(13, "Health insurance is enabled on the card, and the clinic's terminal asks for cover.")
    enabled = await story.context.cards.put(f"/v1/cards/{story.card_id}/services/health", {})
    story.check(13, "services on the card", "health, payment, supply", ", ".join(sorted(enabled["services"])),
                "PUT /v1/cards/{id}/services/health")  # fmt: skip
    clinic = await _open_clinic(story)
    answer = await covered(story, clinic)
    story.say(13, "The terminal, enrolled with its own key, is told:", receipt.eligibility(answer))
    story.check(13, "cover", "active", answer["state"], ELIGIBILITY)
    terms = answer["services"][0]
    told = all((terms["rate"], terms["cap"], terms["cap_left"]))
    said = f"{terms['rate']} of the price, at most EGP {receipt.pounds(terms['cap'] or 0)} a {terms['cap_period']}"
    story.check(13, "co-payment and cap are told", "rate and cap", said, ELIGIBILITY, by=lambda *_: told)
    price = sum(int(line["price"]) * int(line["quantity"]) for line in PRESCRIPTION)
    part = int((Decimal(terms["rate"]) * price).quantize(Decimal(1), ROUND_HALF_UP))
    part = min(part, terms["cap_left"] or 0)
    prove = by_pin(clinic.caller, story.card_id, PIN, "visit")
    visit = await clinic.visit(story.card_id, SERVICE, PRESCRIPTION, prove, diagnosis=DIAGNOSIS)
    story.check(13, "co-payment of the visit, piastres", part, visit["copayment"], "POST /v1/encounters")
    paid = await until(
        lambda: clinic.encounter(visit["encounter_id"]),
        lambda found: bool(found["copayment_state"] != "due"),
        within_s=WAIT_S,
    )
    story.wallet -= part
    story.say(13, "The visit is recorded and the co-payment leaves the wallet.", receipt.visit(paid))
    story.check(13, "co-payment of the visit", "paid", paid["copayment_state"], "GET /v1/encounters/{id}")
    story.check(13, "wallet after the visit, piastres", story.wallet, await story.wallet_of(story.wallet), WALLET)
    return clinic


async def _open_clinic(story: Story) -> Terminal:
    context, kind = story.context, "family_unit"
    body = {
        "kind": kind, "governorate": PORT_SAID, "district": DISTRICT,
        "name_ar": f"{PROVIDERS_AR[kind]} الحكاية", "name_en": f"Story family unit ({context.label})",
    }  # fmt: skip
    provider = await context.health.post("/v1/providers", body)
    name = f"story-{context.run}-clinic-1"
    known = await register_clinic_terminal(context.health, str(provider["provider_id"]), name)
    return await story.enrolled(name, *known)


async def covered(story: Story, clinic: Terminal) -> EligibilityAnswer:
    """The answer about cover, once health-service has heard of the card."""
    return await until(
        lambda: eventually(lambda: clinic.eligibility(story.card_id, SERVICE), within_s=WAIT_S),
        lambda found: bool(found["covered"]),
        within_s=WAIT_S,
    )


async def refused(clinic: Terminal, card_id: str) -> str:
    """Why a card opens no care; `covered` where it does."""
    try:
        answer = await clinic.eligibility(card_id, SERVICE)
    except Refused as refusal:
        return refusal.code
    return "covered" if answer["covered"] else str(answer["reasons"][0]["code"])


def left_of_cap(answer: EligibilityAnswer) -> str:
    """Cover and what is left of the cap, in words."""
    return f"{answer['state']}, EGP {receipt.pounds(answer['services'][0]['cap_left'] or 0)}"
