"""What the ledger allows: pure decisions on accounts and transfers as they were read."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

from chassis.holder_proofs.refusals import HolderProofRequired, HolderProofUsed
from payment_service.ledger import refusals

SYSTEMS: Final = "transfer"  # the kind of what systems order by themselves
WALLET: Final = "wallet"
_WATCHED: Final = frozenset({WALLET, "clearing", "fund"})  # kinds of accounts on which systems may not do everything

State = Literal["pending", "posted", "voided", "expired"]


class Account(NamedTuple):
    """An account: piastres posted to it less those posted from it, and what pending transfers hold of that."""

    account_id: UUID
    kind: str
    may_overdraw: bool
    balance: int
    held: int
    version: int
    frozen: bool = False  # its holder is dead: only what was held before leaves it

    @property
    def available(self) -> int:
        """What may leave it now."""
        return self.balance - self.held

    @property
    def reserved(self) -> bool:
        """Whether only what people have decided moves on it: of the treasury, a batch, a fund that is bounded."""
        return self.kind == "clearing" or (self.kind == "fund" and not self.may_overdraw)

    def moved(self, balance: int = 0, held: int = 0) -> Account:
        """The account with so much more on it and so much more of it held."""
        return Account(
            self.account_id, self.kind, self.may_overdraw, self.balance + balance, self.held + held, self.version,
            self.frozen,
        )  # fmt: skip


class Transfer(NamedTuple):
    """An amount on its way from one account to another, or arrived, or given up."""

    transfer_id: UUID
    debit_account_id: UUID
    credit_account_id: UUID
    amount: int
    state: State
    posted: int = 0
    refunded: int = 0
    kind: str = SYSTEMS
    reference: str = ""
    expires_at: datetime | None = None
    refund_of: UUID | None = None
    details: str | None = None

    def same_order(self, other: Transfer) -> bool:
        """Whether both ask for the same: a repeat of the order, not another one under its id."""
        return (
            (self.debit_account_id, self.credit_account_id, self.amount, self.kind, self.reference, self.refund_of)
            == (other.debit_account_id, other.credit_account_id, other.amount, other.kind, other.reference,
                other.refund_of)
        )  # fmt: skip


class Order(NamedTuple):
    """Move an amount now (`expires_at` None) or hold it until then.

    `fresh`: its id was made for it just now; `once`: its id is that of a holder's proof, which permits no other order.
    """

    transfer: Transfer
    fresh: bool = False
    once: bool = False


class Settle(NamedTuple):
    """Post a held transfer, whole or in part, or give it up."""

    transfer_id: UUID
    to: Literal["posted", "voided", "expired"]
    amount: int | None = None
    late: bool = False  # post from the balance although the hold has run out: the sale it was for is a fact


class Refund(NamedTuple):
    """Send back all or part of a posted transfer, under an id of its own."""

    transfer_id: UUID
    refund_of: UUID
    amount: int
    reference: str


Operation = Order | Settle | Refund


class Books:
    """Accounts and transfers in memory; each operation decided sees what the ones before it have done."""

    def __init__(self, accounts: dict[UUID, Account], transfers: dict[UUID, Transfer]) -> None:
        """Take what was read; nothing else exists."""
        self.accounts = accounts
        self.transfers = transfers

    def apply(self, operation: Operation, now: datetime) -> Transfer:
        """Carry an operation out and give the transfer as it stands. Raises the refusal and changes nothing.

        The same operation again gives the same transfer again.
        """
        if isinstance(operation, Order):
            return self._order(operation.transfer, now, once=operation.once)
        if isinstance(operation, Settle):
            return self._settle(operation, now)
        return self._refund(operation)

    def _order(self, wanted: Transfer, now: datetime, *, once: bool = False) -> Transfer:
        known = self.transfers.get(wanted.transfer_id)
        if known is not None:
            if once:
                raise HolderProofUsed("Ask the holder again.", detail_ar="اطلب من حامل الكارت إثباتاً جديداً.")
            if known.same_order(wanted):
                return known
            raise refusals.TransferIdReused()
        if wanted.amount <= 0 or wanted.debit_account_id == wanted.credit_account_id:
            raise refusals.TransferInvalid(
                "An amount above zero moves between two different accounts.",
                detail_ar="ينقل مبلغ أكبر من صفر بين حسابين مختلفين.",
            )
        debit, credit = self._account(wanted.debit_account_id), self._account(wanted.credit_account_id)
        if wanted.kind == SYSTEMS and (debit.kind in _WATCHED or credit.kind in _WATCHED):
            _ensure_systems_may(debit, credit)
        if debit.frozen:
            raise refusals.WalletFrozen()
        _check_available(debit, wanted.amount)
        if wanted.expires_at is None:
            made = wanted if _is_posted(wanted) else wanted._replace(state="posted", posted=wanted.amount)
            self._move(debit, credit, made.posted)
        else:
            if wanted.expires_at <= now:
                raise refusals.TransferInvalid(
                    "A hold must end in the future.", detail_ar="يجب أن ينتهي الحجز في المستقبل."
                )
            made = wanted._replace(state="pending")
            self._put(debit.moved(held=wanted.amount))
        self.transfers[made.transfer_id] = made
        return made

    def _settle(self, wanted: Settle, now: datetime) -> Transfer:
        known = self._transfer(wanted.transfer_id)
        amount = known.amount if wanted.amount is None else wanted.amount
        if known.state != "pending":
            if known.state == wanted.to and (wanted.to != "posted" or known.posted == amount):
                return known
            if not (wanted.late and wanted.to == "posted" and known.state in {"expired", "voided"}):
                raise refusals.not_pending(known.state)
            raise refusals.HoldExpired(
                "The hold had run out; the amount is to be taken anew.",
                detail_ar="انتهى الحجز، ويلزم حجز المبلغ من جديد.",
            )
        if not 0 < amount <= known.amount:
            raise refusals.TransferInvalid(
                "At most the amount held can be captured.", detail_ar="لا يخصم أكثر من المبلغ المحجوز."
            )
        overdue = known.expires_at is not None and known.expires_at <= now
        if wanted.to == "posted" and overdue and not wanted.late:
            raise refusals.HoldExpired("The hold has run out.", detail_ar="انتهت مدة الحجز.")
        if wanted.to == "expired" and not overdue:
            raise refusals.TransferInvalid("The hold has not run out yet.", detail_ar="مدة الحجز لم تنته بعد.")
        debit = self._account(known.debit_account_id)
        debit = debit.moved(held=-known.amount)
        if wanted.to == "posted":
            self._move(debit, self._account(known.credit_account_id), amount)
            made = known._replace(state="posted", posted=amount)
        else:
            self._put(debit)
            made = known._replace(state=wanted.to)
        self.transfers[made.transfer_id] = made
        return made

    def _refund(self, wanted: Refund) -> Transfer:
        first = self._transfer(wanted.refund_of)
        made = Transfer(
            wanted.transfer_id, first.credit_account_id, first.debit_account_id, wanted.amount, "posted",
            posted=wanted.amount, kind="refund", reference=wanted.reference, refund_of=wanted.refund_of,
            details=first.details,
        )  # fmt: skip
        known = self.transfers.get(wanted.transfer_id)
        if known is not None:
            if known.same_order(made):
                return known
            raise refusals.TransferIdReused()
        if first.state != "posted":
            raise refusals.not_captured(first.state)
        if not 0 < wanted.amount <= first.posted - first.refunded:
            raise refusals.RefundTooLarge(
                f"{first.posted - first.refunded} piastres are left to refund.",
                detail_ar=f"المتبقي للرد {first.posted - first.refunded} قرشاً.",
                refundable=first.posted - first.refunded,
            )
        debit, credit = self._account(made.debit_account_id), self._account(made.credit_account_id)
        _check_available(debit, made.amount)
        self._move(debit, credit, made.amount)
        self.transfers[first.transfer_id] = first._replace(refunded=first.refunded + made.amount)
        self.transfers[made.transfer_id] = made
        return made

    def _move(self, debit: Account, credit: Account, amount: int) -> None:
        self._put(debit.moved(-amount))
        self._put(credit.moved(amount))

    def _put(self, account: Account) -> None:
        self.accounts[account.account_id] = account

    def _account(self, account_id: UUID) -> Account:
        account = self.accounts.get(account_id)
        if account is None:
            raise refusals.AccountUnknown(account_id=str(account_id))
        return account

    def _transfer(self, transfer_id: UUID) -> Transfer:
        transfer = self.transfers.get(transfer_id)
        if transfer is None:
            raise refusals.TransferUnknown(transfer_id=str(transfer_id))
        return transfer


def _ensure_systems_may(debit: Account, credit: Account) -> None:
    """That a system may move money between two accounts by itself."""
    if debit.reserved or credit.reserved:
        raise refusals.AccountReserved()
    if debit.frozen:
        raise refusals.WalletFrozen()
    if debit.kind == WALLET:
        raise HolderProofRequired(
            "Nothing leaves a wallet but by a payment that its holder has proved: POST /v1/payments.",
            detail_ar="لا يخصم من المحفظة إلا بعملية دفع أثبت صاحب الكارت حضوره فيها.",
        )


def _is_posted(wanted: Transfer) -> bool:
    return wanted.state == "posted" and wanted.posted == wanted.amount


def _check_available(account: Account, amount: int) -> None:
    if not account.may_overdraw and amount > account.available:
        raise refusals.InsufficientFunds(
            f"{account.available} piastres are available.",
            detail_ar="الرصيد المتاح لا يكفي",
            available=account.available,
        )
