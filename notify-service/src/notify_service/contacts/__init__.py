"""How citizens are reached, and whose a card is."""

TABLES = ("card_holder", "contact")
