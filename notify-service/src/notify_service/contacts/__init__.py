"""How citizens are reached, and whose a card is."""
