"""What an erasure takes away of the table of this package; the statements take the citizen's id as `$1`."""

from __future__ import annotations

from typing import Final

WAITING: Final = "DELETE FROM spot_check WHERE citizen_id = $1 AND state IN ('waiting', 'left_out')"
# That somebody was asked, and what was answered, is counted; of whom and of what is not known any more.
WHOSE: Final = (
    "UPDATE spot_check SET citizen_id = NULL, household_id = NULL, subject = NULL, complaint_id = NULL"
    " WHERE citizen_id = $1 AND state NOT IN ('waiting', 'left_out')"
)
