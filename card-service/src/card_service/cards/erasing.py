"""What an erasure takes away of the tables of this package; the statements take the citizen's id as `$1`."""

from __future__ import annotations

from typing import Final

OLD_PINS: Final = (
    "UPDATE card SET pin_salt = NULL, pin_digest = NULL"
    " WHERE citizen_id = $1 AND state IN ('closed', 'replaced', 'expired') AND pin_salt IS NOT NULL"
)
