"""`python -m bench [--quick] [FIGURE…]`: measure, and write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bench import (
    activations,
    block,
    campaign,
    campaign_smpp,
    campaign_sms,
    disclosures,
    eligibility,
    handovers,
    imports,
    lag,
    ledger,
    memory,
    messages,
    months,
    names,
    pages,
    plans,
    redemptions,
    registry,
    roles,
    simulation,
    terminals,
    upgrade,
)
from bench.harness import fleet, machine, report, stack
from bench.harness.cardholder import calendar
from bench.harness.fleet import CALLERS, Days
from bench.harness.options import QUICK, Options
from bench.harness.report import Section
from bench.reference import running as reference
from devstack.terminal.wire import Wire
from supply_service.settings import Settings

FIGURES = (
    "memory",
    "activations",
    "redemptions",
    "terminals",
    "lag",
    "block",
    "messages",
    "campaign_sms",
    "campaign_smpp",
    "ledger",
    "eligibility",
    "disclosures",
    "handovers",
    "imports",
    "months",
    "names",
    "pages",
    "plans",
    "registry",
    "roles",
    "simulation",
    "upgrade",
    "campaign",
)
ALONE = {
    "activations",
    "campaign",
    "campaign_smpp",
    "months",
    "names",
    "pages",
    "plans",
    "registry",
    "roles",
    "simulation",
    "upgrade",
}  # on servers of their own
REPORT = Path(__file__).parents[1] / "docs" / "benchmarks.md"


async def measure(options: Options, wanted: set[str]) -> list[Section]:
    """Every wanted figure, in the order in which they disturb each other least; all but `ALONE` on one system."""
    sections: list[Section] = []
    if wanted - ALONE:
        sections = await _on_one_system(options, wanted)
    if "activations" in wanted:
        _say("activations")
        sections.append(activations.section(await activations.run(options)))
    if "campaign_smpp" in wanted:
        _say("campaign_smpp")
        sections.append(campaign_smpp.section(await campaign_smpp.run(options)))
    if "months" in wanted:
        _say("months")
        paced = Settings.model_fields["opening_per_second"].default
        sections.append(months.section(await months.run(options), paced))
    if "names" in wanted:
        _say("names")
        async with stack.running() as running:
            sections.append(names.section(await names.run(running, options)))
    if "pages" in wanted:
        _say("pages")
        async with stack.running() as running:
            sections.append(pages.section(await pages.run(running, options), options))
    if "plans" in wanted:
        _say("plans")
        sections.append(plans.section(await plans.run(options)))
    if "registry" in wanted:
        _say("registry")
        async with stack.running() as running:
            sections.append(registry.section(await registry.run(running, options)))
    if "roles" in wanted:
        _say("roles")
        sections.append(roles.section(await roles.run(options), options))
    if "simulation" in wanted:
        _say("simulation")
        sections.append(simulation.section(await simulation.run(options)))
    if "upgrade" in wanted:
        _say("upgrade")
        sections.append(upgrade.section(await upgrade.run(options), options))
    if "campaign" in wanted:
        _say("campaign")
        sections.append(campaign.section(await campaign.run(options)))
    return sections


async def _on_one_system(options: Options, wanted: set[str]) -> list[Section]:
    sections: list[Section] = []
    async with stack.running() as running:
        wire = running.wire()
        try:
            if "memory" in wanted:
                sections.append(memory.section(await memory.run(running)))
            if wanted & {"redemptions", "terminals", "lag", "block"}:
                sections.extend(await _sales(running, options, wanted, wire))
            if "messages" in wanted:
                _say("messages")
                sections.append(messages.section(await messages.run(running, options)))
            if "campaign_sms" in wanted:
                _say("campaign_sms")
                sections.append(campaign_sms.section(await campaign_sms.run(running, options)))
            if "ledger" in wanted:
                _say("ledger")
                sections.append(ledger.section(await ledger.run(running, options, wire), options))
            if "eligibility" in wanted:
                _say("eligibility")
                sections.append(eligibility.section(await eligibility.run(running, options, wire), options))
            if "disclosures" in wanted:
                _say("disclosures")
                sections.append(disclosures.section(await disclosures.run(running, options, wire)))
            if "handovers" in wanted:
                _say("handovers")
                sections.append(handovers.section(await handovers.run(running, options, wire), options))
            if "imports" in wanted:  # the last: the others still follow its events when it has ended
                _say("imports")
                sections.append(imports.section(await imports.run(running, options, wire)))
        finally:
            await wire.aclose()
    return sections


async def _sales(
    running: stack.Stack, options: Options, wanted: set[str], wire: Wire
) -> list[Section]:  # fmt: skip
    """The figures that need cards and terminals."""
    sections = []
    _say("terminals and cards")
    card = await block.prepare(running, wire)
    tills = await fleet.open_outlets(running, wire, CALLERS)
    cards = fleet.make_cards(options.cards, options.seed)
    await fleet.activate(running, cards)
    days = Days(running.client(wire, "operations"), cards, calendar().month, options.seed)
    _say("opening the month")
    await fleet.open_month(running, tills, days)
    if "redemptions" in wanted:
        async with reference.running(running, tills) as usual:
            bench = redemptions.Bench(running, options, tills, days, usual)
            await bench.prepare()
            _say("sales")
            sections.append(redemptions.section(await bench.run(), options))
    if "terminals" in wanted:
        _say("proofs and offline sales")
        sections.append(terminals.section(await terminals.Bench(running, options, tills, days).run(), options))
    if "lag" in wanted:
        _say("lag")
        sections.append(lag.section(await lag.run(running, options, tills, days), options))
    if "block" in wanted:
        _say("blocks")
        sections.append(block.section(await block.run(running, options, tills, days, wire, card)))
    return sections


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("figures", nargs="*", choices=[*FIGURES, []], help="only these figures, to standard output")
    parser.add_argument("--simulated", type=int, help="households of the figure `simulation`, up to 21 million")
    parser.add_argument("--quick", action="store_true", help="short runs, to try it; to standard output")
    given = parser.parse_args()
    options = QUICK if given.quick else Options()
    introduction = _introduction(options)
    options = replace(options, simulated=given.simulated or options.simulated)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the system is taken down in that case, too
    started = time.monotonic()
    sections = asyncio.run(measure(options, set(given.figures or FIGURES)))
    introduction.append(f"Measured in {(time.monotonic() - started) / 60:.0f} minutes by `make bench`.")
    text = report.write("Benchmarks", introduction, sections)
    if given.quick or given.figures:
        sys.stdout.write(text)
    else:
        REPORT.write_text(text, encoding="utf-8")
        _say(f"written to {REPORT.relative_to(Path.cwd()) if REPORT.is_relative_to(Path.cwd()) else REPORT}")


def _introduction(options: Options) -> list[str]:
    return [
        f"Written by `make bench` on {datetime.now(UTC):%d %B %Y}; no figure is entered by hand.",
        *(["Short runs (`python -m bench --quick`): wider errors than the full ones."] if options is QUICK else []),
        "",
        *machine.describe(),
        "The load, the edge, the services, PostgreSQL (fsync and synchronous_commit on) and Kafka share these cores.",
        f"supply-service holds {options.cards:,} cards. Machines differ severalfold: only ratios in one run travel.",
        "One alone, to standard output, by its module's name: `python -m bench campaign`; shorter with `--quick`.",
        "",
    ]


if __name__ == "__main__":
    main()
