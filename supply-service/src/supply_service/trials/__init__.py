"""What test cards did at trial outlets, told for the outcome of their trial."""

TABLES = ("trial_sale_told",)
