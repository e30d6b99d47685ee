"""What an erasure takes away of the tables of this package; the statements take the citizen's id as `$1`."""

from __future__ import annotations

from typing import Final

# That two are different people stays known, or they would be found alike again; the words about it go.
WORDS: Final = (
    "UPDATE duplicate SET decision_reason = '—' WHERE $1 IN (first_id, second_id)"
    " AND decision_reason IS NOT NULL AND decision_reason <> '—'"
)
