"""The citizen's second day of the month: the grocer, the clinic, a card lost again, the outlets' close."""

from __future__ import annotations

import re
from typing import Any

from devstack.demo.context import Context
from devstack.demo.sink import pounds
from devstack.demo.stages import cash, clinic, dispute, groceries
from devstack.demo.stages.story import WAIT_S, Story, refusal_of, words
from devstack.demo.waiting import until
from devstack.terminal import receipt
from devstack.terminal.caller import eventually
from devstack.terminal.device import Terminal
from devstack.terminal.fleet import pages

LOAVES = 15
BREAD_CODE = "رمز خبز"
CODE = re.compile(r"\b\d{6} ?\d{4}\b")
GONE = frozenset({"card_blocked", "card_closed"})
SALE, POTS, WALLET = "POST /v1/redemptions", "GET /v1/entitlements/{card}", "GET /v1/wallets/{card}"


async def play(context: Context, story: Story) -> Terminal:
    """Steps 11 to 14, and the close of the day in step 15; the terminal whose day is left open."""
    day = context.calendar.month_days[1]
    await groceries.play(context, story)
    left_open = await cash.play(context, story, day)
    await _lose_again(story, await clinic.play(story))
    await dispute.play(context, story, day)
    await _close(story)
    return left_open


async def _lose_again(story: Story, desk: Terminal) -> None:
    """14. The card is lost once more: what is in the wallet, the cover and the pots go on with the new one."""
    before, cover = await story.pots(story.card_id), await clinic.covered(story, desk)
    old = story.card_id
    await _draw_by_code(story, before)
    story.card_id = await story.new_card(story.desk)
    after = await eventually(lambda: story.pots(story.card_id), within_s=WAIT_S)
    covered = await clinic.covered(story, desk)
    story.say(14, f"The card is lost and replaced at {story.desk.site.name_en}; all that was on it goes on.")
    story.check(14, "wallet of the new card, piastres", story.wallet, await story.wallet_of(story.wallet), WALLET)
    cap, cap_now = clinic.left_of_cap(cover), clinic.left_of_cap(covered)
    story.check(14, "cover, and what is left of the cap", cap, cap_now, clinic.ELIGIBILITY)
    story.check(14, "pots of the new card", words(before), words(after), POTS)
    refused = await until(lambda: clinic.refused(desk, old), lambda code: code != "covered", within_s=WAIT_S)
    story.check(14, "the old card at the clinic", GONE, refused, clinic.ELIGIBILITY,
                by=lambda codes, code: code in codes, shown="refused")  # fmt: skip
    twice, _ = await refusal_of(story.bakery, story.card_id, LOAVES)
    story.check(14, "the day's bread once more, with the new card", "day_already_drawn", twice, SALE)
    code, _ = await refusal_of(story.other_bakery, old, LOAVES)
    story.check(14, "the old card at a bakery", GONE, code, SALE,
                by=lambda codes, found: found in codes, shown="refused")  # fmt: skip


async def _draw_by_code(story: Story, pots: dict[str, int]) -> None:
    """The card is reported lost by telephone; the code of the SMS draws the day's bread meanwhile, and nothing else."""
    context = story.context
    mark = await context.sink.last_id()
    body = {"channel": "phone", "identified_by": "questions"}
    lost = await context.cards.post(f"/v1/cards/{story.card_id}/loss", body)
    told = await context.sink.wait_for(story.phone, mark, BREAD_CODE, WAIT_S)
    (code,) = CODE.findall(told["text"])
    ends = str(lost["lapses_at"])[:10]
    story.say(14, f"The card is lost once more, free again on {ends} unless a new one is asked for:",
              [told["text"].replace(code, "••••••")])  # fmt: skip
    drawn = await story.bakery.draw_by_code(code, LOAVES)
    story.holder.loaves += LOAVES
    pots["bread"] -= LOAVES
    story.say(14, "Until then the code draws the day's bread.", receipt.sale(drawn))
    left = {pot["programme"]: pot["remaining"] for pot in drawn["remaining"]}
    story.check(14, "loaves left after the code drew", pots["bread"], left["bread"], SALE)


async def _close(story: Story) -> None:
    """15. Bakery and grocer close their day; each settlement reaches the outlet's account in the ledger."""
    day = story.context.calendar.month_days[1]
    for name, terminal in (("bakery", story.bakery), ("grocer", story.grocer)):
        await terminal.close_day(day)
        found = (await terminal.caller.get("/v1/settlements", day=day.isoformat()))["items"]
        amount = int(found[0]["amount"])
        direction = "is to be paid" if amount >= 0 else "is to remit"
        story.say(15, f"The {name} closes {day}: it {direction} EGP {receipt.pounds(abs(amount))}.")
        paid = await _in_ledger(story, terminal.identity.outlet_id, amount)
        where = "GET /v1/merchant-totals"
        story.check(15, f"settlement of the {name} in the ledger, piastres", amount, paid, where)


async def _in_ledger(story: Story, outlet: str, expected: int) -> int:
    """What the ledger has booked for an outlet as settlement of the second day, once that is as expected."""
    day = story.context.calendar.month_days[1].isoformat()

    async def settled() -> int:
        async for row in pages(story.context.finance, "/v1/merchant-totals", day=day, limit=500):
            if row["merchant_id"] == outlet:
                return int(row["settled"])
        return 0

    return await until(settled, lambda found: found == expected, within_s=WAIT_S)


async def ask(story: Story) -> None:
    """16. «رصيد» by SMS: bread, allowance and wallet."""
    left = {entry["programme"]: entry["remaining"] for entry in await _remaining(story)}
    mark = await story.context.sink.last_id()
    await story.context.sink.say(story.phone, "رصيد")
    message = await story.context.sink.wait_for(story.phone, mark, "المتبقي", WAIT_S)
    story.say(16, "The citizen texts «رصيد» and reads:", [message["text"]])
    expected = {
        "bread": f"خبز {left['bread']}",
        "allowance": f"سلع {pounds(left['goods'])}",
        "wallet": f"محفظة {pounds(story.wallet)}",
    }
    for name, said in expected.items():
        found = said if said in message["text"] else message["text"]
        story.check(16, f"{name}, in the answer", said, found, "GET {sink}/messages")


async def _remaining(story: Story) -> list[dict[str, Any]]:
    pots = (await story.context.cards.get(f"/v1/entitlements/{story.card_id}"))["pots"]
    return [entry for entry in pots if entry["period"] == story.period]
