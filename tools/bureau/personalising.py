"""Opening a batch, making its cards, and signing what was made. Some rows may be made wrong, to try the issuer."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final

from joserfc import jwe, jws
from joserfc.jwk import KeySet

from tools.bureau.keys import BureauKeys

BATCH: Final = "unicard-batch+jws"
RETURN: Final = "unicard-serials+jws"
Row = dict[str, str]


class BatchUnreadable(ValueError):
    """The file is not for this bureau, or not by the issuer."""


def opened(content: str, keys: BureauKeys, issuer: KeySet) -> Mapping[str, Any]:
    """The batch inside a file, which the issuer has signed. Raises BatchUnreadable."""
    try:
        envelope = jwe.decrypt_compact(content.encode(), keys.encryption, algorithms=["ECDH-ES", "A256GCM"])
        signed = jws.deserialize_compact(envelope.plaintext or b"", issuer, algorithms=["EdDSA", "Ed25519"])
        header = signed.headers()
        if header.get("typ") != BATCH:
            raise BatchUnreadable(f"a {header.get('typ')} is no batch")
        batch: Mapping[str, Any] = json.loads(signed.payload)
    except BatchUnreadable:
        raise
    except Exception as error:  # why: whatever is wrong with it, it is no batch that may be made
        raise BatchUnreadable(f"not for this bureau, or not by the issuer: {type(error).__name__}") from error
    return batch


def made(batch: Mapping[str, Any], prefix: str) -> list[Row]:
    """A row for each card, with the serial of its piece."""
    run = secrets.token_hex(4).upper()
    return [
        {"card_id": card["card_id"], "number": card["number"], "serial": f"{prefix}-{run}-{n:06d}", "result": "made"}
        for n, card in enumerate(batch["cards"], 1)
    ]


def signed(batch: Mapping[str, Any], rows: list[Row], keys: BureauKeys) -> str:
    """The return as it goes to the issuer."""
    header = {"alg": "EdDSA", "kid": keys.signing.kid, "typ": RETURN}
    claims = json.dumps({"batch_id": batch["batch_id"], "cards": rows}).encode()
    return jws.serialize_compact(header, claims, keys.signing, algorithms=["EdDSA"])


def _unknown(rows: list[Row]) -> None:
    rows.append({**rows[0], "card_id": "01890000-0000-7000-8000-00000000dead", "serial": f"{rows[0]['serial']}-X"})


def _wrong_number(rows: list[Row]) -> None:
    last = rows[0]["number"][-1]
    rows[0]["number"] = rows[0]["number"][:-1] + str((int(last) + 1) % 10)


def _serial_twice(rows: list[Row]) -> None:
    rows[2]["serial"] = rows[1]["serial"]


def _missing(rows: list[Row]) -> None:
    del rows[-1]


def _spoiled(rows: list[Row]) -> None:
    rows[3]["result"] = "spoiled"
    del rows[3]["serial"]


# In this order: each takes rows that the others leave alone, of a batch of five cards or more.
FAULTS: Final[Mapping[str, Callable[[list[Row]], None]]] = {
    "wrong-number": _wrong_number,
    "serial-twice": _serial_twice,
    "spoiled": _spoiled,
    "missing": _missing,
    "unknown": _unknown,
}
LEAST: Final = 5


def plant(rows: list[Row], faults: list[str]) -> None:
    """Make some rows wrong. Raises ValueError where the batch is too small to tell them apart."""
    if faults and len(rows) < LEAST:
        raise ValueError(f"faults are planted in batches of {LEAST} cards or more")
    for name, fault in FAULTS.items():
        if name in faults:
            fault(rows)
