"""Bread and goods sold at the free price: to anybody, for cash. No household's pot, nothing that is reimbursed."""

TABLES = ("free_sale",)
KEPT = ("free_sale",)
