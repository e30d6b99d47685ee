"""What an erasure takes away of the tables of this package; the statements take the citizen's id as `$1`."""

from __future__ import annotations

from typing import Final

# What is still to be answered is kept until it is: the citizen's own question.
TEXTS: Final = (
    "DELETE FROM complaint_text t USING complaint c WHERE c.complaint_id = t.complaint_id AND c.citizen_id = $1"
    " AND c.state = 'closed'"
)
WHOSE: Final = (
    "UPDATE complaint SET citizen_id = NULL, household_id = NULL, about = NULL, about_id = NULL"
    " WHERE citizen_id = $1 AND state = 'closed'"
)
