"""Who may decide a proposal: nobody who had a hand in it, whatever the acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from approvals import rules
from approvals.content import canonical, digest_of
from approvals.errors import (
    AlreadyApproved,
    DeciderNotIndependent,
    NotTheProposer,
    OwnProposal,
    ProposalChanged,
    ProposalExpired,
    ProposalState,
    WrongOffice,
)
from approvals.model import MAKING, Act, Did, Office, Proposal, State
from chassis.area import Area
from chassis.principal import Actor, CallerKind
from chassis.problems import CallerKindRefused
from chassis.refusals import Refusal

NOON = datetime(2026, 11, 5, 10, tzinfo=UTC)
CONTENT: dict[str, JsonValue] = {"amount": 5}
DIGEST = digest_of(canonical(CONTENT))

people = st.sampled_from([f"person:{n}" for n in range(4)])
offices = st.sampled_from(["pensions", "treasury", None])
actors = st.builds(Actor, st.one_of(people, st.sampled_from(["ministry", "pension-authority"])), office=offices)
acts = st.lists(
    st.builds(Act, st.sampled_from([Did.CHANGED, Did.SUBMITTED, Did.APPROVED]), actors, st.just(NOON), st.just(DIGEST)),
    max_size=5,
)


def proposal(*done: Act, office: Office = Office.ANY) -> Proposal:
    return Proposal(
        proposal_id=UUID(int=7), kind="budget", subject="roads", state=State.SUBMITTED, content=dict(CONTENT),
        digest=DIGEST, amount=5, area=Area("03"), deciders=2, office=office, entered_at=NOON,
        expires_at=NOON + timedelta(days=7), ended_at=None, acts=done,
    )  # fmt: skip


def refusal(
    found: Proposal, kind: CallerKind, decider: Actor, grantors: frozenset[str] = frozenset()
) -> type[Refusal] | None:
    try:
        rules.ensure_may_decide(found, kind, decider, grantors)
    except Refusal as refused:
        return type(refused)
    return None


@given(entered=actors, then=acts, decider=actors, office=st.sampled_from(Office), grantors=st.frozensets(people))
def test_nobody_decides_who_had_a_hand_in_it(
    entered: Actor, then: list[Act], decider: Actor, office: Office, grantors: frozenset[str]
) -> None:
    found = proposal(Act(Did.ENTERED, entered, NOON, DIGEST), *then, office=office)
    makers = [act.actor for act in found.acts if act.did in MAKING]
    names, their_offices = {maker.who for maker in makers}, {maker.office for maker in makers}
    after = [n for n, act in enumerate(found.acts) if act.did is Did.SUBMITTED]
    approved = {act.actor.who for act in found.acts[after[-1] :] if act.did is Did.APPROVED} if after else set()
    fitting = {
        Office.ANY: True,
        Office.SAME: decider.office is not None and their_offices == {decider.office},
        Office.OTHER: decider.office is not None and decider.office not in their_offices,
    }[office]
    may = decider.who not in names | approved and fitting and names.isdisjoint(grantors)
    for kind in CallerKind:
        expected = may and kind is CallerKind.PERSON
        assert (refusal(found, kind, decider, grantors) is None) == expected


@pytest.mark.parametrize(
    ("who", "kind", "office", "grantors", "refused"),
    [
        ("person:c", "person", "pensions", set(), None),
        ("person:a", "person", "pensions", set(), OwnProposal),
        ("person:a", "person", "treasury", set(), OwnProposal),  # the same person in another office
        ("person:b", "person", "pensions", set(), OwnProposal),
        ("person:c", "person", "pensions", {"person:a"}, DeciderNotIndependent),
        ("person:c", "person", "pensions", {"person:z"}, None),
        ("client", "client", "pensions", set(), CallerKindRefused),
        (str(UUID(int=7)), "terminal", "pensions", set(), CallerKindRefused),
        (f"citizen:{UUID(int=7)}", "citizen", None, set(), CallerKindRefused),
    ],
)
def test_each_refusal_by_name(
    who: str, kind: str, office: str | None, grantors: set[str], refused: type[Refusal] | None
) -> None:
    found = proposal(
        Act(Did.ENTERED, Actor("person:a", office="pensions"), NOON, DIGEST),
        Act(Did.SUBMITTED, Actor("person:b", office="pensions"), NOON, DIGEST),
    )
    assert refusal(found, CallerKind(kind), Actor(who, office=office), frozenset(grantors)) is refused


def test_the_office_a_policy_asks_for() -> None:
    entered = Act(Did.ENTERED, Actor("ministry", office="pensions"), NOON, DIGEST)
    for office, theirs, refused in (
        (Office.SAME, "pensions", None),
        (Office.SAME, "treasury", WrongOffice),
        (Office.SAME, None, WrongOffice),
        (Office.OTHER, "treasury", None),
        (Office.OTHER, "pensions", WrongOffice),
        (Office.OTHER, None, WrongOffice),
    ):
        assert refusal(proposal(entered, office=office), CallerKind.PERSON, Actor("person:c", office=theirs)) is refused


def test_nobody_approves_twice_but_after_a_change_all_approve_anew() -> None:
    enter = Act(Did.ENTERED, Actor("person:a"), NOON, DIGEST)
    submit = Act(Did.SUBMITTED, Actor("person:a"), NOON, DIGEST)
    approve = Act(Did.APPROVED, Actor("person:b"), NOON, DIGEST)
    change = Act(Did.CHANGED, Actor("person:a"), NOON, DIGEST)
    assert refusal(proposal(enter, submit, approve), CallerKind.PERSON, Actor("person:b")) is AlreadyApproved
    again = proposal(enter, submit, approve, change, submit)
    assert again.approvals == ()
    assert refusal(again, CallerKind.PERSON, Actor("person:b")) is None


def test_time_digest_and_withdrawal() -> None:
    found = proposal(Act(Did.ENTERED, Actor("person:a"), NOON, DIGEST))
    rules.ensure_open(found, NOON)
    with pytest.raises(ProposalExpired):
        rules.ensure_open(found, NOON + timedelta(days=7))
    with pytest.raises(ProposalState):
        rules.ensure_open(replace(found, state=State.REFUSED), NOON + timedelta(days=8))
    with pytest.raises(ProposalChanged):
        rules.ensure_seen(found, digest_of(canonical({"amount": 6})))
    rules.ensure_may_withdraw(found, Actor("person:a"))
    with pytest.raises(NotTheProposer):
        rules.ensure_may_withdraw(found, Actor("person:b"))
