"""Sales: how an order is decided, written once, and rendered. No protocol, no request."""

TABLES = ("entry", "hold", "offline_sale", "redemption", "reversal", "sale_key", "stored_answer", "tender")
