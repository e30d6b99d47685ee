"""Four eyes (maker and checker): what one person or system proposes, another person decides."""

TABLES = ("proposal", "proposal_act")
APPEND_ONLY = ("proposal_act",)
KEPT = ("proposal",)
