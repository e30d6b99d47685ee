"""A bakery without a network sells by a price list that was never in force: in dispute until it is decided.

A second sale of that kind is left open, for an inspector to look at.
"""

from __future__ import annotations

from datetime import date

from devstack.demo.calendar import at
from devstack.demo.context import Context
from devstack.demo.stages.story import Story
from devstack.people.signed import approve
from devstack.terminal import receipt
from devstack.terminal.answers import Line, OfflineResult

LOAVES = 15
LEFT_OPEN = 10  # loaves of the dispute that nobody decides
BEYOND_THE_PRICE = 150  # piastres more than the list has, on the whole receipt
NEVER_IN_FORCE = "0" * 64
REASON = "The receipt's price list was never in force."
UPLOAD, DISPUTES = "POST /v1/offline-batches", "GET /v1/disputes/{id}"


async def play(context: Context, story: Story, day: date) -> None:
    """Sell, upload, find, decide: nothing of it is booked on the household, nothing is paid to the bakery."""
    before = await story.pots(story.card_id)
    result = await _sold_without_a_network(context, story, day, LOAVES)
    story.say(
        15, "Without a network a bakery sells by a price list that was never in force. What it uploads is in dispute:",
        [receipt.outcome(result)],
    )  # fmt: skip
    story.check(15, "the sale by an unknown price list", "disputed price_list_unknown",
                f"{result['status']} {result.get('code')}", UPLOAD)  # fmt: skip
    dispute_id = str(result.get("dispute_id"))
    seen = await context.inspector.get(f"/v1/disputes/{dispute_id}")
    story.check(15, "loaves that the bakery claims", LOAVES, seen["loaves"], DISPUTES)
    await _decide(context, dispute_id)
    decided = await context.inspector.get(f"/v1/disputes/{dispute_id}")
    story.say(15, f"An inspector looks at the signed sale, another person decides: {decided['state']}.")
    story.check(15, "the dispute, found by one and decided by another", "refused", decided["state"], DISPUTES)
    story.check(15, "pots after the dispute", before, await story.pots(story.card_id), "GET /v1/entitlements/{card}",
                by=lambda expected, found: bool(expected == found), shown="as before")  # fmt: skip
    another = await _sold_without_a_network(context, story, day, LEFT_OPEN)
    open_still = await context.inspector.get(f"/v1/disputes/{another.get('dispute_id')}")
    story.check(15, "another dispute, left for an inspector", "open", open_still["state"], DISPUTES)


async def _sold_without_a_network(context: Context, story: Story, day: date, loaves: int) -> OfflineResult:
    """The result of a sale that the bakery's terminal has signed at noon and uploads."""
    bakery = story.other_bakery
    compact = (await context.cards.get(f"/v1/cards/{story.card_id}/credential"))["credential"]
    prices = {item["item"]: item["prices"] for item in (await bakery.caller.get("/v1/catalogue"))["items"]}
    amount = prices["loaf"]["bread"] * loaves + BEYOND_THE_PRICE
    lines: list[Line] = [{"programme": "bread", "item": "loaf", "quantity": loaves, "amount": amount}]
    bakery.journal.append(story.card_id, compact, lines, at(day, 6), NEVER_IN_FORCE)
    (result,) = await bakery.sync()
    return result


async def _decide(context: Context, dispute_id: str) -> None:
    found = await context.inspector.post(f"/v1/disputes/{dispute_id}/finding", {"upheld": False, "reason": REASON})
    await approve(context.disputes_approver, "supply", found["proposal_id"])
