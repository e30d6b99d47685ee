"""Every day that was played, held against itself at each place where it is kept: what `unicard reconcile` does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from devstack.demo.context import Context
from devstack.demo.stages.month import Month
from devstack.demo.stages.story import Story
from devstack.demo.waiting import until
from devstack.reconcile.compare import TOTAL, Finding, Result, Row
from devstack.reconcile.fetch import Proofs, proofs, reconcile
from devstack.terminal.fleet import in_parallel

WAIT_S = 60.0
LANES = 4
WHERE = "unicard reconcile --day"


@dataclass(slots=True)
class Books:
    """The days as they were compared, and the run's own outlets added up."""

    results: dict[date, Result] = field(default_factory=dict)
    fleet: Row = field(default_factory=lambda: Row(TOTAL))
    settled: Row = field(default_factory=lambda: Row(TOTAL))
    findings: dict[date, list[Finding]] = field(default_factory=dict)
    of_others: int = 0


async def play(context: Context, story: Story, month: Month) -> None:
    """15. Sales, pots, settlements and ledger agree, on the followed day and on every other."""
    context.headline("Reconciliation")
    fleet = {terminal.outlet_id for terminal in (*context.bakeries, *context.shops)}
    followed = {terminal.identity.outlet_id for terminal in (story.bakery, story.other_bakery, story.grocer)}
    books = await _compare(context, fleet, followed)
    _followed(story, books, followed)
    days = len(context.calendar.month_days)
    agreeing = sum(1 for findings in books.findings.values() if not findings)
    first = next((finding for findings in books.findings.values() for finding in findings), None)
    check = context.report.check
    check("story 15: days on which sales, pots, settlements and ledger agree", days, agreeing, WHERE)
    if first is not None:
        context.console.print(f"  [red]the first that does not agree:[/] {first}", highlight=False)
    if books.of_others:
        context.report.figure("open at outlets of others on these days", books.of_others, "findings")
    believed = month.closings.believed
    check("month, loaves: terminals, pots' entries", believed.loaves, books.fleet.pot_loaves, WHERE)
    check("month, goods, piastres: terminals, pots' entries", believed.goods_amount, books.fleet.pot_goods, WHERE)
    check("month, settlements, piastres: calculated, in the ledger",
          books.settled.settlement, books.settled.ledger_settlement, WHERE)  # fmt: skip
    check("month, wallets' part of sales, piastres: sold, in the ledger",
          books.settled.wallet, books.settled.ledger_wallet, WHERE)  # fmt: skip


async def _compare(context: Context, fleet: set[str], followed: set[str]) -> Books:
    books = Books()
    days = context.calendar.month_days
    own = {*fleet, *followed, TOTAL}

    def ours(result: Result) -> list[Finding]:
        """All differences; what is open only at outlets of this run: others' days may have been left open."""
        return [found for found in result.findings if found.kind == "difference" or found.outlet_id in own]

    async def look(day: date, known: Proofs | None) -> Result:
        """Compare, and wait for what was closed last and is still on its way to the ledger."""
        return await until(
            lambda: reconcile(context.finance, day, known=known), lambda result: not ours(result), within_s=WAIT_S
        )

    await look(days[-1], None)
    known = await proofs(context.finance, days[0])
    check = context.report.check
    check("sum of all the ledger's balances", 0, known.ledger["sum_of_balances"], "GET /v1/ledger-proof")
    check("the ledger proved by its entries", "yes", _yes(known.ledger["sound"]), "GET /v1/ledger-proof")
    check("pots that their entries do not prove", 0, known.pots["unproved"], "GET /v1/pot-proof")

    async def compare(day: date) -> None:
        result = await look(day, known)
        books.results[day] = result
        books.findings[day] = ours(result)
        books.of_others += len(result.findings) - len(books.findings[day])
        for row in result.rows:
            if row.outlet_id in fleet:
                books.fleet.add(row)
            if row.outlet_id in own:
                books.settled.add(row)

    with context.bar("days compared", len(days)) as advance:
        await in_parallel(days, compare, lanes=LANES, progress=advance)
    return books


def _followed(story: Story, books: Books, followed: set[str]) -> None:
    """The citizen's second day, at the outlets that served her."""
    day = story.context.calendar.month_days[1]
    result = books.results[day]
    rows = [row for row in result.rows if row.outlet_id in followed]
    findings = [str(found) for found in books.findings[day]]
    total = Row(TOTAL)
    for row in rows:
        total.add(row)
    story.say(15, f"The day {day} is reconciled: {len(result.rows)} outlets sold something.")
    story.check(15, f"{day}, all outlets", "all agree", "; ".join(findings[:3]) or "all agree", WHERE)
    sold = f"{total.loaves} loaves, goods {total.goods}, wallet {total.wallet}, settlements {total.settlement}"
    kept = f"{total.pot_loaves} loaves, goods {total.pot_goods}, wallet {total.ledger_wallet}, settlements "
    kept += str(total.ledger_settlement)
    story.check(15, f"{day}, her bakery and grocer: sold and settled, in pots and ledger", sold, kept, WHERE)


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
