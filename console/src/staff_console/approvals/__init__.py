"""The approvals inbox: what waits for whoever looks, over all services."""
