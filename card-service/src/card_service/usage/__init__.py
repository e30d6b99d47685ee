"""Use of the cards, as supply-service tells it day by day: terminals, sales, refusals, households that drew."""

from card_service.usage import measures as measures

TABLES = ("household_use", "sales_day", "sales_refusal")
