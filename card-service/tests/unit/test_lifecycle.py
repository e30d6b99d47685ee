from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from card_service.cards import numbers, pins
from card_service.cards.lifecycle import (
    ENDED,
    IN_HAND,
    TRANSITIONS,
    USABLE,
    WAITING,
    Action,
    CardState,
    IllegalMove,
    after,
    allowed,
    among,
    offered,
    usable_state,
)
from card_service.cards.moves import MOVES, By, MovesInvalid, read

KEY = bytes(range(32))
fifteen = st.text("0123456789", min_size=15, max_size=15)
four = st.text("0123456789", min_size=4, max_size=4)


@given(fifteen)
def test_a_luhn_digit_makes_a_number_valid(payload: str) -> None:
    assert numbers.is_valid(payload + numbers.luhn_digit(payload))


@given(fifteen, st.integers(0, 15), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(payload: str, place: int, add: int) -> None:
    number = payload + numbers.luhn_digit(payload)
    wrong = number[:place] + str((int(number[place]) + add) % 10) + number[place + 1 :]
    assert not numbers.is_valid(wrong)


def test_a_known_number_is_valid() -> None:
    assert numbers.is_valid("4539578763621486")
    assert not numbers.is_valid("4539578763621487")
    assert not numbers.is_valid("453957876362148")
    assert not numbers.is_valid("٤٥٣٩٥٧٨٧٦٣٦٢١٤٨٦")


@given(st.sampled_from(["9818", "98181234"]))
def test_new_numbers_are_the_issuers_and_valid(prefix: str) -> None:
    number = numbers.new_number(prefix)
    assert number.startswith(prefix)
    assert numbers.is_valid(number)
    assert numbers.masked(number) == "*" * 12 + number[-4:]


@given(st.sampled_from(CardState), st.sampled_from(Action))
def test_only_the_table_decides(state: CardState, action: Action) -> None:
    if (state, action) in TRANSITIONS:
        assert after(state, action) is TRANSITIONS[state, action]
        assert action in allowed(state)
    else:
        assert action not in allowed(state)
        with pytest.raises(IllegalMove):
            after(state, action)


def test_every_state_can_be_reached_and_nothing_leads_back_from_the_end() -> None:
    assert {*TRANSITIONS.values(), CardState.REQUESTED} == set(CardState)
    assert allowed(CardState.CLOSED) == allowed(CardState.REPLACED) == frozenset()
    assert {target for (state, _), target in TRANSITIONS.items() if state in ENDED} <= {CardState.EXPIRED}
    assert set(CardState) == IN_HAND | WAITING | ENDED
    assert len(IN_HAND) + len(WAITING) + len(ENDED) == len(CardState)
    assert USABLE < IN_HAND


@given(st.sampled_from(CardState), st.frozensets(st.sampled_from(sorted({s for m in MOVES for s in m.scopes}))))
def test_nobody_is_offered_what_the_own_scopes_do_not_open(state: CardState, scopes: frozenset[str]) -> None:
    for action in offered(state, scopes, office=False):
        (move,) = [one for one in MOVES if (one.state, one.action) == (state, action)]
        assert move.by is By.REQUEST
        assert move.scopes & scopes
        assert move.operation
        assert not move.offices_only
    assert set(offered(state, scopes, office=False)) <= set(offered(state, scopes, office=True))
    assert not offered(state, [], office=True)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("issued,block,blocked,request,,,\nissued,block,closed,request,,,", "said twice"),
        ("issued,block,blocked,request,POST /v1/x,,any", "opened by a scope"),
        ("issued,block,stopped,request,,,", "a row that is none"),
        ("issued,melt,closed,request,,,", "a row that is none"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(row: str, fault: str) -> None:
    with pytest.raises(MovesInvalid, match=fault):
        read(["state,action,next,by,operation,scopes,callers", *row.split("\n")])


def test_the_word_of_the_version_before_is_read() -> None:
    assert CardState("ready") is CardState.IN_STOCK
    assert among([CardState.IN_STOCK]) == "('in_stock', 'ready')"
    assert among([CardState.CLOSED]) == "('closed')"
    with pytest.raises(ValueError, match="steady"):
        CardState("steady")


@pytest.mark.parametrize(
    ("state", "before", "reached"),
    [
        (CardState.ISSUED, None, CardState.ISSUED),
        (CardState.ACTIVE, None, CardState.ACTIVE),
        (CardState.BLOCKED, CardState.ISSUED, CardState.ISSUED),
        (CardState.BLOCKED, CardState.ACTIVE, CardState.ACTIVE),
    ],
)
def test_a_replacement_is_as_far_as_the_old_card(
    state: CardState, before: CardState | None, reached: CardState
) -> None:
    assert usable_state(state, before) is reached


class ALife(RuleBasedStateMachine):
    """Whatever is done to a card, it is never active without having been handed over, nor back from its end."""

    def __init__(self) -> None:
        super().__init__()
        self.state = CardState.REQUESTED
        self.before: CardState | None = None
        self.handed_over = self.was_active = self.ended = False
        self.serial_taken = self.approved = False

    @rule(action=st.sampled_from(Action))
    def act(self, action: Action) -> None:
        try:
            state = after(self.state, action, self.before)
        except IllegalMove:
            return
        assert not self.ended or self.state is CardState.EXPIRED is state
        self.approved |= action is Action.APPROVE
        self.serial_taken |= action is Action.TAKE_SERIAL
        self.before = self.state if state is CardState.BLOCKED and self.state is not CardState.BLOCKED else self.before
        if state is not CardState.BLOCKED:
            self.before = None
        self.handed_over |= action is Action.HAND_OVER
        self.was_active |= state is CardState.ACTIVE
        self.state = state
        self.ended |= state in ENDED

    @invariant()
    def in_hand_only_after_hand_over(self) -> None:
        assert self.state not in IN_HAND or self.handed_over

    @invariant()
    def the_bureau_makes_what_was_approved(self) -> None:
        assert self.state is not CardState.IN_PRODUCTION or self.approved
        assert self.state is CardState.REQUESTED or self.approved or self.ended

    @invariant()
    def only_what_was_made_is_given_out(self) -> None:
        assert self.state not in IN_HAND or self.serial_taken

    @precondition(lambda self: self.state is CardState.ISSUED)
    @invariant()
    def an_active_card_never_falls_back(self) -> None:
        assert not self.was_active


TestALife = ALife.TestCase


@given(four, st.integers(1900, 2026))
def test_a_pin_is_refused_for_a_reason_only(pin: str, year: int) -> None:
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    weak = pin[:2] == pin[2:] or steps in ({1}, {9}) or pin == str(year)
    assert (pins.fault(pin, year) is pins.PinFault.WEAK) is weak


@pytest.mark.parametrize("pin", ["1234", "4321", "0000", "9999", "7890", "0987", "1212", "1968"])
def test_weak_pins(pin: str) -> None:
    assert pins.fault(pin, 1968) is pins.PinFault.WEAK


@pytest.mark.parametrize("pin", ["", "123", "12345", "12a4", "١٢٣٥", " 129", "-129"])
def test_malformed_pins(pin: str) -> None:
    assert pins.fault(pin, 1968) is pins.PinFault.MALFORMED


def test_three_wrong_tries_lock_even_the_right_pin() -> None:
    known = pins.stored(KEY, "2947")
    results = []
    for pin in ("1111", "2222", "3333", "2947"):
        result, failures = pins.attempt(KEY, known, pin, 3)
        known = pins.StoredPin(known.salt, known.digest, failures)
        results.append(str(result))
    assert results == ["wrong", "wrong", "locked", "locked"]


def test_a_right_try_forgives_the_wrong_ones() -> None:
    known = pins.StoredPin(*(lambda p: (p.salt, p.digest))(pins.stored(KEY, "2947")), 2)
    assert pins.attempt(KEY, known, "2947", 3) == (pins.PinResult.CORRECT, 0)
    assert pins.attempt(KEY, None, "2947", 3) == (pins.PinResult.NOT_SET, 0)


@given(four)
def test_the_same_pin_is_kept_differently_each_time(pin: str) -> None:
    one, other = pins.stored(KEY, pin), pins.stored(KEY, pin)
    assert one.digest != other.digest
    assert pin.encode() not in one.digest + one.salt or len(pin) < 4
