"""The roll-out: how far each phase has come, what its gates ask, its plans, and the page for the governor."""
