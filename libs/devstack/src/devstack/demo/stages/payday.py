"""The month's pensions: one batch, its count and sum checked, approved by a second person, booked, told by SMS."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from devstack.demo.context import Context
from devstack.demo.families import Event
from devstack.demo.homes import Homes
from devstack.demo.roll import LEAST, Pension, files, roll
from devstack.demo.sink import e164, pounds
from devstack.demo.stages.story import Story
from devstack.demo.waiting import until
from devstack.people.signed import approve
from devstack.terminal.caller import Refused
from devstack.terminal.fleet import pages

PROGRAMME = FUND = "pension"
WORD = "معاش"
BOOKED_WITHIN_S, TOLD_WITHIN_S = 300.0, 600.0
NO_WALLET, DECEASED = "wallet_unknown", "payee_deceased"
BATCH = "GET /v1/payout-batches/{id}"
SINK = "GET {sink}/messages"


async def play(context: Context, story: Story) -> None:
    """10. The pensions of everybody on the register; the followed citizen's is a widow's."""
    on = context.calendar.month
    rng = random.Random(f"{context.options.seed}/{context.run}/pensions")
    pensions = [Pension(story.head, story.card_id, LEAST), *roll(rng, context.holders, on)]
    story.say(10, f"The month's pensions: {len(pensions):,} pensioners, one batch from the pension authority.")
    before = await _wallet(context, story.card_id)
    await _wrong_sum(context, pensions[0])
    mark = await context.sink.last_id()
    async with _ledger(context, pensions):
        batch = await _submit(context, pensions)
        early = sum(1 for _ in [m async for m in context.sink.messages(mark) if WORD in m["text"]])
        story.check(10, "messages of a pension before it is approved", 0, early, SINK)
        began = await _approve(context, batch)
        await _booked(context, batch, pensions, began)
    await _unpaid(context, batch, pensions)
    await _told(context, story, mark, pensions, began)
    story.wallet = await _wallet(context, story.card_id)
    story.check(10, "wallet after the pension, piastres", before + LEAST, story.wallet, "GET /v1/wallets/{card}")


async def _fund(context: Context, total: int, reference: str = "") -> None:
    """The treasury pays the month's pensions into the authority's fund: a system asks, a person decides."""
    body = {"amount": total, "reference": f"{reference}{context.calendar.month:%Y-%m}-{context.label}"}
    proposal = await context.treasury.post(f"/v1/payout-funds/{FUND}/fundings", body)
    await approve(context.treasury_approval, "payment", proposal["proposal_id"])


async def declare(context: Context, reference: str, count: int, total: int) -> str:
    """Declare a batch of pensions; its path."""
    body = {
        "reference": f"{reference}-{context.calendar.month:%Y-%m}-{context.label}",
        "programme": PROGRAMME,
        "declared_count": count,
        "declared_total": total,
        "currency": "EGP",
    }
    return f"/v1/payout-batches/{(await context.pensions.post('/v1/payout-batches', body))['batch_id']}"


async def upload(context: Context, batch: str, body: bytes) -> None:
    """Send a file of its rows."""
    await context.pensions.call("POST", f"{batch}/items", body, content_type="text/csv", timeout_s=120)


async def _wrong_sum(context: Context, pension: Pension) -> None:
    """A batch whose declared sum is a piastre off is not accepted."""
    batch = await declare(context, "wrong-sum", 1, pension.amount + 1)
    for file in files([pension]):
        await upload(context, batch, file)
    code = await _code(context.pensions.post(f"{batch}/submission"))
    where = "POST /v1/payout-batches/{id}/submission"
    context.report.check("story 10: batch whose declared sum is a piastre off", "batch_totals_differ", code, where)


async def _submit(context: Context, pensions: list[Pension]) -> str:
    total = sum(pension.amount for pension in pensions)
    await _fund(context, total)
    batch = await declare(context, "pensions", len(pensions), total)
    began = time.perf_counter()
    for file in files(pensions):
        await upload(context, batch, file)
    context.report.figure("pensions received by national id", len(pensions) / (time.perf_counter() - began), "a second")
    state = await context.pensions.post(f"{batch}/submission")
    check = context.report.check
    check("story 10: pensions received, as declared", len(pensions), state["received_count"], BATCH)
    check("story 10: their sum as declared, piastres", total, state["received_total"], BATCH)
    check("story 10: batch once submitted", "submitted", state["state"], BATCH)
    return batch


async def _approve(context: Context, batch: str) -> float:
    """Refused to the system that made it, done by a person who has signed in; when it was asked for."""
    where = "POST /v1/payout-batches/{id}/approval"
    code = await _code(context.pensions.post(f"{batch}/approval"))
    context.report.check("story 10: approval by the system that made the batch", "insufficient_scope", code, where)
    approver = context.pensions_approval
    await approver.token()
    began = time.perf_counter()
    state = await approver.post(f"{batch}/approval")
    person = f"person:{approver.known.person_id}"
    context.report.check("story 10: approval by a person who has signed in", person, state["approved_by"], where)
    return began


async def _booked(context: Context, batch: str, pensions: list[Pension], began: float) -> None:
    with context.bar("pensions booked", None):
        state = await until(
            lambda: context.pensions.get(batch),
            lambda found: bool(found["state"] == "completed"),
            within_s=BOOKED_WITHIN_S,
            every_s=0.02,
        )
    seconds = time.perf_counter() - began
    context.report.figure("pensions, from the approval to booked", seconds, "s")
    context.report.figure("pensions booked", state["paid_count"] / seconds, "a second")
    payable = [pension for pension in pensions if pension.card_id]
    check = context.report.check
    check("story 10: batch once booked", "completed", state["state"], BATCH)
    check("pensions booked to a wallet", len(payable), state["paid_count"], BATCH)
    check("pensions booked, piastres", sum(pension.amount for pension in payable), state["paid_total"], BATCH)
    check("pensions of people without an active card, not booked", len(pensions) - len(payable),
          state["failed_count"], BATCH)  # fmt: skip


@asynccontextmanager
async def _ledger(context: Context, pensions: list[Pension]) -> AsyncIterator[None]:
    """Holds what the ledger has of the day's payouts before and after against the roll."""

    async def posted() -> int:
        day = context.calendar.month.isoformat()
        totals: list[dict[str, Any]] = (await context.finance.get("/v1/ledger-totals", day=day))["totals"]
        return sum(row["amount"] for row in totals if (row["kind"], row["to_kind"]) == ("payout", "wallet"))

    before = await posted()
    yield
    total = sum(pension.amount for pension in pensions if pension.card_id)
    where = "GET /v1/ledger-totals"
    context.report.check("pensions in the ledger, fund to wallets, piastres", total, await posted() - before, where)


