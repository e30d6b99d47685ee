"""The policies that supply's rules read. A row of any other key is kept for the record only."""

from __future__ import annotations

from datetime import date

from policybook import kinds
from policybook.calendar import CALENDAR
from policybook.keys import Keys
from policybook.retention import RETENTION
from policybook.terms import TERMS
from supply_service.rules.limits import GrantName, Limit

BREAD = "bread"
GOODS = "goods"
POINTS = "bread_points"
FLOUR = "flour"
FREE = "free"  # no programme of a card: the prices at which anybody buys
PROGRAMMES = (BREAD, GOODS, POINTS, FLOUR)
GRANT = "grant_"  # begins a programme's name: grant_ramadan_2026 is paid by the grant ramadan_2026
IN_KIND, CASH = "in_kind", "cash"
RAMADAN = "ramadan"
OUTLET = ("kind", "governorate", "fuel", "loaf_type")

KEYS = Keys(date.fromisoformat("2023-06-01"), TERMS, RETENTION, CALENDAR)


def _each(*programmes: str) -> list[dict[str, str]]:
    return [{"programme": programme} for programme in programmes]


def is_grant(programme: str) -> bool:
    """Whether a programme is a grant's."""
    return programme.startswith(GRANT)


LOAVES_PER_PERSON = KEYS.declare("bread.daily_quota_per_person", kinds.whole, "Loaves a person may have for a day.")
HOUSEHOLD_LOAVES = KEYS.declare(
    "bread.daily_quota_per_household", kinds.whole, "Most loaves a household may have for a day.", needed_for=()
)
LOAF_PRICE = KEYS.declare("bread.price", kinds.whole, "Piastres a citizen pays for a loaf.")
LOAF_COST = KEYS.declare(
    "bread.production_cost",
    kinds.whole,
    "Piastres a loaf costs whoever pays for it: what a citizen does not pay of it is what the state adds.",
)
DAYS_PER_DRAW = KEYS.declare(
    "bread.days_per_draw", kinds.Steps.of, "Days whose bread may be drawn at once, by the number of members."
)
SINGLE_DAYS = KEYS.declare(
    "bread.single_days_at_month_end",
    kinds.whole,
    "Last days of a month on which each sale is for one day only.",
    needed_for=(),
)
PARTS_OF_A_DAY = KEYS.declare(
    "bread.parts_of_a_day",
    kinds.truth,
    "Whether a day's bread may be drawn in several parts; where not, what a draw leaves of its last day is not drawn.",
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
    needed_for=_each(BREAD, GOODS, POINTS),
)
GEOGRAPHY = KEYS.declare(
    "supply.geography",
    kinds.one_of("anywhere", "governorate_of_issue"),
    "Where a programme's cards are served.",
    scope=("programme",),
    needed_for=_each(BREAD, GOODS, POINTS),
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
    kinds.one_of(IN_KIND, CASH, "restricted"),
    "How a programme is given, by category of household; months are opened by it, so that it changes on a 1st only.",
    scope=("programme", "category"),
    needed_for=_each(BREAD, GOODS, POINTS),
    monthly=True,
)
CASH_AMOUNT = KEYS.declare(
    "supply.cash_amount",
    kinds.Steps.of,
    "Piastres a month for each member in turn where goods are given as cash.",
    scope=("category",),
    needed_for=(),
)
CASH_FOR_LOAF = KEYS.declare(
    "bread.cash_value",
    kinds.positive,
    "Piastres for each loaf of the month where bread is given as cash; without it bread is given in kind only.",
    scope=("category",),
    needed_for=(),
)
FLOUR_OFFERED = KEYS.declare(
    "bread.flour_offered",
    kinds.truth,
    "Whether a month's flour may be chosen instead of bread with the cards of a governorate; months are opened by it.",
    scope=("governorate",),
    needed_for=(),
    monthly=True,
)
FLOUR_KILOGRAMS = KEYS.declare(
    "bread.flour_kilograms_per_person",
    kinds.positive,
    "Kilograms of flour a month for a person instead of bread.",
    needed_for=(),
)
FLOUR_PRICE = KEYS.declare(
    "bread.flour_price", kinds.whole, "Piastres that a person's flour of a month costs.", needed_for=()
)
FLOUR_MONTHS_AHEAD = KEYS.declare(
    "bread.flour_months_ahead", kinds.positive, "Months ahead for which flour may be chosen.", needed_for=()
)
CLOCK_SKEW = KEYS.declare(
    "terminal.clock_skew_seconds", kinds.whole, "Seconds a terminal's clock may be off before it is told so."
)
REVERSAL_DAYS = KEYS.declare(
    "redemption.reversal_days", kinds.whole, "Days after its own on which a sale may be reversed."
)
REVERSAL_HOURS = KEYS.declare(
    "redemption.reversal_hours",
    kinds.whole,
    "Hours after a sale in which it may be reversed although its day is over; with `season: ramadan` for sales of its"
    " days, in the place of the other row.",
    scope=("season",),
    needed_for=(),
)
UNUSED_MONTHS = KEYS.declare(
    "register.unused_months",
    kinds.positive,
    "Whole months without a draw after which the register is told; none is told without it.",
    needed_for=(),
)
OFFLINE_DAYS = KEYS.declare("redemption.offline_days", kinds.whole, "Days for which a sale made offline is taken.")
SHEET_DAYS = KEYS.declare(
    "sheet.days",
    kinds.whole,
    "Days after its own for which a paper sheet of sales is taken; none is without it.",
    needed_for=(),
)
LATE_PRICES_HOURS = KEYS.declare(
    "offline.price_list_hours",
    kinds.whole,
    "Hours for which a terminal without a network may sell by a list of before.",
)
SPELL_SALES = KEYS.declare(
    "offline.spell_sales", kinds.whole, "Sales a terminal may make in one spell without a network."
)
SPELL_AMOUNT = KEYS.declare(
    "offline.spell_amount", kinds.whole, "Piastres a terminal may sell for in one spell without a network."
)
SPELL_HOURS = KEYS.declare(
    "offline.spell_hours",
    kinds.positive,
    "Hours after its last contact for which a terminal sells without a network.",
)
DEBT_SHARE = KEYS.declare(
    "debt.most_share_a_month", kinds.share, "Most of a month's pot, as a share, that goes to what a household owes."
)
HOLD_MARGIN = KEYS.declare(
    "redemption.hold_margin_seconds", kinds.whole, "Seconds a wallet's hold must still last when it pays for a sale."
)
DAY_CLOSES_AT = KEYS.declare(
    "outlet_day.closes_at", kinds.clock_time, "Time in Cairo at which the day before is closed where nobody closed it."
)
FREE_LOAVES = KEYS.declare(
    "proof.free_loaves",
    kinds.whole,
    "Loaves that go without the holder's proof: in a sale, and in a day to a card, at a terminal, at an outlet.",
    scope=("by",),
    needed_for=tuple({"by": by} for by in ("sale", "card", "terminal", "outlet")),
)
FREE_GOODS = KEYS.declare(
    "proof.free_goods",
    kinds.whole,
    "Piastres of goods that go without the holder's proof in a day: to a card, at a terminal, at an outlet.",
    scope=("by",),
    needed_for=tuple({"by": by} for by in ("card", "terminal", "outlet")),
)
AWAY_SALES = KEYS.declare(
    "proof.away_sales", kinds.whole, "Sales above those limits a terminal makes in a day while proofs cannot be had."
)
AWAY_DAYS = KEYS.declare(
    "proof.away_days",
    kinds.positive,
    "Days with such sales, of the last `proof.away_within`, from which on a terminal is looked at.",
    needed_for=(),
)
AWAY_WITHIN = KEYS.declare(
    "proof.away_within", kinds.positive, "Days, today included, in which those days are counted.", needed_for=()
)
SIMULATED_FIRST = KEYS.declare(
    "policy.simulated_first",
    kinds.words,
    "Keys whose rows are approved only when it was computed what they would change.",
    needed_for=(),
)
FREE_FLOUR = KEYS.declare(
    "proof.free_flour", kinds.whole, "Kilograms of flour of a month that go without the holder's proof.", needed_for=()
)
BAKERY_RATE = KEYS.declare(
    "bakery.settlement",
    kinds.decimal,
    "Piastres a bakery is paid for a loaf, or owes where below zero.",
    scope=OUTLET,
    needed_for=(),
)
SOCIAL_INSURANCE = KEYS.declare(
    "bakery.social_insurance",
    kinds.decimal,
    "Piastres for a loaf that go to the social-insurance authority beside what the bakery is paid.",
    scope=OUTLET,
    needed_for=(),
)
GRANT_AMOUNT = KEYS.declare(
    "grant.amount",
    kinds.Steps.of,
    "Piastres of a grant for a household, by its members; the row's first and last day are those of its pot.",
    scope=("grant",),
    needed_for=(),
)
GRANT_NAME = KEYS.declare(
    "grant.name", kinds.mapping(GrantName), "What a grant is called on receipts.", scope=("grant",), needed_for=()
)
GRANT_FOR = KEYS.declare(
    "grant.for",
    kinds.one_of("listed", "everyone"),
    "Whether a grant is for households on its list only; so it is where no row says.",
    scope=("grant",),
    needed_for=(),
)
GRANT_PRICE = KEYS.declare(
    "grant.price",
    kinds.positive,
    "Piastres for an item that a grant buys; it buys nothing else.",
    scope=("grant", "item"),
    needed_for=(),
)
GRANT_LIMIT = KEYS.declare(
    "grant.limit",
    kinds.whole,
    "Most pieces of an item (or of its kind or group) that a household has of a grant's pot.",
    scope=("grant", "group"),
    needed_for=(),
)
GRANT_INSTALMENTS = KEYS.declare(
    "grant.instalments", kinds.positive, "Most sales a month that a grant pays for.", scope=("grant",), needed_for=()
)
GRANT_CARRY_OVER = KEYS.declare(
    "grant.carry_over",
    kinds.positive,
    "Most piastres in a grant's pot with what the one before has left; without it nothing is carried over.",
    scope=("grant",),
    needed_for=(),
)
GRANT_RATE = KEYS.declare(
    "grant.reimbursement",
    kinds.decimal,
    "Share of the value of goods paid by a grant that an outlet is paid.",
    scope=OUTLET,
    needed_for=(),
)
FLOUR_RATE = KEYS.declare(
    "flour.settlement",
    kinds.decimal,
    "Piastres a depot is paid for a kilogram of flour sold instead of bread, or owes where below zero.",
    scope=OUTLET,
    needed_for=(),
)
SACK_LOAVES = KEYS.declare(
    "bakery.loaves_per_50kg", kinds.positive, "Loaves that a sack of 50 kg of flour gives.", scope=OUTLET
)
INSPECTOR_LOAVES = KEYS.declare(
    "bread.inspector_card_loaves",
    kinds.positive,
    "Loaves that a bakery may sell in a day to people without a card where an inspector lets it; none without a row.",
    scope=OUTLET,
    needed_for=(),
)
MISSING_SHARE = KEYS.declare(
    "bakery.missing_share",
    kinds.share,
    "Share of the loaves that a bakery's flour gives which may be missing, or too many, in a period without a flag.",
    scope=OUTLET,
)
FINDING_DAYS = KEYS.declare(
    "bakery.finding_days",
    kinds.positive,
    "Days after which a finding about a bakery's flour that nobody follows raises an alarm.",
    needed_for=(),
)
GOODS_RATE = KEYS.declare(
    "goods.reimbursement", kinds.decimal, "Share of the value of goods that an outlet is paid.", scope=OUTLET
)
# What a month gives a household, and what that is worth, follows from these: a change of them can be computed before.
COMPUTED = frozenset(
    key.name
    for key in (
        ALLOWANCE, LOAVES_PER_PERSON, HOUSEHOLD_LOAVES, LOAF_PRICE, LOAF_COST, POINT_VALUE, SUPPORT_MODE, PRICE,
        PRICE_LIST, CASH_AMOUNT, CASH_FOR_LOAF, GRANT_AMOUNT, GRANT_FOR, FLOUR_OFFERED, FLOUR_KILOGRAMS, FLOUR_PRICE,
    )
)  # fmt: skip
