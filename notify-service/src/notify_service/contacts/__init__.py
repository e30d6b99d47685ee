"""How citizens, outlets and providers are reached, and whose a card is."""

TABLES = ("card_holder", "contact", "deceased", "household_place", "place_contact", "trial_household")