async def _unpaid(context: Context, batch: str, pensions: list[Pension]) -> None:
    """What the batch says of those it could not pay."""
    failed = [item async for item in pages(context.pensions, f"{batch}/items", state="failed", limit=1000)]
    cardless = [pension for pension in pensions if not pension.card_id]
    reasons = {item["reason"] for item in failed} or {NO_WALLET}
    where = f"{BATCH}/items?state=failed"
    check = context.report.check
    check("reason at each pension not booked", NO_WALLET, ", ".join(sorted(map(str, reasons))), where)
    owed = sum(pension.amount for pension in cardless)
    check("pensions not booked, left in the fund, piastres", owed, sum(item["amount"] for item in failed), where)


async def _told(context: Context, story: Story, mark: int, pensions: list[Pension], began: float) -> None:
    """Each paid pensioner with a telephone is told once, with the sum; nobody else is told anything."""
    due = {e164(p.person.mobile): p for p in pensions if p.card_id and p.person.mobile}
    told: dict[str, str] = {}
    strays = 0
    last, cursor = began, mark
    with context.bar("pension messages", len(due)) as advance:

        async def read() -> int:
            nonlocal strays, last, cursor
            async for message in context.sink.messages(cursor):
                cursor = int(message["id"])
                if WORD not in message["text"]:
                    continue
                pension = due.get(message["to"])
                if pension is None or message["to"] in told or pounds(pension.amount) not in message["text"]:
                    strays += 1
                    continue
                told[message["to"]] = message["text"]
                last = time.perf_counter()
                advance()
            return len(told)

        await until(read, lambda found: found >= len(due), within_s=TOLD_WITHIN_S)
    check = context.report.check
    story.say(10, "The batch is approved and booked; the citizen reads:", [told.get(story.phone, "")])
    amount = pounds(LEAST)
    text = told.get(story.phone, "no message")
    story.check(10, "the sum, in the citizen's message", amount, amount if amount in text else text, SINK)
    check("pensioners told by SMS, all that were paid and have a telephone", len(due), len(told), SINK)
    check("pension messages to others, twice, or with another sum", 0, strays, SINK)
    context.report.figure("pension messages, from the approval", len(told) / max(last - began, 0.001), "a second")


async def _wallet(context: Context, card_id: str) -> int:
    return int((await context.cards.get(f"/v1/wallets/{card_id}"))["balance"])


async def _code(refused: Any) -> str:
    """The code with which a call is refused; `accepted` where it is not."""
    try:
        await refused
    except Refused as refusal:
        return refusal.code
    return "accepted"


async def returned(context: Context, homes: Homes) -> None:
    """The authority has not heard of deaths yet: what it pays the dead goes back to the fund, widows are paid."""
    dead = homes.of(Event.HEAD_DIES) + homes.of(Event.DIES_ALONE)
    people = [Pension(home.members[0], "", LEAST) for home in dead]
    people += [Pension(home.members[1], home.holder.card_id, LEAST) for home in homes.of(Event.HEAD_DIES)]
    total = sum(pension.amount for pension in people)
    await _fund(context, total, "survivors-")
    batch = await declare(context, "survivors", len(people), total)
    for file in files(people):
        await upload(context, batch, file)
    await context.pensions.post(f"{batch}/submission")
    await context.pensions_approval.show_anew()
    await context.pensions_approval.post(f"{batch}/approval")
    state = await until(
        lambda: context.pensions.get(batch), lambda found: bool(found["state"] == "completed"), within_s=BOOKED_WITHIN_S
    )
    failed = [item async for item in pages(context.pensions, f"{batch}/items", state="failed", limit=1000)]
    reasons = ", ".join(sorted({str(item["reason"]) for item in failed}))
    check = context.report.check
    check("life: pensions paid to widows", len(people) - len(dead), state["paid_count"], BATCH)
    check("life: pensions of the dead, back in the fund", len(dead), state["failed_count"], BATCH)
    check("life: and why", DECEASED, reasons, f"{BATCH}/items?state=failed")
