"""Four eyes (maker and checker): what one person or system proposes, another person decides."""

TABLES = ("proposal", "proposal_act")
