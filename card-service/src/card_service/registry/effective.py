"""From which month on a change counts. Pure.

A fact has its day, its decision and its effective month. By default that is the month after the later of the two: what
is decided late changes no month that may have been drawn already. Which rule a kind of change follows is a policy.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from card_service.registry.months import next_month
from chassis.clock import month_start


class Rule(StrEnum):
    """How the effective month follows from a fact's day and the day of its decision."""

    AFTER_BOTH = "after_both"  # the month after the later of the two
    OF_DECISION = "of_decision"  # the month in which it was decided
    OF_FACT = "of_fact"  # the month in which it happened, whenever it was decided: what was missed is paid back


def effective_month(rule: Rule, fact_on: date, decided_on: date) -> date:
    """The first day of the first month in which a change counts."""
    if rule is Rule.OF_DECISION:
        return month_start(decided_on)
    if rule is Rule.OF_FACT:
        return month_start(fact_on)
    return next_month(max(fact_on, decided_on))
