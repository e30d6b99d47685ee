"""The demonstration's SMS network: an aggregator that keeps every message and answers as phones would."""
