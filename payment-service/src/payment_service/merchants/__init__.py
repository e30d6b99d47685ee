"""What sales, reversals and settlements have brought merchants, and the sums by which it is checked."""

TABLES = ("merchant", "merchant_booking")
KEPT = ("merchant_booking",)
