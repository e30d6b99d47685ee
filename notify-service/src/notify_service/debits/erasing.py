"""What an erasure takes away of the table of this package; the statement takes the citizen's id as `$1`."""

from __future__ import annotations

from typing import Final

DEBITS: Final = "DELETE FROM debit_day WHERE citizen_id = $1"
