"""Which cards their households were invited to collect, and since when: parts of statements about cards.

A card made on site is made by the plan that invites to it. One that a bureau makes is ordered weeks before: its
household is invited when the first appointment is planned, or when it came without one.
"""

from __future__ import annotations

from typing import Final

# Of a card `c`: made by a bureau and not invited to yet, it says nothing of its household.
INVITED: Final = "(c.issued_at IS NOT NULL OR EXISTS (SELECT FROM appointment o WHERE o.card_id = c.card_id))"
# The first appointment `a` of a card `c`.
FIRST: Final = "LEFT JOIN appointment a ON a.card_id = c.card_id AND a.number = 1"
# Since when, of `c` with its `FIRST`. Appointments on site of before their day was kept are as old as their card.
INVITED_AT: Final = "coalesce(a.planned_at, CASE WHEN c.order_id IS NULL THEN c.created_at ELSE c.issued_at END)"
