"""House calls: a card is brought to who cannot come to its site, on a day and in a district, so many a day."""

TABLES = ("house_call", "house_call_day")
KEPT = ("house_call",)
