"""Households of one governorate whose months pass: registered, given cards, changed by requests, drawing their rations.

Stories are plain coroutines, all lived at once. One that waits for a day (`Town.on`) goes on when business time has
come to it, and time moves once every story waits.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any, TypeVar

from chassis.clock import CAIRO
from contracts.clients import ROLES
from devstack.demo.sink import Sink
from devstack.national_numbers import compose
from devstack.people.cast import Part, cast
from devstack.people.clients import ClientOffice
from devstack.people.signed import PersonCaller
from devstack.people.store import Store
from devstack.terminal import pin
from devstack.terminal.caller import Caller, ClientSecret, Refused, eventually
from devstack.terminal.fleet import commission
from devstack.terminal.provision import register_clinic_terminal, register_terminal
from devstack.terminal.wire import Wire

from .conftest import System, set_clock

T = TypeVar("T")
SUEZ, AL_ARBAEEN, ATAQA, FAISAL, AL_GANAYEN = "04", "04.02", "04.03", "04.04", "04.05"
PIN = "8305"  # of every card
# Serials of national numbers that no run of the demonstration takes before its fiftieth: so many women born on a day.
_FIRST_SERIAL, _A_DAY = 9800, 100
_PEOPLE = count(_A_DAY * random.randrange(200))
WITHIN_S = 30.0
STUCK_AFTER_S = 120.0  # no story ends, or waits for a day: one of them waits for what will not come
_PIN_CODE = "تعيين الرقم السري"
CLIENTS = ("registry", "cards", "outlets", "health-authority")
SUPPLY, HEALTH, BOTH = ("supply",), ("health",), ("health", "supply")


@dataclass
class Home:
    """A household; `people` as they were registered, the head first, `members` the ids given back."""

    people: list[dict[str, Any]]
    services: tuple[str, ...] = SUPPLY
    cohort: tuple[str, ...] = ()  # all that its phase may give, where that is more
    legal_basis: str | None = None
    ration_card: str | None = None
    before_the_card: Callable[[Home], Awaitable[None]] | None = None
    household_id: str = ""
    members: list[str] = field(default_factory=list)
    card: str = ""
    holder: int = 0  # whose card it is, among the people


class Town:
    """Everybody whom stories meet: the ministry's systems, those who decide, counters, shops and clinics."""

    def __init__(self, system: System, district: str = AL_ARBAEEN) -> None:
        """`district`: its own of several towns of a system, whose cards else lie at each other's offices."""
        self.district = district
        self.system, self.store = system, Store(system.folder)
        self.wire, self.sink = Wire(system.edge, limit=16), Sink(system.sink)
        self.today = date.min
        self._name = uuid.uuid4().hex[:8]
        self._first_phase = random.randrange(1, 900_000)
        self._serial, self._mobiles = random.randrange(10**7), random.randrange(9 * 10**7)
        self._waiting: list[tuple[date, asyncio.Future[None]]] = []
        self._wanted: list[tuple[Home, asyncio.Future[None]]] = []
        self._changed, self._commissioning = asyncio.Event(), asyncio.Lock()
        self._phases: dict[tuple[str, ...], str] = {}
        self._terminals: dict[str, Caller] = {}

    async def open(self) -> None:
        """Make those who are missing: deciders of the governorate, a pick-up site and its counter."""
        await asyncio.to_thread(self.system.people)
        names = [f"{SUEZ}.approver.{one}" for one in ("one", "two")]
        await cast(self.store, self.system.edge, [Part(name, "registry-approver", "ministry", SUEZ) for name in names])
        people = self.store.all()
        self.approver, self.judges = (
            PersonCaller(self.wire, self.system.edge, self.store, people[name]) for name in names
        )
        self.clients = {name: Caller(self.wire, self.system.secret(name)) for name in CLIENTS}
        site = {
            "name_ar": f"مكتب السويس {self._name}", "name_en": f"Suez {self._name}", "kind": "post_office",
            "governorate": SUEZ, "district": self.district, "address_ar": "السويس", "hourly_capacity": 1000,
            "opens": "08:00", "closes": "20:00", "working_days": [1, 2, 3, 4, 5, 6, 7],
        }  # fmt: skip
        made = await self.clients["cards"].post("/v1/pickup-sites", site)
        role = ROLES["counter"]
        counter = {
            "client_id": f"counter-{self._name}", "name": "Counter of the town", "scopes": list(role.scopes),
            "owner": role.owner, "purpose": role.purpose, "governorate": SUEZ, "site_id": made["site_id"],
        }  # fmt: skip
        client = await ClientOffice(self.wire, self.system.edge, self.store).make(counter)
        self.counter = Caller(self.wire, ClientSecret(str(counter["client_id"]), client["client_secret"]))

    # days

    async def on(self, day: str) -> None:
        """Go on once business time has come to a day."""
        then = date.fromisoformat(day)
        if then > self.today:
            await self._wait(self._waiting, then)

    async def live(self, stories: Mapping[str, Coroutine[Any, Any, T]]) -> dict[str, T | BaseException]:
        """Live all stories; what each came to, or what ended it."""
        tasks = {name: asyncio.ensure_future(story) for name, story in stories.items()}
        for task in tasks.values():
            task.add_done_callback(lambda _: self._changed.set())
        while under_way := sum(not task.done() for task in tasks.values()):
            if len(self._waiting) + len(self._wanted) < under_way:
                self._changed.clear()
                await asyncio.wait_for(self._changed.wait(), STUCK_AFTER_S)
            elif self._wanted:
                await self._settle_in()
            else:
                self.today = min(day for day, _ in self._waiting)
                at = datetime.combine(self.today, time(8), CAIRO)
                await asyncio.to_thread(set_clock, self.system, at.isoformat())
                due = [one for one in self._waiting if one[0] <= self.today]
                self._waiting = [one for one in self._waiting if one[0] > self.today]
                for _, future in due:
                    future.set_result(None)
        return dict(zip(tasks, await asyncio.gather(*tasks.values(), return_exceptions=True), strict=True))

    async def _wait(self, queue: list[tuple[Any, asyncio.Future[None]]], for_what: Any) -> None:
        future = asyncio.get_running_loop().create_future()
        queue.append((for_what, future))
        self._changed.set()
        await future

    # households and cards

    def person(self, role: str, age: int = 40, **changed: Any) -> dict[str, Any]:
        """Somebody nobody has registered yet, so old today."""
        place = next(_PEOPLE)
        born = max(self.today, date(2026, 11, 1)) - timedelta(days=age * 365 + age // 4 + 30 + place // _A_DAY)
        number = compose(born, SUEZ, _FIRST_SERIAL + 2 * (place % _A_DAY))
        mobile = f"+2012{self._mobiles + place:08d}"
        return {"role": role, "national_id": number, "full_name": "منى أحمد علي", "mobile": mobile} | changed

    def child(self, age: int) -> dict[str, Any]:
        """Somebody of that age, as requests name a person."""
        return {name: value for name, value in self.person("child", age).items() if name != "role"}

    def grown_up(self) -> dict[str, Any]:
        """Somebody of age, whom no rule of newborns keeps from joining a household."""
        return {name: value for name, value in self.person("other").items() if name != "role"}

    def serial(self) -> int:
        """A number that nothing else has here."""
        self._serial += 1
        return self._serial

    def home(self, members: int, ages: Sequence[int] = (), **changed: Any) -> Home:
        """A household to be: a head, a spouse, and others as children."""
        roles = ["head", "spouse", *["child"] * members][:members]
        old = dict(enumerate(ages))
        people = [self.person(role, old.get(n, 10 if role == "child" else 40)) for n, role in enumerate(roles)]
        return Home(people, **changed)

    async def settle(self, home: Home) -> Home:
        """Register a household where it is not, hand a card to its holder, and activate it for its services."""
        await self._wait(self._wanted, home)
        return home

    async def _settle_in(self) -> None:
        wanted, self._wanted = self._wanted, []
        for kind in sorted({(home.services, home.cohort or home.services) for home, _ in wanted}):
            due = [(home, future) for home, future in wanted if (home.services, home.cohort or home.services) == kind]
            outcomes = await asyncio.gather(*(self._register(home) for home, _ in due), return_exceptions=True)
            ended = {id(home): one for (home, _), one in zip(due, outcomes, strict=True) if one is not None}
            registered = [home for home, _ in due if id(home) not in ended]
            (outcome,) = await asyncio.gather(self._activate(*kind, registered), return_exceptions=True)
            if outcome is not None:
                ended |= dict.fromkeys(map(id, registered), outcome)
            for home, future in due:
                if (why := ended.get(id(home))) is not None:
                    future.set_exception(why)
                else:
                    future.set_result(None)

    async def _register(self, home: Home) -> None:
        if home.household_id:
            return
        body = {
            "governorate": SUEZ, "district": self.district, "address": "", "members": home.people,
            "ration_card": home.ration_card, "legal_basis": home.legal_basis,
        }  # fmt: skip
        made = await self.clients["registry"].post("/v1/households", body)
        home.household_id, home.members = made["household_id"], [one["citizen_id"] for one in made["members"]]
        if home.before_the_card is not None:
            await home.before_the_card(home)

    async def _activate(self, services: tuple[str, ...], cohort: tuple[str, ...], homes: Sequence[Home]) -> None:
        cards, phase = self.clients["cards"], await self.phase(cohort)
        plan = {"week_start": (self.today + timedelta(days=1)).isoformat(), "limit": 1000, "holders": "heads"}
        planned = await self.job("/v1/pickup-plans", await cards.post(f"/v1/rollout-phases/{phase}/pickup-plans", plan))
        assert not planned["unplaced"], planned
        await asyncio.gather(*(self._hand_over(home) for home in homes))
        await self.activate(phase, services)
        await asyncio.gather(*(self._known(home) for home in homes))

    async def _known(self, home: Home) -> None:
        """Wait until those who serve the card have heard of it."""
        supply = "supply" in home.services

        async def ask() -> Any:
            return await self.clients["cards"].get(f"/v1/{'entitlements' if supply else 'coverage'}/{home.card}")

        await eventually(ask, within_s=WITHIN_S)
        if supply:
            await self.sees(ask, lambda found: bool(found["card_state"] == "active"))

    async def phase(self, services: tuple[str, ...]) -> str:
        """The phase of a cohort that gets these services."""
        if services not in self._phases:
            number = self._first_phase + len(self._phases)
            body = {"name": f"Town {number}", "governorate": SUEZ, "sequence": number, "services": list(services)}
            made = await self.clients["cards"].post("/v1/rollout-phases", body)
            self._phases[services] = made["phase_id"]
        return self._phases[services]

    async def activate(self, phase: str, services: Sequence[str]) -> Any:
        """Activate the cards of a phase for some of its services; the job once it has ended."""
        body = {"holders": "heads", "services": list(services)}
        ordered = await self.clients["cards"].post(f"/v1/rollout-phases/{phase}/activations", body)
        return await self.job("/v1/activations", ordered)

    async def job(self, path: str, ordered: Any) -> Any:
        """A job once it is done."""

        async def state() -> Any:
            return await self.clients["cards"].get(f"{path}/{ordered['id']}")

        done = await self.sees(state, lambda found: found["status"] in {"done", "failed"})
        assert done["status"] == "done", done
        return done

    async def _hand_over(self, home: Home) -> None:
        holder = {"national_id": home.people[home.holder]["national_id"]}
        found = (await self.counter.post("/v1/cards/search", holder))["items"]
        home.card = next(card["card_id"] for card in found if card["state"] == "in_stock")
        await self.counter.post(f"/v1/cards/{home.card}/handover", holder)
        await self._set_pin(home)

    async def _set_pin(self, home: Home) -> None:
        """The holder types a PIN at the counter, and the code from the mobile."""
        public, device = await self.counter.get("/v1/pin-key"), await self.counter.subject()
        mark = await self.sink.last_id()
        await self.counter.post(f"/v1/cards/{home.card}/pin-codes")
        told = await self.sink.wait_for(home.people[home.holder]["mobile"], mark, _PIN_CODE, WITHIN_S)
        sealed = pin.seal(PIN, home.card, public, device=device, purpose="set")
        await self.counter.put(f"/v1/cards/{home.card}/pin", {"pin_jwe": sealed, "code": pin.code_in(told["text"])})

    # requests

    async def enter(self, home: Home, kind: str, **details: Any) -> Any:
        """A change request as the register's system enters it, of a fact of today."""
        change = {"kind": kind, "household_id": home.household_id, "fact_on": self.today.isoformat()} | details
        body = {"change": change, "archive_references": ["archive/2026/1"]}
        return await self.clients["registry"].post("/v1/change-requests", body)

    async def request(self, home: Home, kind: str, **details: Any) -> Any:
        """A change request entered, and approved by a person where one has to."""
        made = await self.enter(home, kind, **details)
        return await self.approve(made) if made["state"] == "waiting" else made

    async def approve(self, made: Any) -> Any:
        """What an approver says of a request that waits."""
        path = f"/v1/change-requests/{made['request_id']}"
        seen = await self.approver.get(path)
        return await self.approver.post(f"{path}/decision", {"decision": "approve", "digest": seen["digest"]})

    async def excluded(
        self, home: Home, who: Sequence[int], programmes: Sequence[str], ground: str, **said: Any
    ) -> Any:
        """An exclusion, announced; it takes effect by itself when its day has come."""
        ids = [home.members[number] for number in who]
        whom = {"citizen_ids": ids, "programmes": list(programmes), "ground": ground}
        announced = await self.request(home, "exclusion", **whom, **said)
        assert announced["state"] == "announced", announced
        return announced

    async def appeal(self, made: Any) -> Any:
        """The citizen's appeal against what was decided on a request."""
        path = f"/v1/change-requests/{made['request_id']}/appeal"
        return await self.clients["registry"].post(path, {"grounds": "البيانات غير صحيحة"})

    async def judge(self, made: Any, *, granted: bool) -> Any:
        """An appeal decided, by somebody else than who decided first."""
        path = f"/v1/change-requests/{made['request_id']}"
        seen = await self.judges.get(path)
        decision: dict[str, Any] = {"decision": "grant" if granted else "refuse", "digest": seen["appeal_digest"]}
        if not granted:
            decision["reason_code"] = "not_entitled"
        return await self.judges.post(f"{path}/appeal/decision", decision)

    async def sizes(self, home: Home, month: str) -> tuple[int, int, int]:
        """Who counts for goods, bread and health in a month, as the register computes it."""
        found = await self.clients["registry"].get(f"/v1/households/{home.household_id}/months/{month}")
        return found["goods"], found["bread"], found["health"]

    # shops and clinics

    async def shop(self, kind: str) -> Caller:
        """The terminal of the town's only outlet or provider of care of a kind."""
        async with self._commissioning:
            if kind not in self._terminals:
                self._terminals[kind] = await self._commission(kind)
        return self._terminals[kind]

    async def _commission(self, kind: str) -> Caller:
        _, caller = await commission(self.wire, *await self.registered(kind))
        return caller

    async def registered(self, kind: str) -> tuple[str, str]:
        """A terminal of a new outlet or provider of care of a kind: its id, and the code to enrol it with."""
        place = {
            "governorate": SUEZ,
            "district": self.district,
            "name_ar": f"منفذ {self._name}",
            "name_en": f"{kind} {self._name}",
        }
        if kind in {"bakery", "grocer"}:
            fuel = {"fuel": "diesel", "loaf_type": "soft"} if kind == "bakery" else {}
            outlets = self.clients["outlets"]
            made = await outlets.post("/v1/outlets", {"kind": kind, **place, **fuel})
            return await register_terminal(outlets, made["outlet_id"], f"{self._name}-{kind}")
        authority = self.clients["health-authority"]
        made = await authority.post("/v1/providers", {"kind": kind, **place})
        return await register_clinic_terminal(authority, made["provider_id"], f"{self._name}-{kind}")

    async def ration_card_drew(self, number: str, month: str, pounds: int) -> None:
        """Send the month's file of legacy draws, of one ration card."""
        file = f"ration_card,goods\n{number},{pounds * 100}\n".encode()
        path, outlets = f"/v1/legacy-draws/{month}", self.clients["outlets"]
        sent = (await outlets.call("POST", path, file, content_type="text/csv")).json()
        assert sent["rejected"] == 0, sent

    async def draw(self, home: Home, loaves: int) -> Any:
        """A sale of bread."""
        return await self.sell(home, "bakery", {"programme": "bread", "item": "loaf", "quantity": loaves})

    async def sell(self, home: Home, kind: str, *lines: Mapping[str, Any]) -> Any:
        """A sale, as the terminal of an outlet makes it once every process there knows of the terminal."""
        shop, body = await self.shop(kind), {"card_id": home.card, "lines": list(lines)}
        return await eventually(lambda: shop.post("/v1/redemptions", body), within_s=WITHIN_S)

    async def pots(self, home: Home) -> dict[str, tuple[int, int]]:
        """What the present month's pots were granted and have left, by programme, in loaves and piastres."""
        found = await self.clients["cards"].get(f"/v1/entitlements/{home.card}")
        month = self.today.replace(day=1).isoformat()
        return {pot["programme"]: (pot["granted"], pot["remaining"]) for pot in found["pots"] if pot["period"] == month}

    async def sees(self, ask: Callable[[], Awaitable[T]], holds: Callable[[T], bool]) -> T:
        """Ask until the answer is as wanted, or for a while; the last answer."""
        deadline = asyncio.get_running_loop().time() + WITHIN_S
        while not holds(found := await ask()) and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        return found


async def refused(call: Awaitable[Any]) -> str:
    """The code of a refusal, or what was answered instead."""
    try:
        return f"done: {await call}"
    except Refused as refusal:
        return refusal.code


@asynccontextmanager
async def opened(system: System, district: str = AL_ARBAEEN) -> AsyncIterator[Town]:
    """A town that stands ready; its connections end with it."""
    town = Town(system, district)
    await town.open()
    try:
        yield town
    finally:
        await town.wire.aclose()
        await town.sink.wire.aclose()


def lived(
    system: System, stories: Callable[[Town], Mapping[str, Coroutine[Any, Any, Any]]], district: str = AL_ARBAEEN
) -> Iterator[dict[str, Any]]:
    """For a fixture: what every story of a town came to, or what ended it; time is the present again afterwards."""

    async def live() -> dict[str, Any]:
        async with opened(system, district) as town:
            return await town.live(stories(town))

    try:
        yield asyncio.run(live())
    finally:
        set_clock(system, None)


def outcome(outcomes: Mapping[str, Any], name: str) -> Any:
    """What a story came to. Raises what ended it."""
    found = outcomes[name]
    if isinstance(found, BaseException):
        raise found
    return found
