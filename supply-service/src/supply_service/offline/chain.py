"""The chain of a terminal's offline sales: signed, each tied to the one before. Pure; finds forks, breaks, repeats."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chassis.signing import from_b64url

GENESIS = bytes(32)

_Place = tuple[int, int]  # the number of a key, and the sequence in its chain

Fault = Literal["signature_invalid", "key_replaced", "chain_forked", "chain_broken", "sale_id_reused"]


class Link(NamedTuple):
    """A sale's place in the chain of a key (the terminal's first has number 0).

    `document` is its canonical JSON, signature included; `hash` its SHA-256.
    """

    sequence: int
    sale_id: UUID
    previous_hash: bytes
    hash: bytes
    document: bytes
    key: int = 0


class Known(NamedTuple):
    """A link that is in the books, and what became of its sale."""

    sequence: int
    sale_id: UUID
    previous_hash: bytes
    hash: bytes
    status: str
    code: str | None
    redemption_id: UUID | None
    key: int = 0
    dispute_id: UUID | None = None


class SigningKey(NamedTuple):
    """A key of a terminal (base64url, Ed25519), and when another took its place; None while it is in use."""

    number: int
    public_key: str
    until: datetime | None


class Signature(NamedTuple):
    """Whose signature a sale bears: the number of the key, or what is wrong with it."""

    key: int = 0
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What an uploaded sale is: new and authentic, a repeat of a known one, or faulty."""

    link: Link
    fault: Fault | None = None
    repeats: Known | None = None
    repeats_upload: bool = False


def canonical(document: Mapping[str, object]) -> bytes:
    """The bytes that are signed and hashed: canonical JSON by RFC 8785.

    A sale has strings, whole numbers below 2^53 and names in ASCII, for which sorting by code points and this
    serialisation are that form (`tests/unit/test_canonical.py` holds both against each other).
    """
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def link(sale: Mapping[str, object], sequence: int, sale_id: UUID, previous_hash: str) -> Link:
    """The place in the chain of a sale as it was uploaded."""
    document = canonical(sale)
    return Link(sequence, sale_id, bytes.fromhex(previous_hash), hashlib.sha256(document).digest(), document)


def signature_holds(public_key: str, sale: Mapping[str, object]) -> bool:
    """Whether the terminal's key (base64url, Ed25519) signed everything in the sale but the signature itself."""
    unsigned = {name: value for name, value in sale.items() if name != "signature"}
    try:
        key = Ed25519PublicKey.from_public_bytes(from_b64url(public_key))
        key.verify(from_b64url(str(sale["signature"])), canonical(unsigned))
    except (InvalidSignature, ValueError):
        return False
    return True


class Told(NamedTuple):
    """A sale as it was uploaded, its place in the chain, and when it says it was made."""

    sale: Mapping[str, object]
    link: Link
    occurred_at: datetime


def signatures_of(told: Sequence[Told], keys: Sequence[SigningKey]) -> list[Signature]:
    """Whose signature each sale bears, in the order given.

    A signature covers the hash of the sale before, that one's signature included, and so all that a terminal had sold
    until then: of sales that follow each other only the last is checked by itself. What nothing vouches for is checked.
    """
    found: dict[int, Signature] = {}
    vouched: dict[tuple[int, bytes], SigningKey] = {}
    for place in sorted(range(len(told)), key=lambda place: -told[place].link.sequence):
        one = told[place]
        key = vouched.get((one.link.sequence, one.link.hash)) or _signer(one.sale, keys)
        found[place] = _held(key, one.occurred_at)
        if key is not None and found[place].fault is None:
            vouched[one.link.sequence - 1, one.link.previous_hash] = key
    return [found[place] for place in range(len(told))]


def _signer(sale: Mapping[str, object], keys: Sequence[SigningKey]) -> SigningKey | None:
    return next((key for key in keys if signature_holds(key.public_key, sale)), None)


def _held(key: SigningKey | None, occurred_at: datetime) -> Signature:
    """What a key's signature is worth: one that was replaced holds for what was sold until then."""
    if key is None:
        return Signature(fault="signature_invalid")
    return Signature(key.number, "key_replaced" if key.until is not None and occurred_at > key.until else None)


def examine(uploaded: Sequence[tuple[Link, Fault | None]], known: Iterable[Known]) -> list[Finding]:
    """Judge sales (with what is wrong with their signature) against the books, in the order of key and sequence.

    A chain belongs to a key. Of two different sales under one number the first to arrive stands, the other is a fork. A
    sale must carry the hash of its predecessor, where that is known, and be the one its known successor was tied to.
    """
    books: dict[_Place, Known | Link] = {}
    sale_ids: set[UUID] = set()
    for entry in known:
        books[entry.key, entry.sequence] = entry
        sale_ids.add(entry.sale_id)
    findings = []
    for current, fault in sorted(uploaded, key=lambda pair: (pair[0].key, pair[0].sequence)):
        finding = Finding(current, fault=fault) if fault else _judge(current, books, sale_ids)
        if finding.fault is None and finding.repeats is None and not finding.repeats_upload:
            books[current.key, current.sequence] = current
            sale_ids.add(current.sale_id)
        findings.append(finding)
    return findings


def _judge(current: Link, books: Mapping[_Place, Known | Link], sale_ids: Collection[UUID]) -> Finding:
    there = books.get((current.key, current.sequence))
    if there is not None:
        if there.hash != current.hash:
            return Finding(current, fault="chain_forked")
        if isinstance(there, Known):
            return Finding(current, repeats=there)
        return Finding(current, repeats_upload=True)
    if current.sale_id in sale_ids:
        return Finding(current, fault="sale_id_reused")
    before, after = (books.get((current.key, current.sequence + step)) for step in (-1, 1))
    expected = before.hash if before is not None else GENESIS if current.sequence == 1 else None
    if expected is not None and current.previous_hash != expected:
        return Finding(current, fault="chain_broken")
    if after is not None and after.previous_hash != current.hash:
        return Finding(current, fault="chain_broken")
    return Finding(current)
