"""One citizen followed closely, a widow with two children: from the register to the loaf and to a lost card.

Her pension comes in `payday`; the second day of the month is in `groceries`, `clinic` and `second_day`.
"""

from __future__ import annotations

import time
from datetime import date
from typing import Any

from devstack.demo.context import Cardholder, Context, Desk
from devstack.demo.people import Household, Person
from devstack.demo.register_file import single_household
from devstack.demo.sink import Invitation, e164
from devstack.demo.stages import handover
from devstack.demo.stages.register import finished, upload
from devstack.demo.stages.totals import used
from devstack.demo.waiting import until
from devstack.terminal import pin, receipt
from devstack.terminal.answers import Balance
from devstack.terminal.caller import Caller, Refused, eventually
from devstack.terminal.device import Terminal, goods
from devstack.terminal.provision import NAMES_AR, identifier, register_terminal
from devstack.terminal.store import Store

DISTRICT = "03.02"
PIN = "8305"
_PIN_CODE = "تعيين الرقم السري"
BLOCKED_WITHIN_S = 1.0
WAIT_S = 120.0


class Story:
    """The first nine steps, and what the later ones go on from; each stage of the pilot calls what belongs to it."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.household = _widow(context)
        self.holder = Cardholder(self.household)
        self.head: Person = self.household.head
        self.phone = e164(self.head.mobile)
        self.card_id = ""
        self.day = context.calendar.week_start
        self.desk: Desk
        self.bakery: Terminal
        self.other_bakery: Terminal
        self.grocer: Terminal
        self.left: dict[str, int] = {}
        self.wallet = 0

    def say(self, step: int, text: str, lines: list[str] | None = None) -> None:
        """Tell the reader what happens, and show what the citizen sees."""
        self.context.say(f"[bold cyan]{step}.[/] {text}", lines or ())

    def check(self, step: int, what: str, expected: object, found: object, where: str, **rule: Any) -> None:
        """A line of the report that belongs to a step."""
        self.context.report.check(f"story {step}: {what}", expected, found, where, **rule)

    async def register(self) -> None:
        """1. The ministry imports the household."""
        self.context.headline("One citizen, step by step")
        self.context.followed = self.household
        file = single_household(self.household)
        state = await finished(self.context, await upload(self.context, file), file)
        self.say(1, f"The ministry imports the household of {self.head.full_name}, three persons.")
        self.check(1, "persons registered", file.rows, state["accepted"], "GET /v1/imports/{id}")

    def invited(self, told: dict[str, Invitation]) -> None:
        """2. A pick-up is planned and the message sent."""
        invitation = told.get(self.phone)
        if invitation is None:
            self.check(2, "message with site, date and hour", "a message", "none", "GET {sink}/messages")
            raise LookupError("the citizen of the story was not invited")
        self.day = invitation.at.date()
        self.desk = next(desk for desk in self.context.desks if desk.site.name_ar == invitation.site)
        self.say(2, f"The message: {invitation.site}, {invitation.at:%A %d %B, %H:%M}.")
        self.check(
            2, "told to come to a site of the district", DISTRICT, self.desk.site.district, "GET {sink}/messages"
        )

    async def collect(self, day: date) -> None:
        """3. On her day the clerk finds the card, checks the id, hands it over; the citizen sets a PIN."""
        if day != self.day:
            return
        card = await handover.find(self.desk, self.head)
        if card is None:
            raise LookupError("the clerk did not find the card")
        self.card_id = handover.card_id(card)
        refused = await self._wrong_id()
        await handover.give(self.desk, card, self.head)
        self.context.heads_given += 1
        checked = await self._set_pin(self.desk.counter, self.card_id)
        self.say(3, f"{self.desk.site.name_en}: id checked, card handed over, PIN set.")
        self.check(3, "hand-over with another's national id", "refused", refused, "POST /v1/cards/{id}/handover")
        state = await self.desk.counter.get(f"/v1/cards/{self.card_id}")
        self.check(3, "card state after the hand-over", "issued", state["state"], "GET /v1/cards/{id}")
        self.check(3, "PIN", "correct", _result(checked), "POST /v1/cards/{id}/pin-checks")

    async def _set_pin(self, counter: Caller, card_id: str) -> dict[str, Any]:
        """She types a PIN at a counter, and the code from her mobile; what a check of it answers."""
        public, device = await counter.get("/v1/pin-key"), await counter.subject()
        mark = await self.context.sink.last_id()
        await counter.post(f"/v1/cards/{card_id}/pin-codes")
        told = await self.context.sink.wait_for(self.phone, mark, _PIN_CODE, WAIT_S)
        sealed = pin.seal(PIN, card_id, public, device=device, purpose="set")
        await counter.put(f"/v1/cards/{card_id}/pin", {"pin_jwe": sealed, "code": pin.code_in(told["text"])})
        typed = pin.seal(PIN, card_id, public, device=device, purpose="check")
        checked: dict[str, Any] = await counter.post(f"/v1/cards/{card_id}/pin-checks", {"pin_jwe": typed})
        return checked

    async def _wrong_id(self) -> str:
        another = self.household.members[1].national_id
        try:
            await self.desk.counter.post(f"/v1/cards/{self.card_id}/handover", {"national_id": another})
        except Refused:
            return "refused"
        return "handed over"

    async def activated(self) -> None:
        """4. The phase activated the cohort; supply is enabled."""
        state = await self.context.cards.get(f"/v1/cards/{self.card_id}")
        self.say(4, "The phase activates the cohort: for supply first, and for payment in a second stage.")
        self.check(4, "card state", "active", state["state"], "GET /v1/cards/{id}")
        self.check(
            4, "services on the card", "payment, supply", ", ".join(sorted(state["services"])), "GET /v1/cards/{id}"
        )

    async def first_day(self) -> None:
        """Steps 5 to 9, on the first day of the month."""
        self.bakery = await self.open("bakery", 1)
        self.other_bakery = await self.open("bakery", 2)
        self.grocer = await self.open("grocer", 1)
        await self._draw()
        await self._shop()
        await self._ask()
        await self._lose()
        await self._replace()
        await self._close()

    async def open(self, kind: str, number: int) -> Terminal:
        """Register an outlet of that kind and enrol a terminal in it."""
        context = self.context
        name = f"story-{context.run}-{kind}-{number}"
        body: dict[str, Any] = {
            "kind": kind, "governorate": "03", "district": DISTRICT,
            "name_ar": f"{NAMES_AR[kind]} الحكاية {number}", "name_en": f"Story {kind} {number} ({context.label})",
        }  # fmt: skip
        if kind == "bakery":
            body |= {"fuel": "diesel", "loaf_type": "soft"}
        outlet = await context.outlets.post("/v1/outlets", body)
        known = await register_terminal(context.outlets, str(identifier(outlet, "outlet_id")), name)
        return await self.enrolled(name, *known)

    async def enrolled(self, name: str, terminal_id: str, code: str) -> Terminal:
        """A terminal that has made its own key and enrolled with the one-time code."""
        store = Store(self.context.options.folder / "terminals" / name)
        return await Terminal.enrolled(store, self.context.wire, terminal_id, code)

    async def _draw(self) -> None:
        """5. Fifteen loaves; a second sale of the same day is refused in Arabic."""
        before = await eventually(lambda: self.bakery.balance(self.card_id), within_s=WAIT_S)
        granted = pot(before, "bread", self.period)
        answer = await self.bakery.draw(self.card_id, 15)
        self.holder.loaves += 15
        self.left = {entry["programme"]: entry["remaining"] for entry in answer["remaining"]}
        self.say(5, "A bakery's terminal, enrolled with its own key, sells 15 loaves.", receipt.sale(answer))
        where = "POST /v1/redemptions"
        self.check(5, "loaves left after 15", granted - 15, self.left.get("bread", -1), where)
        code, reason = await refusal_of(self.bakery, self.card_id, 15)
        self.say(5, f"The same day again: [red]{reason}[/]")
        self.check(5, "second sale of the same day", "day_already_drawn", code, where)
        arabic = any("\u0600" <= letter <= "\u06ff" for letter in reason)
        self.check(5, "reason in Arabic", "yes", "yes" if arabic else "no", where)

    async def _shop(self) -> None:
        """6. Oil and sugar from the month's allowance, and the reversal of the sale."""
        before = pot(await self.grocer.balance(self.card_id), "goods", self.period)
        sale = await self.grocer.sell(self.card_id, [goods("oil", 1), goods("sugar", 2)])
        spent = sum(line["amount"] for line in sale["lines"])
        after = pot(await self.grocer.balance(self.card_id), "goods", self.period)
        self.say(6, "The grocer's terminal sells oil and sugar.", receipt.sale(sale))
        where = "POST /v1/redemptions"
        self.check(6, "allowance after oil and sugar, piastres", before - spent, after, where)
        taken_back = await self.grocer.reverse(sale["redemption_id"], "customer_changed_mind")
        again = pot(await self.grocer.balance(self.card_id), "goods", self.period)
        self.say(6, "And takes the sale back.", receipt.reversal(taken_back))
        self.check(6, "allowance after the reversal, piastres", before, again, "POST /v1/redemptions/{id}/reversal")

    async def _ask(self) -> None:
        """7. «رصيد» by SMS."""
        mark = await self.context.sink.last_id()
        await self.context.sink.say(self.phone, "رصيد")
        message = await self.context.sink.wait_for(self.phone, mark, "المتبقي", WAIT_S)
        self.say(7, "The citizen texts «رصيد» and reads:", [message["text"]])
        left = str(self.left.get("bread", -1))
        told = left if left in message["text"] else message["text"]
        self.check(7, "loaves left, in the answer", left, told, "GET {sink}/messages")

    async def _lose(self) -> None:
        """8. The card is reported lost: the next sale anywhere is refused within a second."""
        self.left = await self.pots(self.card_id)
        await self.context.cards.post(f"/v1/cards/{self.card_id}/block", {"reason": "lost"})
        began = time.perf_counter()
        code = ""
        while code != "card_blocked" and time.perf_counter() - began < 30:
            code, reason = await refusal_of(self.other_bakery, self.card_id, 15)
        seconds = time.perf_counter() - began
        self.say(8, f"The card is reported lost; {seconds * 1000:.0f} ms later another bakery hears: [red]{reason}[/]")
        where = "POST /v1/cards/{id}/block, POST /v1/redemptions"
        self.check(8, "sale to the lost card", "card_blocked", code, where)
        self.context.report.at_most("story 8: from report to refusal", BLOCKED_WITHIN_S, seconds, "s", where)

    async def _replace(self) -> None:
        """The replacement is handed over at another site and keeps the month's remainder."""
        other = next(desk for desk in self.context.desks if desk.site.district != self.desk.site.district)
        new_id = await self.new_card(other)
        left = await eventually(lambda: self.pots(new_id), within_s=WAIT_S)
        old, _ = await refusal_of(self.bakery, self.card_id, 15)
        self.say(8, f"The replacement is handed over at {other.site.name_en}; it keeps the month's remainder.")
        where = "GET /v1/entitlements/{card}"
        self.check(8, "pots of the new card", words(self.left), words(left), where)
        self.check(8, "the old card stays refused", {"card_blocked", "card_closed"}, old, where,
                    by=lambda codes, code: code in codes, shown="refused")  # fmt: skip
        self.card_id = new_id

    async def new_card(self, desk: Desk) -> str:
        """Have the lost card replaced and the new one handed over at a site; the new card."""
        body = {"reason": "lost", "site_id": desk.site_id}
        made = await self.context.cards.post(f"/v1/cards/{self.card_id}/replacement", body)
        card = await handover.find(desk, self.head)
        if card is None:
            raise LookupError(f"the replacement does not wait at {desk.site.name_en}")
        await handover.give(desk, card, self.head)
        await self._set_pin(desk.counter, handover.card_id(made))
        return handover.card_id(made)

    async def _close(self) -> None:
        """9. The bakery closes its day and sees its total; so does the grocer."""
        day = self.context.calendar.month
        totals = await self.bakery.close_day(day)
        self.say(9, f"The bakery closes {day}: {totals['loaves']} loaves, {totals['cash_amount']} piastres in cash.")
        where = "POST /v1/outlets/{id}/days/{day}/close"
        self.check(9, "loaves in the bakery's day", 15, totals["loaves"], where)
        self.check(9, "sales in the bakery's day", 1, totals["redemptions"], where)
        totals = await self.grocer.close_day(day)
        self.check(9, "sales taken back in the grocer's day", 1, totals["reversals"], where)

    @property
    def period(self) -> str:
        """The month, as pots name it."""
        return self.context.calendar.month.isoformat()

    async def pots(self, card: str) -> dict[str, int]:
        """What is left of the month's bread and goods."""
        answer = await self.context.cards.get(f"/v1/entitlements/{card}")
        return {programme: pot(answer, programme, self.period) for programme in ("bread", "goods")}

    async def wallet_of(self, expected: int) -> int:
        """What the wallet has once it is as expected, or after a while: payments hear of sales and cards by events."""

        async def balance() -> int:
            asked = f"/v1/wallets/{self.card_id}"
            return int((await eventually(lambda: self.context.cards.get(asked), within_s=WAIT_S))["balance"])

        return await until(balance, lambda found: found == expected, within_s=WAIT_S)


