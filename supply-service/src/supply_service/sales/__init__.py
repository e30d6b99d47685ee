"""Sales: how an order is decided, written once, and rendered. No protocol, no request."""

TABLES = (
    "dispute",
    "entry",
    "grant_move",
    "hold",
    "offline_sale",
    "redemption",
    "reversal",
    "sale_key",
    "sale_refusal",
    "stored_answer",
    "tender",
    "unproven",
    "unproven_total",
)
APPEND_ONLY = ("dispute", "entry", "grant_move", "offline_sale", "redemption", "reversal", "stored_answer")
FUNCTIONS = (
    "end_dispute",
    "end_entry",
    "end_grant_move",
    "end_redemption",
    "end_reversal",
    "end_tender",
    "make_entry_month",
    "make_redemption_month",
)
