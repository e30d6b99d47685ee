"""What an erasure takes away of the tables of this package; the statements take the citizen's id as `$1`."""

from __future__ import annotations

from typing import Final

# Who is signed in stays so, to read what has become of the erasure.
PAST_SIGN_INS: Final = "DELETE FROM session WHERE citizen_id = $1 AND ended_at IS NOT NULL"

CODES: Final = "DELETE FROM code_challenge WHERE citizen_id = $1"
