"""The offline journal: each sale and reversal signed by the device, tied to the one before, durable before goods pass.

A gap, a fork or an altered sale shows: each sale carries the SHA-256 of its predecessor's canonical JSON
(signature included), and its own signature covers everything else.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidSignature

from devstack.terminal.answers import Line, OfflineItem, OfflineReversal, OfflineSale
from devstack.terminal.caller import new_key
from devstack.terminal.keys import DeviceKey, from_b64url, public_key

GENESIS = "0" * 64
FIRST_SEQUENCE = 1


class ChainBroken(ValueError):
    """The sales are not one unbroken chain signed by that key."""


def canonical(document: Mapping[str, object]) -> bytes:
    """The bytes that are signed and hashed: canonical JSON (RFC 8785) of names in ASCII, texts and whole numbers."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def digest(item: Mapping[str, object]) -> str:
    """What the next item's `previous_hash` must be."""
    return hashlib.sha256(canonical(item)).hexdigest()


def instant(at: datetime) -> str:
    """An instant as the API writes it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Chain:
    """The head of a terminal's chain in memory; `Journal` makes it durable."""

    def __init__(self, key: DeviceKey, sequence: int = FIRST_SEQUENCE - 1, head: str = GENESIS) -> None:
        self.key = key
        self.sequence = sequence
        self.head = head

    def sign(
        self,
        card_id: str,
        credential: str,
        lines: list[Line],
        occurred_at: datetime,
        price_list: str = "",
        notices: Sequence[str] = (),
    ) -> OfflineSale:
        """The next sale of the chain. `price_list`: by which list its lines have their amounts, where they do.

        `notices`: that its receipt is printed with.
        """
        sale: OfflineSale = {
            "sequence": self.sequence + 1,
            "previous_hash": self.head,
            "sale_id": new_key(),
            "card_id": card_id,
            "credential": credential,
            "lines": lines,
            "occurred_at": instant(occurred_at),
        }
        if price_list:
            sale["price_list"] = price_list
        if notices:
            sale["notices"] = [*notices]
        sale["signature"] = self.key.sign(canonical(sale))
        self._follow(sale)
        return sale

    def sign_reversal(self, reverses: str, reason: str, occurred_at: datetime, lines: list[int]) -> OfflineReversal:
        """The next item of the chain, which takes a sale back. `lines`: the places of some; none for all of it."""
        reversal: OfflineReversal = {
            "sequence": self.sequence + 1,
            "previous_hash": self.head,
            "reversal_id": new_key(),
            "reverses": reverses,
            "reason": reason,
            "occurred_at": instant(occurred_at),
        }
        if lines:
            reversal["lines"] = lines
        reversal["signature"] = self.key.sign(canonical(reversal))
        self._follow(reversal)
        return reversal

    def _follow(self, item: OfflineItem) -> None:
        self.sequence += 1
        self.head = digest(item)


def verify(sales: Iterable[OfflineItem], public: str, *, after: int = FIRST_SEQUENCE - 1, head: str = GENESIS) -> str:
    """Check a chain that follows sequence `after` with hash `head`; its last hash. `ChainBroken` says where."""
    key = public_key(public)
    for sale in sales:
        unsigned = {name: value for name, value in sale.items() if name != "signature"}
        if sale["sequence"] != after + 1 or sale["previous_hash"] != head:
            raise ChainBroken(f"sale {sale['sequence']} does not follow sale {after}")
        try:
            key.verify(from_b64url(sale["signature"]), canonical(unsigned))
        except (InvalidSignature, ValueError) as error:
            raise ChainBroken(f"sale {sale['sequence']} is not signed by this terminal") from error
        after, head = sale["sequence"], digest(sale)
    return head


class Journal:
    """The chain on disk: one sale a line, forced to the disk before `append` returns.

    A second file holds how far the server has taken it. After a power cut a half-written last line is cut
    away: its sale was never confirmed to anybody.
    """

    def __init__(self, folder: Path, key: DeviceKey) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "chain.jsonl"
        self._marker = folder / "uploaded"
        self._sales = self._read()
        last = self._sales[-1] if self._sales else None
        self.chain = Chain(key, last["sequence"], digest(last)) if last else Chain(key)
        self.uploaded = int(self._marker.read_text()) if self._marker.exists() else FIRST_SEQUENCE - 1

    def _read(self) -> list[OfflineItem]:
        if not self._path.exists():
            return []
        raw = self._path.read_bytes()
        whole = raw.rfind(b"\n") + 1
        if whole < len(raw):
            with self._path.open("r+b") as file:
                file.truncate(whole)
                os.fsync(file.fileno())
        return [orjson.loads(line) for line in raw[:whole].splitlines()]

    def append(
        self,
        card_id: str,
        credential: str,
        lines: list[Line],
        at: datetime,
        price_list: str = "",
        notices: Sequence[str] = (),
    ) -> OfflineSale:
        """Sign a sale and make it durable."""
        sale = self.chain.sign(card_id, credential, lines, at, price_list, notices)
        self._write(sale)
        return sale

    def take_back(self, reverses: str, reason: str, at: datetime, lines: list[int]) -> OfflineReversal:
        """Sign the reversal of a sale and make it durable."""
        reversal = self.chain.sign_reversal(reverses, reason, at, lines)
        self._write(reversal)
        return reversal

    def _write(self, item: OfflineItem) -> None:
        with self._path.open("ab") as file:
            file.write(canonical(item) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self._sales.append(item)

    def sales(self) -> list[OfflineSale]:
        """All sales, in order."""
        return [item for item in self._sales if "card_id" in item]

    def reversals(self) -> list[OfflineReversal]:
        """All reversals, in order."""
        return [item for item in self._sales if "reverses" in item]

    def pending(self) -> list[OfflineItem]:
        """The sales and reversals that the server has not confirmed, in order."""
        return [sale for sale in self._sales if sale["sequence"] > self.uploaded]

    def confirm(self, sequence: int) -> None:
        """The server has taken everything up to that sale."""
        temporary = self._marker.with_suffix(".new")
        temporary.write_text(str(sequence))
        temporary.replace(self._marker)
        self.uploaded = sequence
