"""What a sale looks like outside: the reply to it, which is the receipt, and the event, each a function of its record.

A record keeps the version it is rendered by. Whatever changes one byte of a rendering is a new version beside the old
one, so that a repeat after an upgrade gets the first answer and what is published again is what was published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import orjson

from supply_service.rules.keys import FLOUR
from supply_service.rules.remaining import lapsed_members, remaining_members, told_members, windows_of
from supply_service.rules.sale import SoldLine
from supply_service.rules.tenders import WALLET, Paid
from supply_service.sales import wording
from supply_service.sales.record import ReversalRecord, SaleRecord

VERSION = 1


class Rendering(NamedTuple):
    """One version of all renderings."""

    reply: Callable[[SaleRecord], bytes]
    reversal_reply: Callable[[ReversalRecord], bytes]
    event: Callable[[SaleRecord], bytes]


def reply(sale: SaleRecord) -> bytes:
    """The reply to a sale, for its terminal to print."""
    return _of(sale.rendering).reply(sale)


def reversal_reply(reversal: ReversalRecord) -> bytes:
    """The reply to a reversal."""
    return _of(reversal.rendering).reversal_reply(reversal)


def event(sale: SaleRecord) -> bytes:
    """The payload of `Redeemed`, and of `TenderRedeemed` where a wallet pays a part."""
    return _of(sale.rendering).event(sale)


def line_members(line: SoldLine) -> dict[str, object]:
    """A line as it is shown."""
    shown: dict[str, object] = {
        "programme": line.programme, "item": line.item, "quantity": line.quantity, "amount": line.amount
    }  # fmt: skip
    if line.wallet:
        shown["wallet"] = line.wallet
    if line.cash:
        shown["cash"] = line.cash
    if line.days:
        shown["days"] = line.days
    return shown


def tender_members(paid: Iterable[Paid]) -> list[dict[str, object]]:
    """What the wallet pays."""
    return [{"kind": WALLET, "payment_id": str(tender.payment_id), "amount": tender.amount} for tender in paid]


def _of(version: int | None) -> Rendering:
    if version is None:
        raise LookupError("what was sold by an earlier version of the service has its renderings stored")
    return _VERSIONS[version]


def _reply_1(sale: SaleRecord) -> bytes:
    message_ar, message_en = wording.sale(sale)
    return orjson.dumps(
        {
            "redemption_id": sale.sale_id,
            "card_id": sale.card_id,
            "business_day": sale.business_day,
            "occurred_at": sale.occurred_at,
            "lines": [line_members(line) for line in sale.lines],
            "cash_due": sale.cash,
            "tenders": tender_members(sale.tenders),
            "remaining": remaining_members(sale.left, sale.period, windows_of(sale.lines)),
            "message_ar": message_ar,
            "message_en": message_en,
            "receipt_lines_ar": wording.receipt(sale, sale.names, wording.AR),
            **({"receipt_lines_en": wording.receipt(sale, sale.names_en, wording.EN)} if sale.names_en else {}),
        },
        default=str,  # the driver's own UUID type, which orjson does not know
        option=orjson.OPT_UTC_Z,
    )


def _reversal_reply_1(reversal: ReversalRecord) -> bytes:
    sale = reversal.sale
    message_ar, message_en = wording.reversal(reversal)
    return orjson.dumps(
        {
            "reversal_id": reversal.reversal_id,
            "redemption_id": sale.sale_id,
            "card_id": sale.card_id,
            "business_day": reversal.business_day,
            "occurred_at": reversal.occurred_at,
            "cash_returned": reversal.cash,
            **({} if reversal.only is None else {"lines": reversal.only}),
            "tenders": tender_members(sale.tenders),
            "remaining": remaining_members(reversal.left, sale.period, windows_of(sale.lines)),
            **({"lapsed": lapsed_members(reversal.lapsed)} if reversal.lapsed else {}),
            "message_ar": message_ar,
            "message_en": message_en,
        },
        default=str,
        option=orjson.OPT_UTC_Z,
    )


def _event_1(sale: SaleRecord) -> bytes:
    """Written directly: the model would cost as much as the decision. A contract test holds it to the model."""
    return orjson.dumps(
        {
            "redemption_id": sale.sale_id,
            "household_id": sale.household_id,
            "card_id": sale.card_id,
            "terminal_id": sale.terminal_id,
            "outlet_id": sale.outlet_id,
            "governorate": sale.governorate,
            "business_day": sale.business_day,
            "occurred_at": sale.occurred_at,
            "offline": sale.offline,
            "lines": [
                {"programme": s.programme, "item": s.item, "quantity": s.quantity, "amount": s.amount}
                for s in sale.lines
            ],
            "remaining": told_members(sale.left, sale.period, windows_of(sale.lines)),
            "tenders": tender_members(sale.tenders),
            **({"flour_remaining": sale.left[FLOUR]} if FLOUR in sale.left else {}),
        },
        default=str,
        option=orjson.OPT_UTC_Z,
    )


_VERSIONS: Mapping[int, Rendering] = {1: Rendering(_reply_1, _reversal_reply_1, _event_1)}
