"""Use of the cards, as it is told day by day: terminals, sales, refusals, households that drew or were treated."""

from card_service.usage import measures as measures

TABLES = ("household_use", "sales_day", "sales_refusal")
