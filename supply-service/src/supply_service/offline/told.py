"""A sale without a network as it is judged and booked, whoever tells it: a terminal's upload or a paper sheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from supply_service.offline.schemas import OfflineLine


class ToldSale(Protocol):
    """What was sold to which card and when, with the amounts of its receipt."""

    @property
    def card_id(self) -> UUID:
        """The card; one that was never issued is refused."""

    @property
    def lines(self) -> Sequence[OfflineLine]:
        """What was sold."""

    @property
    def price_list(self) -> str | None:
        """Version of the price list of the amounts, None where the sale does not tell them."""

    @property
    def notices(self) -> Sequence[UUID]:
        """Notices that its receipt was printed with."""

    @property
    def occurred_at(self) -> datetime:
        """Its own moment."""
