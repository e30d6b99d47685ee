"""Routes of a card's page, and of blocking it and letting it work again, each on a page that asks first."""

from __future__ import annotations

from collections.abc import Coroutine
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from staff_console.cards.timeline import REASONS, merged
from staff_console.documents import Answer
from staff_console.services import Acting
from staff_console.services.parts import together
from staff_console.web.visit import Posted, Visit, Visiting

routes = APIRouter()


@routes.get("/console/cards/{card_id}")
async def show_card(visit: Visiting, card_id: UUID) -> Response:
    """A card over all services; a part whose service does not answer is missing by name."""
    services, seconds = visit.services, visit.context.settings.part_seconds
    card = await services.get("card", f"/v1/cards/{card_id}")
    parts = await together(seconds, **_parts(services, card))
    return visit.page("card", card=card, parts=parts, entries=merged(parts["history"], parts["messages"]))


@routes.get("/console/cards/{card_id}/block")
async def ask_block(visit: Visiting, card_id: UUID) -> Response:
    """Ask whether a card is to be blocked, and why."""
    draft = await visit.draft(f"/console/cards/{card_id}/block")
    return await _ask(visit, card_id, "card_block", draft.get("reason", ""), key=draft.get("key", ""))


@routes.post("/console/cards/{card_id}/block")
async def block(form: Posted, card_id: UUID) -> Response:
    """Block a card."""
    reason = form.field("reason")
    if reason not in REASONS:
        return await _ask(form.visit, card_id, "card_block", reason, {"reason": "reason_missing"}, form.key)
    await form.visit.services.post("card", f"/v1/cards/{card_id}/block", {"reason": reason}, key=form.key)
    return form.visit.done(f"/console/cards/{card_id}", "card_blocked")


@routes.get("/console/cards/{card_id}/unblock")
async def ask_unblock(visit: Visiting, card_id: UUID) -> Response:
    """Ask whether a card is to be used again."""
    return await _ask(visit, card_id, "card_unblock")


@routes.post("/console/cards/{card_id}/unblock")
async def unblock(form: Posted, card_id: UUID) -> Response:
    """Let a card be used again."""
    await form.visit.services.post("card", f"/v1/cards/{card_id}/unblock", key=form.key)
    return form.visit.done(f"/console/cards/{card_id}", "card_unblocked")


async def _ask(
    visit: Visit,
    card_id: UUID,
    template: str,
    reason: str = "",
    errors: dict[str, str] | None = None,
    key: str = "",
) -> Response:
    card = await visit.services.get("card", f"/v1/cards/{card_id}")
    facts = {"card": card, "reason": reason, "errors": errors or {}, "reasons": REASONS, "key": key}
    return visit.page(template, 422 if errors else 200, **facts)


def _parts(services: Acting, card: dict[str, str]) -> dict[str, Coroutine[None, None, Answer]]:
    card_id = card["card_id"]
    return {
        "household": services.get("card", f"/v1/households/{card['household_id']}"),
        "collection": services.get("card", f"/v1/cards/{card_id}/collection"),
        "entitlements": services.get("supply", f"/v1/entitlements/{card_id}"),
        "coverage": services.get("health", f"/v1/coverage/{card_id}"),
        "wallet": services.get("payment", f"/v1/wallets/{card_id}"),
        "history": services.get("card", f"/v1/cards/{card_id}/history", {"limit": 100}),
        "messages": services.get("notify", "/v1/messages", {"citizen_id": card["citizen_id"], "limit": 20}),
    }
