"""Cards that inspectors found with a trader: kept as found, and proposed as a ground once there are enough."""

TABLES = ("card_finding",)
KEPT = ("card_finding",)
FUNCTIONS = ("end_card_finding",)
