"""Flour instead of bread, chosen for the month to come, and a grant for a list of households: entered, and drawn."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Awaitable, Callable
from datetime import date
from urllib.parse import urlencode

from devstack.demo.context import Cardholder, Context
from devstack.demo.families import Event
from devstack.demo.homes import Home, Homes
from devstack.demo.places import PORT_SAID
from devstack.demo.pots import FLOUR, Key, Pot
from devstack.demo.rules import Rules, step, steps_of
from devstack.demo.sink import e164
from devstack.demo.stages.by_hand import bakery_of
from devstack.demo.stages.story import WAIT_S, Story
from devstack.demo.waiting import until
from devstack.people.signed import approve
from devstack.terminal import pin, receipt
from devstack.terminal.answers import SaleAnswer
from devstack.terminal.caller import Refused
from devstack.terminal.device import Terminal, bread, goods
from devstack.terminal.fleet import in_parallel
from devstack.terminal.proof import by_code

LANES = 8
RATION_FLOUR, SUGAR = "ration_flour", "sugar"
SIMULATION_NEEDED = "simulation_needed"
AGREED = "رمز الموافقة"
# The last grant whose rules are known lends them to the demonstration's, which begins with its month.
MODEL, MODEL_DAY = "ramadan_2026", date(2026, 3, 1)
CALLED = {"ar": "منحة التجربة", "en": "Grant of the demonstration"}
POLICIES, LISTS, CHOICES = (
    "POST /v1/policies, …/decision",
    "POST /v1/household-lists/{kind}/{name}",
    "POST /v1/flour-choices",
)
SALE, POTS, CLOSE = "POST /v1/redemptions", "GET /v1/entitlements/{card}", "POST /v1/outlets/{id}/days/{day}/close"


class Choices:
    """The families who have flour in the month, and those on the grant's list."""

    def __init__(self, context: Context, homes: Homes, story: Story, rules: Rules) -> None:
        self.context, self.story, self.rules = context, story, rules
        self.flour, self.listed = homes.of(Event.FLOUR), homes.of(Event.GRANT)
        self.month = context.calendar.month
        self.last = self.month.replace(day=monthrange(self.month.year, self.month.month)[1])
        self.grant = f"pilot_{context.run}"
        self.amount: object = 0  # the grant's, by the members of a household

    @property
    def programme(self) -> str:
        """The grant's."""
        return f"grant_{self.grant}"

    async def enter(self) -> None:
        """On the evening before the month: the rows of the book, the list, and the households' choices."""
        self.context.headline("Flour instead of bread, and a grant, for the month to come")
        rows = [*await self._flour_rows(), *await self._grant_rows()]
        entered = [await self.context.policies.post("/v1/policies", row) for row in rows]
        for made in entered:
            await self._approved(str(made["policy_id"]))
        where = ", ".join(sorted({str(row["key"]) for row in rows}))
        self.context.say(f"Entered by the ministry, approved by another person: {where}.")
        self._check("rows of the book for flour and a grant, by two", len(rows), len(entered), POLICIES)
        await self._list()
        await in_parallel(self.flour, self._choose, lanes=LANES)
        self._check("flour chosen instead of bread", len(self.flour), sum(map(_has_flour, self.flour)), CHOICES)

    async def _flour_rows(self) -> list[dict[str, object]]:
        key, scope = "bread.flour_offered", {"governorate": PORT_SAID}
        held = (await self.context.policies.get("/v1/policies", key=key, on=self.month.isoformat()))["items"]
        offered = any(row["value"] is True for row in held if row["scope"] == scope)  # by an earlier run
        return [] if offered else [self._row(key, scope, True)]

    async def _grant_rows(self) -> list[dict[str, object]]:
        asked = {"key": "grant", "on": MODEL_DAY.isoformat(), "limit": 500}
        model = (await self.context.policies.get("/v1/policies", **asked))["items"]
        rows = []
        for row in model:
            if row["scope"].get("grant") == MODEL and not row["on_record"]:
                value = CALLED if row["key"] == "grant.name" else row["value"]
                rows.append(self._row(row["key"], {**row["scope"], "grant": self.grant}, value))
        self.amount = next(row["value"] for row in rows if row["key"] == "grant.amount")
        return rows

    def _row(self, key: str, scope: dict[str, str], value: object) -> dict[str, object]:
        return {
            "key": key, "scope": scope, "value": value, "effective_from": self.month.isoformat(),
            "effective_to": self.last.isoformat(), "legal_reference": "none, a demonstration", "source": "none",
            "confidence": "chosen", "note": "Of the demonstration, for its month alone.",
        }  # fmt: skip

    async def _approved(self, proposal_id: str) -> None:
        """Approve a row; one of an amount only once it was computed what it changes."""

        async def decided() -> str:
            try:
                await approve(self.context.policies_approver, "supply", proposal_id)
            except Refused as refusal:
                if refusal.code != SIMULATION_NEEDED:
                    raise
                return refusal.code
            return "approved"

        await until(decided, lambda found: found == "approved", within_s=WAIT_S)

    async def _list(self) -> None:
        body = "".join(("ration_card\n", *(f"{home.family.ration_card}\n" for home in self.listed))).encode()
        span = urlencode({"since": self.month.isoformat(), "until": self.last.isoformat()})
        path = f"/v1/household-lists/grant/{self.grant}?{span}"
        sent = (await self.context.policies.call("POST", path, body, content_type="text/csv")).json()
        await approve(self.context.policies_approver, "supply", sent["proposal_id"])
        self._check("households on the grant's list, sent by one, approved by another", len(self.listed),
                    sent["taken"], LISTS)  # fmt: skip

    async def _choose(self, home: Home) -> None:
        body = {
            "card_id": home.holder.card_id, "month": f"{self.month:%Y-%m}",
            "reference": f"request {home.family.household.ref}",
        }  # fmt: skip

        async def chosen() -> str:
            try:
                await self.context.office.clerk.post("/v1/flour-choices", body)
            except Refused as refusal:
                if refusal.code != "flour_not_offered":  # the row is on its way to every process
                    raise
                return refusal.code
            return "chosen"

        if await until(chosen, lambda found: found == "chosen", within_s=WAIT_S) == "chosen":
            home.holder.flour.add(self.month)
            home.holder.apart = True

    async def draw(self) -> None:
        """On the first day: the month's flour at a depot, and goods of the grant at a grocer's."""
        await self._draw_flour(await self.story.open("depot", 1))
        await self._draw_grant(await self.story.open("grocer", 3))

    async def _draw_flour(self, depot: Terminal) -> None:
        price = (await _prices(depot, RATION_FLOUR))[FLOUR]
        sales: list[SaleAnswer] = []

        async def sell(home: Home) -> None:
            holder = home.holder
            kilograms = self.rules.flour_kilograms * holder.members
            mark = await self.context.sink.last_id()
            mobile = e164(home.members[0].mobile)

            async def read() -> str:
                return pin.code_in((await self.context.sink.wait_for(mobile, mark, AGREED, WAIT_S))["text"])

            proof = await by_code(depot.caller, holder.card_id, read)(kilograms * price)
            lines = [goods(RATION_FLOUR, kilograms, FLOUR)]
            body = {"card_id": holder.card_id, "lines": lines, "holder_proof": proof}
            sales.append(await depot.caller.post("/v1/redemptions", body))
            holder.kilograms += kilograms

        await in_parallel(self.flour, sell, lanes=LANES)
        first = self.flour[0].holder
        due = self.rules.flour_kilograms * first.members
        self.context.say(
            f"A family of {first.members} has chosen flour. Its head agrees by the code of an SMS, and pays in cash:",
            receipt.sale(sales[0]),
        )
        self._check(f"flour of a family of {first.members}, kilograms", due, sales[0]["lines"][0]["quantity"], SALE)
        self._check("cash for it, piastres", due * price, sales[0]["cash_due"], SALE)
        answer = await bakery_of(self.context, first).caller.get(f"/v1/entitlements/{first.card_id}")
        loaves = sum(pot["granted"] for pot in answer["pots"] if pot["programme"] == "bread")
        self._check("its loaves in that month", 0, loaves, POTS)
        bakery = bakery_of(self.context, first)
        refused = await _refused(lambda: bakery.sell(first.card_id, [bread(first.members)]))
        self._check("bread to that family", "flour_chosen", refused, SALE)
        day = await depot.close_day(self.month)
        drawn = sum(home.holder.kilograms for home in self.flour)
        self._check("kilograms of flour in the depot's day", drawn, day["flour"], CLOSE)
        settled = (await depot.caller.get("/v1/settlements", day=self.month.isoformat()))["items"]
        self._check("what the depot is paid, for which there is no rate yet", "waiting", settled[0]["state"],
                    "GET /v1/settlements")  # fmt: skip

    async def _draw_grant(self, grocer: Terminal) -> None:
        price = (await _prices(grocer, SUGAR))[self.programme]
        grants = (await grocer.caller.get("/v1/catalogue"))["grants"]
        most = int(next(one["limits"][SUGAR] for one in grants if one["programme"] == self.programme))
        sales: list[SaleAnswer] = []

        async def sell(home: Home) -> None:
            sales.append(await self._buy(grocer, home.holder, most))
            granted = step(steps_of(self.amount), home.holder.members)
            home.holder.grants[Key(self.month, self.programme)] = Pot(granted, granted - most * price)

        await in_parallel(self.listed, sell, lanes=LANES)
        one = self.listed[0].holder
        paid = sales[0]["lines"][0]["amount"]
        self.context.say("A family on the list of a grant buys what it sells, beside its allowance:",
                         receipt.sale(sales[0]))  # fmt: skip
        self._check("sugar paid by the grant, piastres", most * price, paid, SALE)
        again = await _refused(lambda: self._buy(grocer, one, 1))
        self._check("more sugar than the grant gives", "item_limit_exceeded", again, SALE)
        other = await _refused(lambda: self._buy(grocer, self.flour[0].holder, 1))
        self._check("a family that is not on its list", "not_eligible", other, SALE)
        day = await grocer.close_day(self.month)
        self._check("paid by the grant in the grocer's day, piastres", len(self.listed) * most * price,
                    day["grants_amount"], CLOSE)  # fmt: skip

    async def _buy(self, grocer: Terminal, holder: Cardholder, quantity: int) -> SaleAnswer:
        body = {"card_id": holder.card_id, "lines": [goods(SUGAR, quantity, self.programme)]}
        sold: SaleAnswer = await grocer.caller.post("/v1/redemptions", body)
        return sold

    def _check(self, what: str, expected: object, found: object, where: str) -> None:
        self.context.report.check(what, expected, found, where)


def _has_flour(home: Home) -> bool:
    return bool(home.holder.flour)


async def _prices(terminal: Terminal, item: str) -> dict[str, int]:
    """What an item costs by each programme at that terminal's outlet."""
    items = (await terminal.caller.get("/v1/catalogue"))["items"]
    return dict(next(one["prices"] for one in items if one["item"] == item))


async def _refused(sale: Callable[[], Awaitable[object]]) -> str:
    """The code with which a sale is refused."""
    try:
        await sale()
    except Refused as refusal:
        return refusal.code
    return "sold"
