"""What use cases have at hand beside their session: keys, policy, clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.envelopes import (
    BatchSigner,
    CredentialSigner,
    HotListSigner,
    PinEnvelope,
    PrintedCodeSigner,
    ProofSigner,
)
from card_service.keys import MOBILE_NEW_HOURS
from card_service.name_keys import NameKeys
from card_service.settings import Settings
from chassis.area import Bound
from chassis.clock import Clock
from chassis.ration_card import RationCardMarks
from chassis.sealing import Keyring, Vault, key_bytes
from policybook.book import PolicyBook
from policybook.keys import Key
from policybook.snapshot import Snapshot

T = TypeVar("T")

CloseCards = Callable[[AsyncSession, UUID, datetime, str], Awaitable[None]]
"""Ends the cards of a citizen who leaves a household, by the packages above the register: session, citizen, instant."""

TransferCards = Callable[[AsyncSession, UUID, str], Awaitable[None]]
"""Makes a household's cards those of another governorate, by the package of cards: session, household, governorate."""

TokenRow = tuple[int, UUID, int]
"""A token of a name, the citizen, the bits of all the citizen's tokens."""

AddTokens = Callable[[AsyncSession, Iterable[TokenRow]], Awaitable[None]]
"""Writes the tokens of citizens who are entered in the session's transaction, by the package of searches."""

OpenDuplicates = Callable[[AsyncSession, Bound, Sequence[UUID]], Awaitable[dict[UUID, list[UUID]]]]
"""The likely duplicates of citizens that wait for a person, both of whom are the caller's: by the package of them."""


@dataclass(frozen=True)
class Dependencies:
    """Made once a process from the settings."""

    settings: Settings
    clock: Clock
    vault: Vault
    name_keys: NameKeys
    contacts: Vault
    ration_cards: RationCardMarks
    policies: Snapshot[PolicyBook]
    pins: PinEnvelope
    pin_key: bytes
    credentials: CredentialSigner
    proofs: ProofSigner
    hot_list: HotListSigner
    printed_codes: PrintedCodeSigner
    batches: BatchSigner
    transfer_cards: TransferCards
    add_tokens: AddTokens
    open_duplicates: OpenDuplicates

    @classmethod
    def of(
        cls,
        settings: Settings,
        clock: Clock,
        policies: Snapshot[PolicyBook],
        transfer_cards: TransferCards,
        add_tokens: AddTokens,
        open_duplicates: OpenDuplicates,
    ) -> Self:
        """Read the keys."""
        signing = Keyring.parse(settings.card_signing_keys.get_secret_value())
        lookup_key = key_bytes(settings.card_lookup_key.get_secret_value())
        return cls(
            settings=settings,
            clock=clock,
            vault=Vault(Keyring.parse(settings.card_data_keys.get_secret_value()), lookup_key),
            name_keys=NameKeys(lookup_key),
            contacts=Vault(Keyring.parse(settings.contact_keys.get_secret_value())),
            ration_cards=RationCardMarks.of(settings.ration_card_key.get_secret_value()),
            policies=policies,
            pins=PinEnvelope.of(Keyring.parse(settings.card_pin_transport_keys.get_secret_value())),
            pin_key=key_bytes(settings.card_pin_key.get_secret_value()),
            credentials=CredentialSigner.of(signing),
            proofs=ProofSigner.of(signing),
            hot_list=HotListSigner.of(signing),
            printed_codes=PrintedCodeSigner.of(signing),
            batches=BatchSigner.of(signing),
            transfer_cards=transfer_cards,
            add_tokens=add_tokens,
            open_duplicates=open_duplicates,
        )

    def now(self) -> datetime:
        """The present of the business."""
        return self.clock.now()

    def today(self) -> date:
        """The business day in Cairo."""
        return self.clock.today()

    def number_new_until(self) -> datetime:
        """Until when a mobile that takes another's place now proves nothing."""
        return self.now() + timedelta(hours=self.figure(MOBILE_NEW_HOURS))

    def figure(self, key: Key[T]) -> T:
        """The value of a policy as of today."""
        return key.on(self.policies.book, self.today())
