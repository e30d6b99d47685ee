"""Kafka's side of security: how a process logs in, which topics and users there are, and who may do what."""
