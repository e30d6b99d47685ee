"""A terminal's signed configuration: what it may sell while it has no network, and until when."""

from __future__ import annotations

import hashlib
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from devstack.documents import Document
from devstack.terminal.answers import Line
from devstack.terminal.chain import canonical
from devstack.terminal.credential import Size
from devstack.terminal.days import business_day
from devstack.terminal.signed import DocumentRefused, NotGood

KIND = "unicard-terminal-configuration+jws"
BREAD, GOODS = "bread", "goods"
MOST_NOTICES = 4  # that a sale names
_BY_SIZE = frozenset({"bread", "goods", "flour"})  # grants and points have lists and months of their own
Prices = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Configuration:
    """The document's content, and by which ETag the server knows it."""

    content: Document = field(default_factory=dict)
    etag: str = ""

    def terms(self, now: datetime) -> Terms:
        """What holds at an instant. Raises NotGood before it begins and when it is over."""
        if not self.content.get("at", 0) <= now.timestamp() < self.content.get("exp", 0):
            raise NotGood("configuration over", "إعدادات البيع دون اتصال منتهية، يلزم الاتصال بالشبكة")
        day = business_day(now).isoformat()
        begun = [terms for terms in self.content["terms"] if terms["from"] <= day]
        return Terms(begun[-1])

    def notices(self, lines: Sequence[Line], now: datetime) -> list[Document]:
        """The notices that a receipt of these lines is printed with."""
        day = business_day(now).isoformat()
        sold = {BREAD if line["programme"] == BREAD else GOODS for line in lines}
        return [
            one
            for one in self.content.get("notices") or []
            if one["from"] <= day <= one["to"] and not sold.isdisjoint(one["programmes"])
        ][:MOST_NOTICES]

    @property
    def lists(self) -> dict[str, str]:
        """The versions of price lists, each with a day on which it is in force."""
        return {terms["price_list"]: terms["from"] for terms in self.content["terms"]}


def read(content: Document, etag: str, terminal_id: str, held: Configuration) -> Configuration:
    """The configuration in the place of the one held. Raises DocumentRefused for another's, or an older one."""
    try:
        if content["terminal"] != terminal_id:
            raise DocumentRefused("the configuration of another terminal")
        if int(content["at"]) < held.content.get("at", 0) or int(content["exp"]) <= int(content["at"]):
            raise DocumentRefused("older than the configuration in use")
        found = Configuration(content, etag)
        if not found.lists:
            raise DocumentRefused("without terms")
    except (KeyError, TypeError, AttributeError) as error:
        raise DocumentRefused("an incomplete configuration") from error
    return found


def prices_of(catalogue: Mapping[str, Any], version: str) -> Prices:
    """A price list, which must be the one whose version was signed: its hash. Raises DocumentRefused."""
    prices: Prices = {"bread": {}, "goods": {}, "bread_points": {}}
    for item in catalogue["items"]:
        for programme, price in item["prices"].items():
            prices.setdefault(programme, {})[item["item"]] = price
    if hashlib.sha256(canonical(prices)).hexdigest() != version:
        raise DocumentRefused("other prices than those that were signed")
    return prices


class Known(NamedTuple):
    """What a terminal knows of a household on a day in Cairo.

    `left`: of the month by programme, loaves or piastres, as far as it heard; `size`: what the card's credential says.
    """

    left: Mapping[str, int]
    size: Size | None
    day: date


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds on a day."""

    given: Mapping[str, Any]

    @property
    def price_list(self) -> str:
        """The version of the day's prices."""
        return str(self.given["price_list"])

    def ensure_in_time(self, contact: datetime | None, now: datetime) -> None:
        """Raise NotGood where the terminal has been without the network for longer than a spell may last."""
        if contact is not None and now - contact > timedelta(hours=self.given["spell"]["hours"]):
            raise NotGood("too long without the network", "طالت مدة العمل دون اتصال، يلزم الاتصال بالشبكة")

    def ensure_within(self, lines: Sequence[Line], spell: tuple[int, int], known: Known) -> None:
        """Raise NotGood for a sale beyond the floors.

        `spell`: sales and piastres that the terminal has sold without the network on this day.
        """
        if not {line["programme"] for line in lines} <= set(self.given["programmes"]):
            raise NotGood("not sold here", "هذا المنفذ لا يصرف هذا البرنامج")
        sales, amount = spell
        priced = sum(line.get("amount", 0) for line in lines)
        if sales >= self.given["spell"]["sales"] or amount + priced > self.given["spell"]["amount"]:
            raise NotGood("beyond the spell", "تم بلوغ حد البيع دون اتصال، يلزم الاتصال بالشبكة")
        for programme in sorted({line["programme"] for line in lines}):
            most = self._most(programme, known)
            wanted = sum(_counted(line) for line in lines if line["programme"] == programme)
            if most is not None and wanted > most:
                raise NotGood("beyond the household's floor", f"الحد المتاح دون اتصال لهذه الأسرة: {most}")

    def _most(self, programme: str, known: Known) -> int | None:
        """The most of a programme in one sale, loaves or piastres; None where nothing is known that bounds it."""
        if known.size is not None and programme in _BY_SIZE and not known.size.of(programme):
            return 0
        if programme != BREAD:
            return known.left.get(programme)
        bounds = [self._loaves(known), *([known.left[BREAD]] if BREAD in known.left else [])]
        return min(bounds)

    def _loaves(self, known: Known) -> int:
        """Loaves that one sale may book on a household: of whose size nothing is known, what goes without its proof."""
        household = self.given["household"]
        most_a_day = household["loaves_per_day"]
        if known.size is None:
            bounds = [household["loaves_unproven"]]
            if most_a_day is not None:
                bounds.append(most_a_day * max(days for _, days in household["days_per_draw"]))
            return int(min(bounds))
        daily = household["loaves_per_person"] * known.size.bread
        daily = daily if most_a_day is None else min(daily, most_a_day)
        last = monthrange(known.day.year, known.day.month)[1]
        if known.day.day > last - household["single_days_at_month_end"]:
            return int(daily)
        return int(daily * [days for members, days in household["days_per_draw"] if members <= known.size.bread][-1])


def _counted(line: Line) -> int:
    return line["quantity"] if line["programme"] == BREAD else line.get("amount", 0)
