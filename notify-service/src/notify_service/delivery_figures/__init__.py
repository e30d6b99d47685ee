"""How messages reach citizens, what citizens ask, and how many complaints there are: figures, nothing of anybody."""

TABLES = ("draws_of_day",)
