"""The inspector's card: bread that a bakery sells to people without a card, let by an inspector, never reimbursed."""

TABLES = ("inspector_draw",)
KEPT = ("inspector_draw",)
