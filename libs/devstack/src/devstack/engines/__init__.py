"""The engines the stack stands on: PostgreSQL, Apache Kafka and Envoy, each from a Python wheel."""

from devstack.engines.envoy import EnvoyEngine
from devstack.engines.kafka import KafkaEngine
from devstack.engines.ports import free_port, free_ports, port_answers
from devstack.engines.postgres import PostgresEngine
from devstack.engines.process import Engine, EngineError

__all__ = [
    "Engine",
    "EngineError",
    "EnvoyEngine",
    "KafkaEngine",
    "PostgresEngine",
    "free_port",
    "free_ports",
    "port_answers",
]
