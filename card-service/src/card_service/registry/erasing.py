"""What an erasure takes away of the tables of this package; the statements take the citizen's id as `$1`."""

from __future__ import annotations

from typing import Final

# Erased only of who is in no household and has no card in use: otherwise it is needed for what the card gives.
NAME: Final = (
    "UPDATE citizen SET full_name = '—', full_name_sealed = NULL"
    " WHERE citizen_id = $1 AND household_id IS NULL AND full_name <> '—'"
    " AND NOT EXISTS (SELECT FROM card c WHERE c.citizen_id = $1 AND c.state NOT IN ('closed', 'replaced', 'expired'))"
)

NUMBER: Final = (
    "UPDATE citizen SET mobile_hash = NULL, mobile_sealed = NULL, mobile_usable = false,"
    " mobile_changed_at = clock_timestamp() WHERE citizen_id = $1 AND mobile_hash IS NOT NULL"
)

# Where a family lived before is needed for nothing but the governorate and district that stay. It is the head's to ask.
FORMER_ADDRESSES: Final = (
    "UPDATE former_residence SET address = '' WHERE address <> '' AND household_id IN"
    " (SELECT m.household_id FROM membership m WHERE m.citizen_id = $1 AND m.role = 'head')"
)
# Of a household that goes on they are in use: by its members, and so that one month is drawn once.
ENDED_HOUSEHOLDS: Final = (
    "UPDATE household SET address = '', ration_card_hash = NULL, ration_card_sealed = NULL"
    " WHERE status = 'ended' AND (address <> '' OR ration_card_hash IS NOT NULL)"
    " AND household_id IN (SELECT m.household_id FROM membership m WHERE m.citizen_id = $1 AND m.role = 'head')"
)
