"""The door of sales and their reversals to HTTP, where the published name of a sale is redemption."""
