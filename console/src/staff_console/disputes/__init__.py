"""The desk of disputes: what outlets claim of sales without a network, looked at by one and decided by another."""
