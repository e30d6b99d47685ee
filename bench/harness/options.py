"""How long and how often to measure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """`seconds` of one run, `rounds` of all runs in turn, `cards` in supply-service's books, pgbench's `scale`,
    `citizens` in the file that is imported and in the databases that are upgraded, `households` whose month is opened
    at once and over which a change of policies is computed, `simulated` over which it is computed too, `named` in the
    register where `searches` are made, `registered` households in the one that is looked through, `planned` adults
    who are invited to collect their cards, `handovers` cards that
    wait to be given, `activated` by one order. `campaign` adults are invited and come, to sites of so many counters,
    which take so many minutes a visitor.

    The scale has as many branches as the most clients, so that they do not queue for one row.
    """

    seconds: float = 5.0
    rounds: int = 5
    cards: int = 100_000
    scale: int = 64
    seed: int = 2025
    citizens: int = 1_000_000
    households: int = 186_000
    simulated: int = 2_000_000
    named: int = 5_000_000
    registered: int = 1_000_000
    planned: int = 500_000
    searches: int = 3_000
    handovers: int = 30_000
    activated: int = 100_000
    campaign: int = 496_000
    campaign_counters: int = 8
    campaign_minutes: int = 8


QUICK = Options(
    seconds=2.0,
    rounds=2,
    cards=40_000,
    scale=16,
    citizens=20_000,
    households=10_000,
    simulated=40_000,
    named=40_000,
    registered=20_000,
    planned=20_000,
    searches=300,
    handovers=4_000,
    activated=10_000,
    campaign=16_000,
    campaign_counters=2,
    campaign_minutes=60,
)
