"""A sale that the holder's wallet pays a part of: authorise, sell, give the hold up when the sale is refused.

Each step has a key of its own that is kept before it is sent, so that whatever is cut off between them is repeated
and never done twice: a hold ends in a sale, in a void, or, where the terminal never comes back, by running out.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from devstack.documents import Document
from devstack.terminal.answers import Line, Pot, SaleAnswer
from devstack.terminal.caller import Caller, Refused, new_key
from devstack.terminal.wire import NotReached

HOLD_UNKNOWN = "hold_unknown"
HOLD_ARRIVES_WITHIN_S = 15.0
_IN_PROGRESS = "request_in_progress"
_ASK_AGAIN = frozenset({408, 425, 429})


def final(refusal: Refused) -> bool:
    """Whether a refusal is the system's last word; an overloaded or broken one has said nothing about the sale."""
    return refusal.status < 500 and refusal.status not in _ASK_AGAIN and refusal.code != _IN_PROGRESS


@dataclass(slots=True)
class Void:
    """A hold to be given up, until somebody has heard it."""

    payment_id: str
    key: str = field(default_factory=new_key)


@dataclass(slots=True)
class MixedSale:
    """A mixed sale under way; `wallet` piastres are held before it."""

    card_id: str
    lines: list[Line]
    wallet: int
    hold_key: str = field(default_factory=new_key)
    sale_key: str = field(default_factory=new_key)
    payment_id: str = ""
    notices: list[str] = field(default_factory=list)  # that the receipt is printed with
    proof: str = ""  # that the holder is there: for the sale and the hold that pays its part

    def state(self) -> dict[str, object]:
        """As it is kept on the terminal's disk."""
        return asdict(self)

    async def sell(self, caller: Caller, keep: Callable[[MixedSale], object]) -> SaleAnswer:
        """Hold, keep what is held, sell; the sale.

        `Refused` where the system's last word is no: then the hold, if there is one, is to be given up. `NotReached`
        where nothing is known: the same sale is to be tried again.
        """
        if not self.payment_id:
            body: dict[str, object] = {"card_id": self.card_id, "amount": self.wallet}
            body["reference"] = f"sale:{self.sale_key}"
            if self.proof:
                body["holder_proof"] = self.proof
            held = await _settled(caller, "/v1/payments/authorizations", body, self.hold_key)
            self.payment_id = str(held["payment_id"])
            keep(self)
        tender = {"kind": "wallet", "payment_id": self.payment_id, "amount": self.wallet}
        sale: dict[str, object] = {"card_id": self.card_id, "lines": self.lines, "tenders": [tender]}
        if self.notices:
            sale["notices"] = self.notices
        if self.proof:
            sale["holder_proof"] = self.proof
        deadline = time.monotonic() + HOLD_ARRIVES_WITHIN_S
        wait = 0.05
        while True:
            try:
                sold: SaleAnswer = await _settled(caller, "/v1/redemptions", sale, self.sale_key)
                return sold
            except Refused as refusal:
                if refusal.code != HOLD_UNKNOWN or time.monotonic() > deadline:
                    raise
            await asyncio.sleep(wait)  # the news of the hold is on its way
            wait = min(wait * 2, 1.0)


async def give_up(caller: Caller, void: Void) -> None:
    """Void a hold. One that has ended in another way is given up already; `NotReached`: to be tried again."""
    try:
        await _settled(caller, f"/v1/payments/{void.payment_id}/void", {}, void.key)
    except Refused as refusal:
        if refusal.status not in {404, 409}:
            raise NotReached(f"the hold could not be given up: {refusal.code}") from refusal


async def _settled(caller: Caller, path: str, body: Mapping[str, object], key: str) -> Any:
    try:
        answer = await caller.post(path, body, key=key)
    except Refused as refusal:
        if final(refusal):
            raise
        raise NotReached(f"no last word: {refusal.status} {refusal.code}") from refusal
    return answer


def price_of(lines: Iterable[Line], catalogue: Document) -> int:
    """Piastres that goods cost."""
    prices: dict[str, int] = {item["item"]: item["prices"].get("goods", 0) for item in catalogue["items"]}
    return sum(prices.get(line["item"], 0) * line["quantity"] for line in lines if line["programme"] == "goods")


def beyond_allowance(lines: Iterable[Line], catalogue: Document, pots: Iterable[Pot]) -> int:
    """Piastres that goods cost more than the allowance has left: what the wallet has to pay."""
    price = price_of(lines, catalogue)
    left: int = sum(pot["remaining"] for pot in pots if pot["programme"] == "goods")
    return max(0, price - left)
