"""The table of people's roles, held against the rules of separation of duties."""

from __future__ import annotations

from itertools import combinations

import pytest

from contracts.people import (
    AAL2,
    MACHINES_ONLY,
    OBJECTS,
    OF_CITIZENS,
    OF_THE_GATEWAY,
    PEOPLE,
    REGIONS,
    conflicting,
    scopes_of,
    writes,
)
from contracts.roles import CLIENTS, SUSPENDED, TERMINALS
from contracts.scopes import Scope

# What is about a citizen, money or health; days and settlements are sums of outlets.
_OF_CITIZENS = (
    "citizens:", "cards:", "redemptions:", "entitlements:", "messages:", "overview:", "coverage:", "contributions:",
    "encounters:", "eligibility:", "fhir:", "payments:", "wallets:", "ledger:", "payouts:", "settlements:",
)  # fmt: skip
_GIVE_RIGHTS = {Scope.PEOPLE_WRITE, Scope.GRANTS_ASK, Scope.GRANTS_DECIDE, Scope.AUTHORITIES_WRITE}


def test_every_scope_is_in_some_role_or_for_machines_only() -> None:
    held = scopes_of(PEOPLE)
    covered_by_writing = {Scope.CITIZENS_READ, Scope.SITES_READ, Scope.ROLLOUT_READ}
    given = (OF_CITIZENS - held) | OF_THE_GATEWAY
    assert held | MACHINES_ONLY | covered_by_writing | given == set(Scope)
    assert not held & (MACHINES_ONLY | given)
    assert not MACHINES_ONLY & given


def test_what_only_machines_do_some_machine_does_or_may() -> None:
    machines = {scope for scopes in (*CLIENTS.values(), *TERMINALS.values(), SUSPENDED) for scope in scopes}
    # for whoever brings money in from outside; for the gateway, which no client stands for
    assert MACHINES_ONLY - machines <= {Scope.LEDGER_WRITE, Scope.RECORDS_COLLECT}


@pytest.mark.parametrize("name", PEOPLE)
def test_every_role_names_roles_that_exist(name: str) -> None:
    role = PEOPLE[name]
    assert role.scopes
    assert role.areas
    assert role.name
    assert role.name_ar
    assert role.granted_by
    assert role.granted_by | role.conflicts <= set(PEOPLE)
    assert name not in role.conflicts
    assert role.acr == AAL2
    assert not (role.areas & OBJECTS and role.areas - OBJECTS)
    assert role.areas <= REGIONS | OBJECTS


@pytest.mark.parametrize("name", PEOPLE)
def test_whoever_grants_a_role_has_the_right_to(name: str) -> None:
    for granter in PEOPLE[name].granted_by:
        assert granter not in {"auditor", "security-officer"}
        assert PEOPLE[granter].areas <= REGIONS
        assert {Scope.GRANTS_ASK, Scope.GRANTS_DECIDE} <= PEOPLE[granter].scopes


@pytest.mark.parametrize("name", [name for name, role in PEOPLE.items() if role.scopes & _GIVE_RIGHTS])
def test_who_gives_rights_sees_no_citizen_no_money_and_no_health(name: str) -> None:
    assert not [scope for scope in PEOPLE[name].scopes if scope.startswith(_OF_CITIZENS)]


def test_who_gives_rights_holds_no_role_that_sees_them() -> None:
    for name in (name for name, role in PEOPLE.items() if role.scopes & _GIVE_RIGHTS):
        for other, role in PEOPLE.items():
            if any(scope.startswith(_OF_CITIZENS) and not scope.endswith(":read") for scope in role.scopes):
                assert conflicting(name, other), (name, other)


def test_the_auditor_changes_nothing_and_holds_nothing_that_does() -> None:
    assert not writes("auditor")
    for other in PEOPLE:
        assert conflicting("auditor", other) == (other != "auditor" and writes(other))


def test_no_role_holds_both_sides_of_a_conflict() -> None:
    """What two roles must not come together in one human does not come together in one role either."""
    for one, other in combinations(PEOPLE, 2):
        assert conflicting(one, other) == conflicting(other, one)
        if conflicting(one, other):
            for third in PEOPLE:
                own = [PEOPLE[name].scopes - (PEOPLE[one].scopes & PEOPLE[other].scopes) for name in (one, other)]
                assert not all(part and part <= PEOPLE[third].scopes for part in own), (one, other, third)


@pytest.mark.parametrize(
    ("maker", "checker"),
    [
        ("payouts-maker", "payouts-approver"),
        ("policy-enterer", "policy-approver"),
        ("operator", "operations-approver"),
        ("client-administrator", "client-approver"),
        ("contributions-clerk", "coverage-officer"),
        ("outlets-officer", "inspector"),
    ],
)
def test_makers_and_checkers_are_different_people(maker: str, checker: str) -> None:
    assert conflicting(maker, checker)
    assert conflicting(checker, maker)


def test_central_roles_are_those_whose_scopes_belong_to_no_authority() -> None:
    everywhere = {Scope.POLICIES_WRITE, Scope.OPERATIONS_WRITE, Scope.KEYS_ROTATE, Scope.CLIENTS_WRITE}
    for role in PEOPLE.values():
        assert role.central or not role.scopes & everywhere