def _widow(context: Context) -> Household:
    people = context.people
    line = ("عبدالرحمن", "حسن", "البورسعيدي")
    children = ("أحمد", "عبدالرحمن", "الشناوي")
    members = (
        people.person("head", 44, male=False, line=line),
        people.person("child", 15, male=True, line=children),
        people.person("child", 11, male=False, line=children),
    )
    head = members[0]
    while not head.mobile:
        head = people.person("head", 44, male=False, line=line)
    ref = f"S{people.lot:02d}-000001"
    return Household(ref, DISTRICT, "12 شارع الثلاثيني، شقة 3", (head, *members[1:]))


def pot(entitlements: Balance, programme: str, period: str) -> int:
    """What is left in the pot of that month."""
    return granted(entitlements, programme, period) - used(entitlements, programme, period)


def granted(entitlements: Balance, programme: str, period: str) -> int:
    """What the pot of that month was opened with."""
    return sum(
        entry["granted"]
        for entry in entitlements["pots"]
        if entry["programme"] == programme and entry["period"] == period
    )


async def refusal_of(terminal: Terminal, card: str, loaves: int) -> tuple[str, str]:
    """Code and Arabic reason with which a sale is refused; empty when it is not."""
    try:
        await terminal.draw(card, loaves)
    except Refused as refusal:
        return refusal.code, refusal.detail_ar
    return "", ""


def _result(answer: dict[str, Any]) -> str:
    return str(answer.get("result", "correct" if answer.get("correct") else "wrong"))


def words(pots: dict[str, int]) -> str:
    """Both pots in words."""
    return f"bread {pots['bread']} loaves, goods {pots['goods']} piastres"
