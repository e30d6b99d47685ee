"""Contact details sealed for their one reader: what the event that tells of them carries instead of name and number.

Card-service seals and notify-service opens with one ring, which nobody else is told. A sealed contact is bound to its
citizen: put into another's event it does not open.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Self
from uuid import UUID

import orjson

from chassis.sealing import Vault

_PURPOSE = b"unicard contact"
_CODE = b"unicard contact code"


@dataclass(frozen=True)
class Contact:
    """What a citizen is called by, and the mobile in E.164; None where there is no usable one."""

    given_name: str
    mobile: str | None

    def seal(self, vault: Vault, citizen_id: UUID) -> str:
        """Base64url, without padding."""
        sealed = vault.seal(citizen_id, orjson.dumps(vars(self)), _PURPOSE)
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    @classmethod
    def open(cls, vault: Vault, citizen_id: UUID, sealed: str) -> Self:
        """What was sealed for this citizen. Raises SealBroken."""
        text = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        return cls(**orjson.loads(vault.open(citizen_id, text, _PURPOSE)))


def seal_code(vault: Vault, citizen_id: UUID, code: str) -> str:
    """A one-time code for a citizen, as an event carries it to the service that sends it: base64url."""
    return base64.urlsafe_b64encode(vault.seal(citizen_id, code.encode(), _CODE)).decode().rstrip("=")


def open_code(vault: Vault, citizen_id: UUID, sealed: str) -> str:
    """What was sealed for this citizen. Raises SealBroken."""
    return vault.open(citizen_id, base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4)), _CODE).decode()
