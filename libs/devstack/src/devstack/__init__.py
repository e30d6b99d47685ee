"""Unified Card without Docker: PostgreSQL, Kafka, Envoy, the services, the demo and the command line."""
