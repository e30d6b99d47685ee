"""Sales: how an order is decided, written once, and rendered. No protocol, no request."""

TABLES = ("entry", "hold", "offline_sale", "redemption", "reversal", "sale_key", "stored_answer", "tender")
APPEND_ONLY = ("entry", "offline_sale", "redemption", "reversal", "stored_answer")
FUNCTIONS = ("end_redemption", "end_tender", "make_entry_month", "make_redemption_month")
