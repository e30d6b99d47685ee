"""The project's own rules, those that no ready-made linter knows: `python -m tools.lint [PATH...]`.

Each rule is a function from a `Source` to its `Finding`s; `ALL_RULES` is the whole list.
A single line may be excused by a comment on it or on the line before: `# allow: <rule> <reason>`.
"""

from __future__ import annotations

from tools.lint.addresses import addresses
from tools.lint.bounds import bounds
from tools.lint.errors import broad_excepts, hidden_members
from tools.lint.figures import known_figures, rule_figures
from tools.lint.habits import (
    business_clock,
    lost_updates,
    money_as_float,
    own_engines,
    prints,
    second_sessions,
    set_statements,
    unfinished,
)
from tools.lint.names import stand_in_names
from tools.lint.sizes import sizes
from tools.lint.source import Finding, Rule, Source
from tools.lint.tables import foreign_writes, ownerless_tables
from tools.lint.testing import default_ports, skipped_tests, test_doubles

ALL_RULES: tuple[Rule, ...] = (
    sizes,
    addresses,
    rule_figures,
    known_figures,
    broad_excepts,
    hidden_members,
    stand_in_names,
    lost_updates,
    prints,
    money_as_float,
    business_clock,
    set_statements,
    own_engines,
    second_sessions,
    unfinished,
    skipped_tests,
    default_ports,
    test_doubles,
    foreign_writes,
    ownerless_tables,
    bounds,
)


def check(source: Source) -> list[Finding]:
    """Every finding of every rule in one file, excused ones left out, in the order of its lines."""
    findings = (finding for rule in ALL_RULES for finding in rule(source))
    return sorted(finding for finding in findings if not source.excuses(finding))
