"""The ledger's rules against a model kept by hand, whatever is ordered, held, captured, voided, refunded, repeated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from chassis.ids import new_id
from chassis.problems import status_of
from chassis.refusals import Refusal
from payment_service.ledger.rules import Account, Books, Operation, Order, Refund, Settle, Transfer
from payment_service.payments.events import PAYMENT

START = datetime(2026, 11, 1, tzinfo=UTC)
FUND, MERCHANT = new_id(), new_id()
WALLETS = [new_id() for _ in range(3)]
amounts = st.integers(1, 120)
wallets = st.sampled_from(WALLETS)


class LedgerMachine(RuleBasedStateMachine):
    """A fund, a merchant, three wallets; time goes on; every order may be given twice."""

    holds: Bundle[UUID] = Bundle("holds")
    done: Bundle[tuple[Operation, Transfer | None]] = Bundle("done")

    def __init__(self) -> None:
        super().__init__()
        accounts = {FUND: Account(FUND, "fund", True, 0, 0, 0), MERCHANT: Account(MERCHANT, "merchant", True, 0, 0, 0)}
        accounts |= {wallet: Account(wallet, "wallet", False, 0, 0, 0) for wallet in WALLETS}
        self.books = Books(accounts, {})
        self.now = START
        self.balances = dict.fromkeys(accounts, 0)
        self.held = dict.fromkeys(accounts, 0)
        self.refunded: dict[UUID, int] = {}

    def carry_out(self, operation: Operation) -> Transfer | None:
        before = (dict(self.books.accounts), dict(self.books.transfers))
        try:
            return self.books.apply(operation, self.now)
        except Refusal as refusal:
            refused = status_of(type(refusal))
        assert refused in {404, 409, 422}
        assert (self.books.accounts, self.books.transfers) == before, "a refusal changes nothing"
        return None

    @rule(target=done, wallet=wallets, amount=amounts)
    def pay_in(self, wallet: UUID, amount: int) -> tuple[Operation, Transfer | None]:
        order = Order(Transfer(new_id(), FUND, wallet, amount, "posted"))
        made = self.carry_out(order)
        assert made is not None
        self.balances[FUND] -= amount
        self.balances[wallet] += amount
        return order, made

    @rule(wallet=wallets, amount=amounts)
    def take_without_its_holder(self, wallet: UUID, amount: int) -> None:
        assert self.carry_out(Order(Transfer(new_id(), wallet, MERCHANT, amount, "posted"))) is None

    @rule(target=holds, wallet=wallets, amount=amounts, minutes=st.integers(1, 5))
    def hold(self, wallet: UUID, amount: int, minutes: int) -> UUID:
        hold_id = new_id()
        expires = self.now + timedelta(minutes=minutes)
        made = self.carry_out(
            Order(Transfer(hold_id, wallet, MERCHANT, amount, "pending", kind=PAYMENT, expires_at=expires))
        )
        enough = self.balances[wallet] - self.held[wallet] >= amount
        assert (made is not None) == enough
        if made:
            self.held[wallet] += amount
        return hold_id

    @rule(hold_id=holds, part=st.floats(0.01, 1.2), late=st.booleans())
    def capture(self, hold_id: UUID, part: float, late: bool) -> None:
        known = self.books.transfers.get(hold_id)
        amount = max(1, round(known.amount * part)) if known else 1
        was_pending = known is not None and known.state == "pending"
        made = self.carry_out(Settle(hold_id, "posted", amount, late=late))
        if made is None or not was_pending or known is None:
            return
        assert late or known.expires_at is None or known.expires_at > self.now
        self.held[known.debit_account_id] -= known.amount
        self.balances[known.debit_account_id] -= amount
        self.balances[MERCHANT] += amount

    @rule(hold_id=holds, to=st.sampled_from(["voided", "expired"]))
    def give_up(self, hold_id: UUID, to: str) -> None:
        known = self.books.transfers.get(hold_id)
        was_pending = known is not None and known.state == "pending"
        made = self.carry_out(Settle(hold_id, "voided" if to == "voided" else "expired"))
        if made is not None and was_pending and known is not None:
            self.held[known.debit_account_id] -= known.amount

    @rule(target=done, hold_id=holds, amount=amounts)
    def refund(self, hold_id: UUID, amount: int) -> tuple[Operation, Transfer | None]:
        wanted = Refund(new_id(), hold_id, amount, "goods returned")
        known = self.books.transfers.get(hold_id)
        made = self.carry_out(wanted)
        if made is not None and known is not None:
            self.refunded[hold_id] = self.refunded.get(hold_id, 0) + amount
            assert self.refunded[hold_id] <= known.posted
            self.balances[MERCHANT] -= amount
            self.balances[known.debit_account_id] += amount
        return wanted, made

    @rule(pair=done)
    def repeat(self, pair: tuple[Operation, Transfer | None]) -> None:
        operation, first = pair
        if first is not None:
            assert self.carry_out(operation) == self.books.transfers[first.transfer_id]

    @rule(minutes=st.integers(1, 3))
    def time_goes_on(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @invariant()
    def the_sum_is_zero(self) -> None:
        assert sum(account.balance for account in self.books.accounts.values()) == 0

    @invariant()
    def balances_are_what_was_done(self) -> None:
        assert {key: account.balance for key, account in self.books.accounts.items()} == self.balances
        assert {key: account.held for key, account in self.books.accounts.items()} == self.held

    @invariant()
    def no_wallet_is_overdrawn(self) -> None:
        assert all(self.books.accounts[wallet].available >= 0 for wallet in WALLETS)

    @invariant()
    def holds_are_those_pending(self) -> None:
        for wallet in WALLETS:
            pending = [
                transfer.amount
                for transfer in self.books.transfers.values()
                if transfer.debit_account_id == wallet and transfer.state == "pending"
            ]
            assert self.books.accounts[wallet].held == sum(pending)


LedgerMachine.TestCase.settings = settings(max_examples=300, stateful_step_count=50, deadline=None)
TestLedger = LedgerMachine.TestCase
