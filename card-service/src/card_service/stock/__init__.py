"""Stock: consignments of cards between the store and sites, and what each site has, counted."""

TABLES = ("consignment", "consignment_card", "consignment_surplus", "stock_count", "stock_difference")
APPEND_ONLY = ("consignment_surplus", "stock_count", "stock_difference")
