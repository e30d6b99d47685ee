"""What crosses the wire about figures of messages."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field
from sqlalchemy import Row

from notify_service.channels import networks

_THOUSAND = 1000


class Delivery(BaseModel):
    """Messages that were sent by a provider to numbers of a network in a governorate."""

    provider: Annotated[str, Field(description="`unknown` of messages sent before it was kept")]
    network: Annotated[str, Field(description="the number's first three digits, `other` for none that is known")]
    network_name: str | None
    governorate: Annotated[str | None, Field(description="of the citizen's residence")]
    messages: int
    delivered: int
    failed: int
    expired: int
    unknown: Annotated[int, Field(description="of which no receipt has come, or that wait to be sent again")]
    delivered_percent: Annotated[float, Field(description="of all that were sent")]
    parts: int
    cost: Annotated[int, Field(description="piastres, at the price of a part on the last day")]
    median_seconds: Annotated[float | None, Field(description="from sending to the receipt, of those delivered")]
    p95_seconds: float | None

    @staticmethod
    def of(row: Row[Any], part_cost: Decimal) -> Delivery:
        """Counts as the API tells them."""
        return Delivery.model_validate(
            {
                **row._mapping,
                "network_name": networks.names().get(row.network),
                "delivered_percent": round(100 * row.delivered / row.messages, 1),
                "cost": int(row.parts * part_cost),
                "median_seconds": _rounded(row.median_seconds),
                "p95_seconds": _rounded(row.p95_seconds),
            }
        )


class DeliveryFigures(BaseModel):
    """Figures of deliveries, by provider, network and governorate."""

    items: list[Delivery]


class Question(BaseModel):
    """How often a topic was asked by SMS."""

    topic: str
    messages: int


class ComplaintsThere(BaseModel):
    """Complaints of a governorate beside the sales of bread and goods there."""

    governorate: str | None
    complaints: int
    draws: int
    per_thousand: Annotated[float | None, Field(description="complaints for a thousand draws; null without draws")]

    @staticmethod
    def of(row: Row[Any]) -> ComplaintsThere:
        """Counts as the API tells them."""
        share = round(_THOUSAND * row.complaints / row.draws, 2) if row.draws else None
        return ComplaintsThere.model_validate({**row._mapping, "per_thousand": share})


class InquiryFigures(BaseModel):
    """What citizens ask by SMS in the nation, most asked first, and complaints per thousand draws by governorate."""

    questions: list[Question]
    complaints: list[ComplaintsThere]


def as_csv(items: Sequence[Delivery]) -> bytes:
    """Figures of deliveries a row each; UTF-8 with a byte order mark, as spreadsheets want it."""
    out = io.StringIO()
    rows = csv.DictWriter(out, list(Delivery.model_fields), lineterminator="\r\n")
    rows.writeheader()
    rows.writerows(item.model_dump() for item in items)
    return out.getvalue().encode("utf-8-sig")


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
