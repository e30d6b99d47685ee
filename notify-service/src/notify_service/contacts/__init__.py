"""How citizens, outlets and providers are reached, and whose a card is."""

TABLES = ("card_holder", "contact", "deceased", "place_contact", "trial_household")
