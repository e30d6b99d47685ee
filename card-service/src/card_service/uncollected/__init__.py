"""Cards that nobody collected in the term of the last invitation: listed by site, and marked to be returned."""

TABLES = ("uncollected_card",)
