"""Roll-out: phases of a governorate and the activation of their cards."""

TABLES = ("activation", "rollout_phase")
