"""One terminal: enrolment, sales and reversals, work without a network, and the day's close."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

import orjson

from devstack.documents import Document
from devstack.terminal import configuration, credential, hotlist, late
from devstack.terminal.answers import (
    Balance,
    DayClosed,
    EligibilityAnswer,
    Line,
    OfflineResult,
    OfflineReversal,
    OfflineSale,
    OwnSale,
    ReversalAnswer,
    SaleAnswer,
    VisitAnswer,
)
from devstack.terminal.caller import Caller, Refused, new_key
from devstack.terminal.configuration import Known
from devstack.terminal.credential import CredentialRefused
from devstack.terminal.days import business_day
from devstack.terminal.hotlist import Reading
from devstack.terminal.keys import DeviceGrant, DeviceKey, from_b64url
from devstack.terminal.mixed import MixedSale, Void, beyond_allowance, final, give_up, price_of
from devstack.terminal.past import Past
from devstack.terminal.proof import REQUIRED, Prove, by_bread_code
from devstack.terminal.signed import opened
from devstack.terminal.store import HeldCredential, Identity, Store
from devstack.terminal.wire import NotReached, Wire

MAX_BATCH = 200
NOT_MODIFIED = 304
Item = dict[str, str | int]
MIXED = "mixed"


class Offline(RuntimeError):
    """What was asked needs the network, and the terminal is set to work without it."""


class AlreadySold(RuntimeError):
    """This terminal has served the card today while offline; it cannot know what is left."""


class NotItsSale(RuntimeError):
    """This terminal has made no such sale, or has taken it back."""


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
        if before is None:
            store.forget_documents()
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
        """Fetch what the time without a network needs: keys of cards' credentials, and a shop's price list."""
        self.identity.credential_keys = credential.key_set(await self.caller.get("/v1/credential-keys"))
        self.identity.printed_code_keys = credential.key_set(await self.caller.get("/v1/printed-code-keys"))
        with suppress(Refused):  # a clinic or a post office has neither
            await self._fetch_configuration()
            await self._fetch_hot_list()
        self.store.save(self.identity)

    async def _fetch_configuration(self) -> None:
        held = self.store.configuration()
        answer = await self.caller.call("GET", "/v1/terminal-configuration", known=held.etag)
        if answer.status != NOT_MODIFIED:
            keys = credential.key_set(await self.caller.get("/v1/terminal-configuration-keys"))
            content = opened(answer.json()["configuration"], keys, configuration.KIND)
            held = configuration.read(content, answer.headers.get("etag", ""), self.identity.terminal_id, held)
        lists = {
            version: configuration.prices_of(await self.caller.get("/v1/catalogue", on=day), version)
            for version, day in held.lists.items()
        }
        self.identity.price_lists = lists
        self.store.save_configuration(held)

    async def _fetch_hot_list(self) -> None:
        """Go on from the list that is held; it stays in use until all parts have come, and if one does not fit."""
        keys = credential.key_set(await self.caller.get("/v1/hot-list-keys"))
        reading = Reading(self.store.hot_list(), self.identity.governorate)
        while reading.complete is None:
            reply = await self.caller.get("/v1/hot-list", after=reading.after or None)
            reading.take(opened(reply["part"], keys, hotlist.KIND))
        self.store.save_hot_list(reading.complete)

    async def draw(self, card: str, loaves: int) -> SaleAnswer:
        """Sell bread online; the sale. `Refused` carries the reason in Arabic."""
        return await self.sell(card, [bread(loaves)])

    async def draw_by_code(self, code: str, loaves: int) -> SaleAnswer:
        """Sell the day's bread in the place of a lost card, by the code of its holder. `NotProved` for a wrong one."""
        self._need_settled()
        prices = {item["item"]: item["prices"] for item in (await self.caller.get("/v1/catalogue"))["items"]}
        card, proof = await by_bread_code(self.caller, code, prices["loaf"]["bread"] * loaves)
        lines = [bread(loaves)]
        body = {"card_id": card, "lines": lines, "holder_proof": proof, **self._named(lines)}
        sold: SaleAnswer = await self._operate("redemption", "/v1/redemptions", body)
        return sold

    async def sell(self, card: str, lines: list[Line], prove: Prove | None = None) -> SaleAnswer:
        """A sale online. A retry after a lost answer is the same sale.

        `prove`: asks the holder, where the sale is refused without; `NotProved` where that fails.
        """
        return await self._sold({"card_id": card_id(card), "lines": lines, **self._named(lines)}, prove)

    def notices(self, lines: list[Line]) -> list[Document]:
        """What a receipt of these lines is printed with now."""
        return self.store.configuration().notices(lines, self.now())

    def _named(self, lines: list[Line]) -> dict[str, object]:
        """The member of a sale that says which notices its receipt is printed with."""
        named = [one["notice"] for one in self.notices(lines)]
        return {"notices": named} if named else {}

    async def _sold(self, body: dict[str, object], prove: Prove | None) -> SaleAnswer:
        try:
            sold: SaleAnswer = await self._operate("redemption", "/v1/redemptions", body)
        except Refused as refusal:
            if prove is None or refusal.code != REQUIRED:
                raise
            proof = await prove(int(refusal.problem["amount"]))
            sold = await self._operate("redemption", "/v1/redemptions", {**body, "holder_proof": proof})
        return sold

    async def sell_mixed(
        self, card: str, lines: list[Line], wallet: int | None = None, prove: Prove | None = None
    ) -> SaleAnswer:
        """A sale of goods of which the holder's wallet pays what they cost beyond the allowance, or `wallet` piastres.

        A wallet opens to its holder alone: `prove` asks, before anything is held.

        Whatever is cut off between the hold and the sale is settled by `settle`; a hold that came to nothing is given
        up, now or when the gateway is reached again.
        """
        self._need_network()
        if wallet is None:
            wallet = await self.wallet_part(card, lines)
        if not wallet:
            return await self.sell(card, lines, prove)
        self._need_settled()
        sale = MixedSale(card_id(card), lines, wallet, notices=[one["notice"] for one in self.notices(lines)])
        if prove is not None:
            sale.proof = await prove(max(wallet, price_of(lines, await self.caller.get("/v1/catalogue"))))
        self._keep_mixed(sale)
        sold: SaleAnswer = await self._settled()
        return sold

    async def sell_for_cash(self, card: str, lines: list[Line], prove: Prove | None = None) -> SaleAnswer:
        """A sale of goods of which the holder pays at the counter what they cost beyond the allowance."""
        self._need_network()
        cash = await self.wallet_part(card, lines)
        body: dict[str, object] = {"card_id": card_id(card), "lines": lines, **self._named(lines)}
        return await self._sold({**body, "cash": cash} if cash else body, prove)

    async def wallet_part(self, card: str, lines: list[Line]) -> int:
        """Piastres that goods cost beyond the allowance: the wallet's part, or cash."""
        left = await self.balance(card)
        return beyond_allowance(lines, await self.caller.get("/v1/catalogue"), left["pots"])

    async def reverse(self, redemption_id: str, reason: str, lines: list[int] | None = None) -> ReversalAnswer:
        """Take back a sale of this outlet, or the `lines` at some places of it."""
        path = f"/v1/redemptions/{redemption_id}/reversal"
        body: dict[str, object] = {"reason": reason, "lines": lines} if lines else {"reason": reason}
        reversed_: ReversalAnswer = await self._operate("reversal", path, body)
        return reversed_

    async def eligibility(self, card: str, service: str | None = None, patient: str | None = None) -> EligibilityAnswer:
        """At a clinic: whether the card's holder, or another of the household, is covered, and what services cost."""
        self._need_network()
        wanted = {"card_id": card_id(card), "service": service, "patient_id": patient}
        body = {name: value for name, value in wanted.items() if value is not None}
        answer: EligibilityAnswer = await self.caller.post("/v1/eligibility", body)
        return answer

    async def visit(
        self, card: str, service: str, lines: list[Item], prove: Prove | None = None, **more: object
    ) -> VisitAnswer:
        """At a clinic: enter a visit; the patient's part is taken from the wallet. A retry is the same visit.

        `prove`: asks the card's holder, as every visit needs but an emergency. `more`: `patient_id`, `diagnosis`,
        `emergency`, `referral_id`, `refers_to`, `occurred_at`.
        """
        body = {"card_id": card_id(card), "service": service, "lines": lines, **more}
        if prove is not None and not more.get("emergency"):
            self._need_settled()
            body["holder_proof"] = await prove(sum(int(one["price"]) * int(one.get("quantity", 1)) for one in lines))
        entered: VisitAnswer = await self._operate("encounter", "/v1/encounters", body)
        return entered

    async def encounter(self, encounter_id: str) -> VisitAnswer:
        """A visit of this provider: what became of the co-payment, and what it was about."""
        self._need_network()
        answer: VisitAnswer = await self.caller.get(f"/v1/encounters/{encounter_id}")
        return answer

    async def collect(self, encounter_id: str, prove: Prove | None = None, card: str | None = None) -> VisitAnswer:
        """Have a co-payment taken that the wallet did not cover, or that an emergency left owed.

        `prove`: asks the holder of the card whose wallet pays: the visit's, or another `card` of the household.
        """
        body = {"card_id": card_id(card)} if card else {}
        if prove is not None:
            self._need_settled()
            body["holder_proof"] = await prove((await self.encounter(encounter_id))["copayment"])
        asked: VisitAnswer = await self._operate("collection", f"/v1/encounters/{encounter_id}/collection", body)
        return asked

    async def _operate(self, kind: str, path: str, body: Mapping[str, object]) -> Any:
        self._need_network()
        self._need_settled()
        self.store.begin({"kind": kind, "path": path, "body": body, "key": new_key()})
        return await self._settled()

    async def _settled(self) -> Any:
        answer = await self.settle()
        if answer is None:
            raise AssertionError("an operation was just begun")
        return answer

    async def settle(self) -> Any:
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
            answer: Document = await self.caller.post(operation["path"], operation["body"], key=operation["key"])
        except Refused as refusal:
            if not final(refusal):
                raise NotReached(f"no last word: {refusal.status} {refusal.code}") from refusal
            self.store.end()
            raise
        self.store.record({"kind": operation["kind"], "answer": answer})
        self.store.end()
        return answer

    async def _settle_mixed(self, sale: MixedSale) -> SaleAnswer:
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

    async def balance(self, card: str) -> Balance:
        """What the card's household has left."""
        self._need_network()
        answer: Balance = await self.caller.get(f"/v1/entitlements/{card_id(card)}")
        return answer

    async def totals(self, day: date) -> DayClosed:
        """X: the outlet's totals of a day as they stand, and those of each of its terminals."""
        self._need_network()
        answer: DayClosed = await self.caller.get(f"/v1/outlets/{self.identity.outlet_id}/days/{day.isoformat()}")
        return answer

    async def own_sales(self, day: date, *, whole_outlet: bool = False) -> list[OwnSale]:
        """What this terminal sold on a day, or its whole outlet, the newest first."""
        self._need_network()
        terminal_id = None if whole_outlet else self.identity.terminal_id
        found: list[OwnSale] = []
        after = None
        while True:
            asked = {"day": day.isoformat(), "terminal_id": terminal_id, "after": after}
            page = await self.caller.get("/v1/redemptions", **asked)
            found += page["items"]
            after = page["next"]
            if after is None:
                return found

    async def close_day(self, day: date) -> DayClosed:
        """Close the outlet's day; its totals."""
        self._need_network()
        if self.journal.pending():
            raise Offline("offline sales have not been uploaded")
        path = f"/v1/outlets/{self.identity.outlet_id}/days/{day.isoformat()}/close"
        answer: DayClosed = await self.caller.post(path)
        return answer

    def go(self, *, offline: bool) -> None:
        """Switch between working with and without the network."""
        self.identity.offline = offline
        self.store.save(self.identity)

    async def learn(self, card: str) -> None:
        """With the network: keep the credential of a card whose printed code was read, asked for once a day.

        What is there and holds is not sent again. Nothing is done for a card that was named in another way.
        """
        if self.identity.offline or card.count(".") != 2 or not credential.is_printed(card):
            return
        found, today = credential.card_of(card), business_day(self.now()).isoformat()
        held = self.store.credential(found)
        if held.asked == today:
            return
        path = f"/v1/cards/{found}/credential"
        answer = await self.caller.call("GET", path, known=held.etag, more=(("presented-card", card),))
        if answer.status == NOT_MODIFIED:
            held = replace(held, asked=today)
        else:
            held = HeldCredential(answer.json()["credential"], answer.headers.get("etag", ""), today)
        self.store.save_credential(found, held)

    def _held(self, code: str, now: datetime) -> str:
        """The credential of a card whose printed code was read, as it was fetched last. Raises CredentialRefused."""
        held = self.store.credential(credential.printed_card(code, self.identity.printed_code_keys, now=now))
        if not held.compact:
            raise CredentialRefused(
                "never fetched here", "بيانات الكارت غير محفوظة على هذه الماكينة، يلزم الاتصال بالشبكة"
            )
        return held.compact

    def sell_offline(self, card: str, lines: list[Line]) -> OfflineSale:
        """Check card and floors, sign the sale into the chain; durable when this returns.

        `card`: its credential, or the code printed on it where this terminal has fetched its credential before.
        Raises NotGood for a card of the hot list, beyond the signed floors, and where either document is over.
        """
        now = self.now()
        day = business_day(now)
        terms, listed = self.store.configuration().terms(now), self.store.hot_list()
        listed.ensure_good(now)
        genuine = {kid: key for kid, key in self.identity.credential_keys.items() if kid in listed.keys}
        compact = card if not credential.is_printed(card) else self._held(card, now)
        found = credential.verify(compact, genuine, now=now, governorate=self.identity.governorate)
        found.ensure_usable("supply")
        listed.ensure_not_listed(found.card_id)
        past = Past(self.journal, self.store.sold())
        if {line["programme"] for line in lines} & past.sold_on(day, found.card_id):
            raise AlreadySold("سبق الصرف لهذا الكارت اليوم من هذه الماكينة")
        priced = self._priced(lines, terms.price_list)
        terms.ensure_in_time(past.contact(self.identity.contact), now)
        known = Known(past.last_known(day, found.card_id), found.size_in(f"{day:%Y-%m}"), day)
        terms.ensure_within(priced or lines, past.spell(day), known)
        shown = [one["notice"] for one in self.store.configuration().notices(lines, now)]
        version = terms.price_list if priced else ""
        return self.journal.append(found.card_id, compact, priced or lines, now, version, shown)

    def reverse_offline(self, sale: str, reason: str, lines: list[int] | None = None) -> OfflineReversal:
        """Take back a sale of this terminal, or the `lines` at some places of it, in the chain; durable on return.

        `sale`: the number on its receipt, made without the network or with it. Raises NotItsSale.
        """
        sold = {one["sale_id"]: len(one["lines"]) for one in self.journal.sales()}
        for one in self.store.sold():
            if one["kind"] == "redemption":
                sold[one["answer"]["redemption_id"]] = len(one["answer"]["lines"])
        gone = {one["reverses"] for one in self.journal.reversals()}
        gone |= {one["answer"]["redemption_id"] for one in self.store.sold() if one["kind"] == "reversal"}
        if sale not in sold or sale in gone or any(not 0 <= place < sold[sale] for place in lines or []):
            raise NotItsSale("العملية غير مسجلة على هذه الماكينة أو سبق إلغاؤها")
        return self.journal.take_back(sale, reason, self.now(), sorted(lines or []))

    def _priced(self, lines: list[Line], version: str) -> list[Line]:
        """The lines with their amounts by a price list; none where it does not have them all."""
        prices = self.identity.price_lists.get(version, {})
        if not all(line["item"] in prices.get(line["programme"], {}) for line in lines):
            return []
        return [{**line, "amount": prices[line["programme"]][line["item"]] * line["quantity"]} for line in lines]

    async def sync(self) -> list[OfflineResult]:
        """Upload what is pending, in order; of a suspended terminal what is from before. What became of each."""
        self._need_network()
        try:
            return await self._upload(self.caller)
        except Refused as refusal:
            if not late.is_suspended(refusal):
                raise
        return await self._upload(late.late(self.caller))

    async def _upload(self, caller: Caller) -> list[OfflineResult]:
        results: list[OfflineResult] = []
        while pending := self.journal.pending()[:MAX_BATCH]:
            sent, answer = await late.uploaded(caller, pending)
            if answer is None:
                break
            if answer.get("gap"):
                raise NotReached(f"the server misses sales: {answer['gap']}")
            results.extend(answer["results"])
            self.journal.confirm(sent[-1]["sequence"])
            self.identity.contact = self.now().isoformat()
            self.store.save(self.identity)
        return results

    def _need_settled(self) -> None:
        if self.store.unfinished() is not None:
            raise UnknownOutcome("settle the last operation first")

    def _need_network(self) -> None:
        if self.identity.offline:
            raise Offline("the terminal is offline")


def card_id(card: str) -> str:
    """The card's id, from itself, from the code printed on the card, or from its credential."""
    return card if card.count(".") != 2 else credential.card_of(card)
