"""What an erasure takes away of the tables of this package; the statements take the citizen's id as `$1`."""

from __future__ import annotations

from typing import Final

PAST_HOURS: Final = (
    "DELETE FROM appointment WHERE state IN ('kept', 'cancelled')"
    " AND card_id IN (SELECT c.card_id FROM card c WHERE c.citizen_id = $1)"
)
