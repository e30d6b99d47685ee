"""What the run leaves for people to do at the console: complaints, proposals, batches, a lost terminal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from devstack.demo.context import Cardholder, Context
from devstack.demo.roll import LEAST, Pension, files
from devstack.demo.sink import e164
from devstack.demo.stages.payday import FUND, PROGRAMME, declare, upload
from devstack.terminal.caller import Refused
from devstack.terminal.receipt import CAIRO

UNCLEAR: Final = ("العيش مش كفاية", "حد يرد عليا")  # what no keyword answers, twice: somebody must
COMPLAINTS: Final = (
    ("card", "الكارت لا يعمل في المخبز"),
    ("outlet", "الميزان ناقص عند البقال"),
    ("allowance", "حصتي من الزيت أقل من الشهر الماضي"),
)
FUNDING: Final = 250_000_00
DAYS_AHEAD: Final = 45
NOBODY: Final = "29912310300000"  # a national id that is none


async def play(context: Context) -> None:
    """Enter it all at the present: the clock has come back."""
    context.headline("Left to do")
    holders = [holder for holder in context.holders if holder.card_id and not holder.apart][: len(COMPLAINTS)]
    made = {await _complain(context, holder, *said) for holder, said in zip(holders, COMPLAINTS, strict=False)}
    reference = f"next-{context.label}"
    await context.treasury.post(f"/v1/payout-funds/{FUND}/fundings", {"amount": FUNDING, "reference": reference})
    await _policy(context)
    await _terminal(context)
    if holders:
        await _batch(context, holders[0])
        await _begun(context, holders[0])
        await _ask(context, holders[0])
    where = "/v1/complaints?state=open&claimed=nobody&order=due&limit=500"
    waiting = {one["complaint_id"] for one in (await context.messages.get(where))["items"]}
    context.report.check("complaints left for the desk", len(holders), len(made & waiting), f"GET {where}")


async def _complain(context: Context, holder: Cardholder, category: str, text: str) -> str:
    card = await context.cards.get(f"/v1/cards/{holder.card_id}")
    body = {"citizen_id": card["citizen_id"], "category": category, "text": text, "channel": "desk"}
    return str((await context.messages.post("/v1/complaints", body))["complaint_id"])


async def _ask(context: Context, holder: Cardholder) -> None:
    """A question by SMS that waits for a person."""
    if mobile := holder.household.head.mobile:
        for words in UNCLEAR:
            await context.sink.say(e164(mobile), words)


async def _policy(context: Context) -> None:
    """Questions are to be answered within a day, from a day to come; an earlier run's proposal may still wait."""
    begins = datetime.now(CAIRO).date() + timedelta(days=DAYS_AHEAD)
    policy = {
        "key": "question.answer_hours", "value": 24, "effective_from": begins.isoformat(), "confidence": "chosen",
        "legal_reference": "none, an operating figure", "source": "the demonstration", "note": "Sooner than before.",
    }  # fmt: skip
    try:
        await context.policies.post("/v1/policies/notify", policy)
    except Refused as refusal:
        if refusal.code != "proposal_open":
            raise


async def _terminal(context: Context) -> None:
    """A bakery's second terminal, which was never enrolled and is said to be lost."""
    outlet_id = context.bakeries[0].outlet_id
    body = {"outlet_id": outlet_id, "serial": f"spare-{context.label}", "model": "UC-1"}
    made = await context.outlets.post("/v1/terminals", body)
    await context.outlets.post(f"/v1/terminals/{made['terminal_id']}/suspension", {"reason": "ضاعت قبل تركيبها"})


async def _begun(context: Context, holder: Cardholder) -> None:
    """A batch that its maker has begun: of two pensions one was not taken, since nobody has its number."""
    maker = context.pensions_making
    body = {
        "reference": f"begun-{context.label}", "programme": PROGRAMME, "declared_count": 2, "declared_total": 2 * LEAST,
    }  # fmt: skip
    batch = f"/v1/payout-batches/{(await maker.post('/v1/payout-batches', body))['batch_id']}"
    rows = (f"{holder.household.head.national_id},{LEAST},1", f"{NOBODY},{LEAST},2")
    file = "\n".join(("national_id,amount,item_reference", *rows, "")).encode()
    await maker.call("POST", f"{batch}/items", file, content_type="text/csv", timeout_s=120)


async def _batch(context: Context, holder: Cardholder) -> None:
    """One pension of the month after, submitted."""
    pension = Pension(holder.household.head, holder.card_id, LEAST)
    batch = await declare(context, "next", 1, pension.amount)
    for file in files([pension]):
        await upload(context, batch, file)
    await context.pensions.post(f"{batch}/submission")
