"""What an erasure takes away of the tables of this package; the statements take the citizen's id as `$1`."""

from __future__ import annotations

from typing import Final

UNCLEAR: Final = "DELETE FROM unclear_text WHERE citizen_id = $1"
# What is still to be answered is kept until it is: the citizen's own question.
TEXTS: Final = (
    "DELETE FROM question_text t USING question q WHERE q.question_id = t.question_id AND q.citizen_id = $1"
    " AND q.state <> 'open'"
)
WHOSE: Final = "UPDATE question SET citizen_id = NULL, household_id = NULL WHERE citizen_id = $1 AND state <> 'open'"
