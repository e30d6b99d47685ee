"""What an erasure takes away of the tables of this package; the statements take the citizen's id as `$1`."""

from __future__ import annotations

from typing import Final

ASKED_BY: Final = (
    "DELETE FROM inbound_message i USING contact c WHERE c.citizen_id = $1 AND i.number_hash = c.number_hash"
)

PARTS_OF: Final = "DELETE FROM inbound_part i USING contact c WHERE c.citizen_id = $1 AND i.number_hash = c.number_hash"

INQUIRIES: Final = "DELETE FROM inquiry WHERE citizen_id = $1"
