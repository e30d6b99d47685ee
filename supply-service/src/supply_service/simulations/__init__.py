"""What would this change? Proposed policies computed over all households before they are in force."""

TABLES = ("policy_simulation", "policy_simulation_example")
FUNCTIONS = ("end_policy_simulation_example",)
