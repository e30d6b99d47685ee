"""A head of a household dies, and somebody who lived alone: cards, wallets and who follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from devstack.demo.context import Context
from devstack.demo.families import Event
from devstack.demo.homes import Home, Homes
from devstack.demo.sink import e164
from devstack.demo.stages.by_hand import card_of, done_of, sell_bread, take_over
from devstack.demo.waiting import until
from devstack.people.signed import approve
from devstack.terminal.caller import Refused, eventually
from devstack.terminal.device import bread
from devstack.terminal.fleet import FleetTerminal, in_parallel

LANES = 8
WAIT_S = 60.0
CLOSED = frozenset({"card_closed", "card_blocked"})
REQUEST = "POST /v1/change-requests, …/decision"
SALE, WALLET = "POST /v1/redemptions", "GET /v1/wallets/{card}"
SERVICES = ("supply", "payment")
Check = Callable[..., None]


async def play(context: Context, homes: Homes, day: date, check: Check, say: Check) -> None:
    """The heads die, the widows follow; those who lived alone leave a household that ends."""
    heads, alone = homes.of(Event.HEAD_DIES), homes.of(Event.DIES_ALONE)
    for home in (*heads, *alone):
        home.card_before = home.holder.card_id
        home.wallet_before = await _balance(context, home.card_before)
    mark = await context.sink.last_id()
    say(day, "A head of household dies, and somebody who lived alone. Cards close at once, wallets stand still.")
    first = await _entered(context, heads[0], day, mark, new_head=heads[0].citizen(1))
    await context.office.add_file(first)
    own = await context.office.own_approval(first)
    await context.office.approve(first)

    async def head(home: Home) -> None:
        await context.office.approve(await _entered(context, home, day, mark, new_head=home.citizen(1)))

    async def lone(home: Home) -> None:
        await context.office.approve(await _entered(context, home, day, mark))
        home.holder.apart = True

    done = await in_parallel(heads[1:], head, lanes=LANES)
    await in_parallel(alone, lone, lanes=LANES, tally=done)
    done.done += 1
    decided = await context.sink.last_id()
    for home in (*heads, *alone):
        home.dead.append((home.members[0], decided))
        home.from_month(context.calendar.months[2], len(home.members) - 1)
    check("deaths of heads, entered with a document by one and decided by another", len(heads) + len(alone),
          done_of(done), REQUEST)  # fmt: skip
    check("a death decided by the clerk who entered it", "insufficient_scope", own, REQUEST)
    refused = [await _refused(context.bakeries[0], home.card_before) for home in (*heads, *alone)]
    check("sales to the cards of the dead", "refused", "refused" if set(refused) <= CLOSED else str(refused), SALE)
    await _heirs(context, heads, mark, check, say, day)
    frozen = 0
    for home in (*heads, *alone):
        wallet = await until(lambda home=home: _wallet(context, home), lambda found: found["frozen"], within_s=WAIT_S)  # type: ignore[misc]
        frozen += bool(wallet["frozen"] and wallet["balance"] == home.wallet_before)
    check("wallets of dead heads that stand still, whole", len(heads) + len(alone), frozen, WALLET)


async def _entered(context: Context, home: Home, day: date, mark: int, new_head: str = "") -> str:
    """A death is entered; the request's id. Until it is decided its head is alive, and hears of it as of any."""
    enter, about = context.office.enter, home.household_id
    if new_head:
        made = await enter("death", about, day, citizen_id=home.citizen(0), new_head=new_head)
    else:
        made = await enter("death", about, day, citizen_id=home.citizen(0))
    await context.sink.wait_for(e164(home.members[0].mobile), mark, "تم تسجيل طلبك", WAIT_S)
    return str(made["request_id"])


async def _heirs(context: Context, heads: list[Home], mark: int, check: Check, say: Check, day: date) -> None:
    """The widow becomes head. Where she fetched a card with him it draws what is left; or else she waits for one."""
    phone = e164(heads[0].members[1].mobile)
    told = await context.sink.wait_for(phone, mark, "", WAIT_S)
    say(day, "The widow is head of the household now, and reads:", [told["text"]])
    with_card = []
    for home in heads:
        home.holder.apart = not await card_of(context, home.citizen(1))
        if not home.holder.apart:
            with_card.append(home)
    if not with_card:
        return
    holder = with_card[0].holder
    before = await _left(context.bakeries[0], holder.card_id)
    activated = await take_over(context, [(home.holder, home.citizen(1)) for home in with_card], SERVICES)
    after = await _left(context.bakeries[0], holder.card_id)
    check("cards of widows who have one, activated", len(with_card), activated,
          "POST /v1/rollout-phases/{id}/activations")  # fmt: skip
    check("loaves left in the month, the dead head's card and the new head's", before, after,
          "GET /v1/entitlements/{card}")  # fmt: skip
    if holder.covered_until < day.day:
        await sell_bread(context, holder)
        holder.covered_until = day.day


async def release(context: Context, homes: Homes, check: Check) -> None:
    """Two persons of the treasury decide that what is on a dead head's wallet goes to the heir's."""
    heads = homes.of(Event.HEAD_DIES)
    right = 0
    for home in heads:
        heir = home.holder.card_id
        had = await _balance(context, heir)
        body = {"because": "heir", "heir_card_id": heir, "reason": "certificate of heirs", "evidence": "court:2026/9"}
        proposal = await context.treasury.post(f"/v1/wallets/{home.card_before}/release", body)
        await approve(context.treasury_approval, "payment", proposal["proposal_id"])
        left, got = await _balance(context, home.card_before), await _balance(context, heir)
        right += (left, got) == (0, had + home.wallet_before)
    check(
        "wallets of the dead released to the heirs by two persons", len(heads), right, "POST /v1/wallets/{card}/release"
    )


async def still(context: Context, homes: Homes) -> int:
    """How many wallets of those who died alone are as they were."""
    found = [await _wallet(context, home) for home in homes.of(Event.DIES_ALONE)]
    pairs = zip(homes.of(Event.DIES_ALONE), found, strict=True)
    return sum(1 for home, wallet in pairs if wallet["frozen"] and wallet["balance"] == home.wallet_before)


async def _refused(bakery: FleetTerminal, card: str) -> str:
    """The code with which the card of a dead person is refused, once the bakery's service has heard of it."""
    state = f"/v1/entitlements/{card}"
    await until(lambda: bakery.caller.get(state), lambda found: found["card_state"] == "closed", within_s=WAIT_S)
    try:
        await bakery.sell(card, [bread(5)])
    except Refused as refusal:
        return refusal.code
    return "sold"


async def _left(bakery: FleetTerminal, card: str) -> int:
    pots = (await bakery.caller.get(f"/v1/entitlements/{card}"))["pots"]
    return sum(int(pot["remaining"]) for pot in pots if pot["programme"] == "bread")


async def _wallet(context: Context, home: Home) -> dict[str, Any]:
    found: dict[str, Any] = await context.cards.get(f"/v1/wallets/{home.card_before}")
    return found


async def _balance(context: Context, card: str) -> int:
    return int((await eventually(lambda: context.cards.get(f"/v1/wallets/{card}"), within_s=WAIT_S))["balance"])
