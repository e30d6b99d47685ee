"""Roll-out: phases of a governorate, their stages and gates, and the activation of their cards."""

TABLES = (
    "activated_card",
    "activation",
    "gate_pass",
    "phase_opening",
    "rollout_phase",
    "stage_reached",
    "taking_back",
)
APPEND_ONLY = ("activated_card", "gate_pass", "phase_opening", "stage_reached")
