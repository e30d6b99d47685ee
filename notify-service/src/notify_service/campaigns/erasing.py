"""What an erasure takes away of the tables of this package; the statements take the citizen's id as `$1`."""

from __future__ import annotations

from typing import Final

RECIPIENT: Final = "DELETE FROM campaign_recipient WHERE citizen_id = $1"
