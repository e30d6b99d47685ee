"""What a terminal knows of its own past: what it has sold with the network and without, to whom and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from devstack.terminal.chain import Journal
from devstack.terminal.days import business_day
from devstack.terminal.store import Recorded


@dataclass(frozen=True, slots=True)
class Past:
    """`journal`: what was signed without the network; `sold`: what was answered with it, oldest first."""

    journal: Journal
    sold: Recorded

    def contact(self, known_contact: str) -> datetime | None:
        """When the service last heard of this terminal: by an upload or a sale with the network; None if never.

        `known_contact`: the last upload, or the beginning of its key, as ISO 8601.
        """
        sales = [one["answer"]["occurred_at"] for one in self.sold if one["kind"] == "redemption"]
        known = [*sales[-1:], *([known_contact] if known_contact else [])]
        return max(map(datetime.fromisoformat, known), default=None)

    def spell(self, day: date) -> tuple[int, int]:
        """Sales and piastres of a day that this terminal has made without the network, taken back or not."""
        sales = [one for one in self.journal.sales() if business_day(datetime.fromisoformat(one["occurred_at"])) == day]
        return len(sales), sum(line.get("amount", 0) for sale in sales for line in sale["lines"])

    def last_known(self, day: date, card: str) -> dict[str, int]:
        """What a card's household has left of a month by programme, as this terminal heard last and has sold since."""
        month = f"{day:%Y-%m}"
        left: dict[str, int] = {}
        heard = datetime.min.replace(tzinfo=UTC)
        for one in self.sold:
            answer = one["answer"]
            if one["kind"] != "redemption" or answer["card_id"] != card or not answer.get("remaining"):
                continue
            heard = datetime.fromisoformat(answer["occurred_at"])
            left |= {pot["programme"]: pot["remaining"] for pot in answer["remaining"] if pot["period"][:7] == month}
        for sale in self.journal.sales():
            if sale["card_id"] != card or datetime.fromisoformat(sale["occurred_at"]) < heard:
                continue
            for line in sale["lines"]:
                taken = line["quantity"] if line["programme"] == "bread" else line.get("amount", 0)
                if line["programme"] in left:
                    left[line["programme"]] = max(0, left[line["programme"]] - taken)
        return left

    def sold_on(self, day: date, card: str) -> set[str]:
        """Programmes that this terminal has served a card from on a day, with the network or without it."""
        served: set[str] = set()
        back = {one["reverses"]: one.get("lines") for one in self.journal.reversals()}
        for sale in self.journal.sales():
            if sale["card_id"] == card and business_day(datetime.fromisoformat(sale["occurred_at"])) == day:
                places = back.get(sale["sale_id"], [])
                served |= {
                    line["programme"] for n, line in enumerate(sale["lines"]) if places is not None and n not in places
                }
        undone = {
            one["answer"]["redemption_id"]
            for one in self.sold
            if one["kind"] == "reversal" and not one["answer"].get("lines")
        }
        undone |= {reverses for reverses, places in back.items() if places is None}
        for answer in (one["answer"] for one in self.sold if one["kind"] == "redemption"):
            if answer["redemption_id"] not in undone and (answer["card_id"], answer["business_day"]) == (
                card,
                str(day),
            ):
                served |= {line["programme"] for line in answer["lines"]}
        return served
