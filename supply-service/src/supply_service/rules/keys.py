"""The policies that supply's rules read. A row of any other key is kept for the record only."""

from __future__ import annotations

from datetime import date

from policybook import kinds
from policybook.keys import Keys
from policybook.retention import RETENTION
from policybook.terms import TERMS
from supply_service.rules.limits import Limit

BREAD = "bread"
GOODS = "goods"
POINTS = "bread_points"
PROGRAMMES = (BREAD, GOODS, POINTS)
OUTLET = ("kind", "governorate", "fuel", "loaf_type")

KEYS = Keys(date.fromisoformat("2023-06-01"), TERMS, RETENTION)


def _each(*programmes: str) -> list[dict[str, str]]:
    return [{"programme": programme} for programme in programmes]


LOAVES_PER_PERSON = KEYS.declare("bread.daily_quota_per_person", kinds.whole, "Loaves a person may have for a day.")
HOUSEHOLD_LOAVES = KEYS.declare(
    "bread.daily_quota_per_household", kinds.whole, "Most loaves a household may have for a day.", needed_for=()
)
LOAF_PRICE = KEYS.declare("bread.price", kinds.whole, "Piastres a citizen pays for a loaf.")
DAYS_PER_DRAW = KEYS.declare(
    "bread.days_per_draw", kinds.Steps.of, "Days whose bread may be drawn at once, by the number of members."
)
SINGLE_DAYS = KEYS.declare(
    "bread.single_days_at_month_end",
    kinds.whole,
    "Last days of a month on which each sale is for one day only.",
    needed_for=(),
)
POINT_VALUE = KEYS.declare("bread.point_value", kinds.whole, "Piastres of goods for a loaf that was not drawn.")
POINTS_LAST_DAY = KEYS.declare(
    "bread.points_last_day", kinds.whole, "Last day of the month on which last month's points can be spent."
)
ALLOWANCE = KEYS.declare("supply.allowance", kinds.Steps.of, "Piastres of goods a month for each member in turn.")
LIMIT = KEYS.declare(
    "supply.limit", Limit.of, "Most units of a group of items a month.", scope=("group",), needed_for=()
)
PRICE = KEYS.declare(
    "supply.price",
    kinds.whole,
    "Piastres for an item in a price list.",
    scope=("programme", "item"),
    needed_for=(),
)
PRICE_LIST = KEYS.declare(
    "supply.price_list",
    kinds.text,
    "The price list by which a programme sells.",
    scope=("programme",),
    needed_for=_each(GOODS, POINTS),
)
OUTLET_KINDS = KEYS.declare(
    "supply.outlet_kinds",
    kinds.words,
    "Kinds of outlets that serve a programme.",
    scope=("programme",),
    needed_for=_each(*PROGRAMMES),
)
GEOGRAPHY = KEYS.declare(
    "supply.geography",
    kinds.one_of("anywhere", "governorate_of_issue"),
    "Where a programme's cards are served.",
    scope=("programme",),
    needed_for=_each(*PROGRAMMES),
)
OPEN_TO_ALL = KEYS.declare(
    "supply.open_to_all",
    kinds.truth,
    "Places that serve cards of every governorate.",
    scope=("programme", "governorate", "district"),
    needed_for=(),
)
SUPPORT_MODE = KEYS.declare(
    "supply.support_mode",
    kinds.text,
    "Whether a programme is given in kind.",
    scope=("programme",),
    needed_for=_each(*PROGRAMMES),
)
CLOCK_SKEW = KEYS.declare(
    "terminal.clock_skew_seconds", kinds.whole, "Seconds a terminal's clock may be off before it is told so."
)
REVERSAL_DAYS = KEYS.declare(
    "redemption.reversal_days", kinds.whole, "Days after its own on which a sale may be reversed."
)
OFFLINE_DAYS = KEYS.declare("redemption.offline_days", kinds.whole, "Days for which a sale made offline is taken.")
HOLD_MARGIN = KEYS.declare(
    "redemption.hold_margin_seconds", kinds.whole, "Seconds a wallet's hold must still last when it pays for a sale."
)
BAKERY_RATE = KEYS.declare(
    "bakery.settlement",
    kinds.decimal,
    "Piastres a bakery is paid for a loaf, or owes where below zero.",
    scope=OUTLET,
    needed_for=(),
)
GOODS_RATE = KEYS.declare(
    "goods.reimbursement", kinds.decimal, "Share of the value of goods that an outlet is paid.", scope=OUTLET
)
