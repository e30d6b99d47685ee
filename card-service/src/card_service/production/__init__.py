"""Cards made by a personalisation bureau: ordered, approved, sent in batches, taken back with their serials."""

TABLES = ("bureau", "card_order", "production_batch", "batch_card", "production_return", "production_mismatch")
APPEND_ONLY = ("production_return", "production_mismatch")
