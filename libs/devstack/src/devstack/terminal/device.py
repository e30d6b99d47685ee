"""One terminal: enrolment, sales and reversals, work without a network, and the day's close."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import orjson

from devstack.terminal import credential
from devstack.terminal.caller import Caller, Refused, new_key
from devstack.terminal.chain import Line, Sale
from devstack.terminal.keys import DeviceGrant, DeviceKey, from_b64url
from devstack.terminal.mixed import MixedSale, Void, beyond_allowance, final, give_up
from devstack.terminal.store import Identity, Store
from devstack.terminal.wire import NotReached, Wire

MAX_BATCH = 200
Item = dict[str, str | int]
MIXED = "mixed"


class Offline(RuntimeError):
    """What was asked needs the network, and the terminal is set to work without it."""


class AlreadySold(RuntimeError):
    """This terminal has served the card today while offline; it cannot know what is left."""


class UnknownOutcome(RuntimeError):
    """The last operation was sent and not answered; it must be settled before the next one."""


def bread(loaves: int) -> Line:
    """The line of a bread sale."""
    return {"programme": "bread", "item": "loaf", "quantity": loaves}


def goods(item: str, quantity: int, programme: str = "goods") -> Line:
    """The line of a goods sale."""
    return {"programme": programme, "item": item, "quantity": quantity}


async def enrol(
    wire: Wire, terminal_id: str, code: str, key: DeviceKey | None = None, *, before: DeviceKey | None = None
) -> tuple[DeviceKey, str]:
    """Register a key made on the device against the one-time code; the key and its id, or `Refused`.

    `before`: the key in use, which signs the one that takes its place.
    """
    own = key or DeviceKey.generate()
    asked = {"code": code, "terminal_id": terminal_id, "public_key": own.public}
    if before is not None:
        asked["replaces"] = before.sign(f"unicard-replacement:{terminal_id}:{own.public}".encode())
    body = orjson.dumps(asked)
    answer = await wire.request("POST", "/v1/enrolments", (("content-type", "application/json"),), body)
    if answer.status >= 400:
        raise Refused(answer, "POST", "/v1/enrolments")
    return own, str(answer.json().get("key_id", ""))


class Terminal:
    """A terminal with its own store; one operation at a time, as at a counter."""

    def __init__(self, store: Store, wire: Wire, *, now: datetime | None = None) -> None:
        self.store = store
        self.identity = store.load()
        self.key = DeviceKey.load(self.identity.secret)
        grant = DeviceGrant(self.key, self.identity.terminal_id, self.identity.key_id)
        self.caller = Caller(wire, grant)
        self.journal = store.journal(self.identity)
        self._now = now

    @classmethod
    async def enrolled(cls, store: Store, wire: Wire, terminal_id: str, code: str) -> Terminal:
        """Make a key, enrol it, and learn from the first token which outlet this is."""
        known = store.load() if store.known() else None
        before = DeviceKey.load(known.secret) if known is not None and known.terminal_id == terminal_id else None
        key, key_id = await enrol(wire, terminal_id, code, before=before)
        store.save(Identity(terminal_id, key.secret(), wire.base_url, key_id))
        terminal = cls(store, wire)
        claims = orjson.loads(from_b64url((await terminal.caller.token()).split(".")[1]))
        terminal.identity.outlet_id = str(claims.get("outlet") or "")
        terminal.identity.governorate = str(claims.get("gov") or "")
        await terminal.refresh_keys()
        return terminal

    def now(self) -> datetime:
        """The terminal's clock, or the training time it was given."""
        return self._now or datetime.now(UTC)

    async def refresh_keys(self) -> None:
        """Fetch the keys that cards' credentials are signed with, for the time without a network."""
        self.identity.credential_keys = credential.key_set(await self.caller.get("/v1/credential-keys"))
        self.store.save(self.identity)

    async def draw(self, card: str, loaves: int) -> dict[str, Any]:
        """Sell bread online; the sale. `Refused` carries the reason in Arabic."""
        return await self.sell(card, [bread(loaves)])

    async def sell(self, card: str, lines: list[Line]) -> dict[str, Any]:
        """A sale online. A retry after a lost answer is the same sale."""
        body = {"card_id": card_id(card), "lines": lines}
        return await self._operate("redemption", "/v1/redemptions", body)

    async def sell_mixed(self, card: str, lines: list[Line], wallet: int | None = None) -> dict[str, Any]:
        """A sale of goods of which the holder's wallet pays what they cost beyond the allowance, or `wallet` piastres.

        Whatever is cut off between the hold and the sale is settled by `settle`; a hold that came to nothing is given
        up, now or when the gateway is reached again.
        """
        self._need_network()
        if wallet is None:
            wallet = await self.wallet_part(card, lines)
        if not wallet:
            return await self.sell(card, lines)
        self._need_settled()
        sale = MixedSale(card_id(card), lines, wallet)
        self._keep_mixed(sale)
        answer = await self.settle()
        if answer is None:
            raise AssertionError("an operation was just begun")
        return answer

    async def wallet_part(self, card: str, lines: list[Line]) -> int:
        """Piastres the wallet has to pay for goods beyond the allowance."""
        left = await self.balance(card)
        return beyond_allowance(lines, await self.caller.get("/v1/catalogue"), left["pots"])

    async def reverse(self, redemption_id: str, reason: str) -> dict[str, Any]:
        """Take back a whole sale of this outlet."""
        return await self._operate("reversal", f"/v1/redemptions/{redemption_id}/reversal", {"reason": reason})

    async def eligibility(self, card: str, service: str | None = None, patient: str | None = None) -> dict[str, Any]:
        """At a clinic: whether the card's holder, or another of the household, is covered, and what services cost."""
        self._need_network()
        wanted = {"card_id": card_id(card), "service": service, "patient_id": patient}
        body = {name: value for name, value in wanted.items() if value is not None}
        answer: dict[str, Any] = await self.caller.post("/v1/eligibility", body)
        return answer

    async def visit(self, card: str, service: str, lines: list[Item], **more: Any) -> dict[str, Any]:
        """At a clinic: enter a visit; the patient's part is taken from the wallet. A retry is the same visit.

        `more`: `patient_id`, `diagnosis`, `emergency`, `referral_id`, `refers_to`, `occurred_at`.
        """
        body = {"card_id": card_id(card), "service": service, "lines": lines, **more}
        return await self._operate("encounter", "/v1/encounters", body)

    async def encounter(self, encounter_id: str) -> dict[str, Any]:
        """A visit of this provider: what became of the co-payment, and what it was about."""
        self._need_network()
        answer: dict[str, Any] = await self.caller.get(f"/v1/encounters/{encounter_id}")
        return answer

    async def collect(self, encounter_id: str) -> dict[str, Any]:
        """Have a co-payment taken once more that the wallet did not cover."""
        return await self._operate("collection", f"/v1/encounters/{encounter_id}/collection", {})

    async def _operate(self, kind: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self._need_network()
        self._need_settled()
        self.store.begin({"kind": kind, "path": path, "body": body, "key": new_key()})
        answer = await self.settle()
        if answer is None:
            raise AssertionError("an operation was just begun")
        return answer

    async def settle(self) -> dict[str, Any] | None:
        """Send the operation under way (again); None when there is none. `NotReached` leaves it under way."""
        operation = self.store.unfinished()
        if operation is None:
            await self.give_up_holds()
            return None
        if operation["kind"] == MIXED:
            sale = MixedSale(**operation["sale"])
            if sale.payment_id not in {void["payment_id"] for void in self.store.voids()}:
                return await self._settle_mixed(sale)
            # It was refused, and the power went before it was forgotten: a hold to be given up buys nothing more.
            self.store.end()
            await self.give_up_holds()
            return None
        try:
            answer: dict[str, Any] = await self.caller.post(operation["path"], operation["body"], key=operation["key"])
        except Refused as refusal:
            if not final(refusal):
                raise NotReached(f"no last word: {refusal.status} {refusal.code}") from refusal
            self.store.end()
            raise
        self.store.record({"kind": operation["kind"], "answer": answer})
        self.store.end()
        return answer

    async def _settle_mixed(self, sale: MixedSale) -> dict[str, Any]:
        try:
            answer = await sale.sell(self.caller, self._keep_mixed)
        except Refused:
            if sale.payment_id:
                # On the disk before the sale is forgotten: the hold is in one of the two files until it is given up.
                self.store.save_voids([*self.store.voids(), asdict(Void(sale.payment_id))])
            self.store.end()
            with suppress(NotReached):
                await self.give_up_holds()
            raise
        self.store.record({"kind": "redemption", "answer": answer})
        self.store.end()
        with suppress(NotReached):
            await self.give_up_holds()
        return answer

    async def give_up_holds(self) -> int:
        """Give up the holds whose sales were refused; how many. `NotReached` leaves the rest for the next time."""
        waiting = self.store.voids()
        for done, void in enumerate(waiting, start=1):
            await give_up(self.caller, Void(**void))
            self.store.save_voids(waiting[done:])
        return len(waiting)

    def _keep_mixed(self, sale: MixedSale) -> None:
        self.store.begin({"kind": MIXED, "sale": sale.state()})

    async def balance(self, card: str) -> dict[str, Any]:
        """What the card's household has left."""
        self._need_network()
        answer: dict[str, Any] = await self.caller.get(f"/v1/entitlements/{card_id(card)}")
        return answer

    async def close_day(self, day: date) -> dict[str, Any]:
        """Close the outlet's day; its totals."""
        self._need_network()
        if self.journal.pending():
            raise Offline("offline sales have not been uploaded")
        path = f"/v1/outlets/{self.identity.outlet_id}/days/{day.isoformat()}/close"
        answer: dict[str, Any] = await self.caller.post(path)
        return answer

    def go(self, *, offline: bool) -> None:
        """Switch between working with and without the network."""
        self.identity.offline = offline
        self.store.save(self.identity)

    def sell_offline(self, compact: str, lines: list[Line]) -> Sale:
        """Check the credential, sign the sale into the chain; durable when this returns."""
        now = self.now()
        identity = self.identity
        found = credential.verify(compact, identity.credential_keys, now=now, governorate=identity.governorate)
        programmes = {line["programme"] for line in lines}
        for sale in self.journal.pending():
            same_day = datetime.fromisoformat(sale["occurred_at"]).date() == now.astimezone(UTC).date()
            if same_day and sale["card_id"] == found.card_id and programmes & _programmes(sale):
                raise AlreadySold("سبق الصرف لهذا الكارت اليوم من هذه الماكينة أثناء انقطاع الشبكة")
        return self.journal.append(found.card_id, compact, lines, now)

    async def sync(self) -> list[dict[str, Any]]:
        """Upload the pending sales in order; what became of each. Safe to repeat: the server knows them by id."""
        self._need_network()
        results: list[dict[str, Any]] = []
        while pending := self.journal.pending()[:MAX_BATCH]:
            answer = await self.caller.post("/v1/offline-batches", {"sales": pending})
            if answer.get("gap"):
                raise NotReached(f"the server misses sales: {answer['gap']}")
            results.extend(answer["results"])
            self.journal.confirm(pending[-1]["sequence"])
        return results

    def _need_settled(self) -> None:
        if self.store.unfinished() is not None:
            raise UnknownOutcome("settle the last operation first")

    def _need_network(self) -> None:
        if self.identity.offline:
            raise Offline("the terminal is offline")


def _programmes(sale: Sale) -> set[str]:
    return {line["programme"] for line in sale["lines"]}


def card_id(card: str) -> str:
    """The card's id, from itself or from the credential its code carries."""
    if card.count(".") != 2:
        return card
    return str(credential.read(card)[1].get("card", ""))
