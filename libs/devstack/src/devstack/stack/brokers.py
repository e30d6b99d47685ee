"""The broker's topics, users and access lists, as the stack keeps them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aiokafka.errors import KafkaError

from broker_access.connection import Kafka
from broker_access.keeper import Keeper, Wanted
from broker_access.table import Table
from devstack.engines.process import EngineError
from devstack.settings import StackSettings
from devstack.stack.programs import SERVICES


def keeper(settings: StackSettings, kafka: Kafka, secrets: Mapping[str, str], report: Callable[[str], None]) -> Keeper:
    """What keeps the broker; a broker of one's own without logins is given topics alone."""
    secured = kafka.security != "plaintext"
    passwords = {program.name: secrets[program.kafka_password_name] for program in SERVICES}
    wanted = Wanted.of(
        Table.of_system(),
        passwords if secured else None,
        prefix=settings.topic_prefix,
        partitions=settings.partitions,
        retention_hours=settings.retention_hours,
    )
    return Keeper(kafka, wanted, lambda what: report(f"broker: {what}"))


async def settle(keeper: Keeper) -> None:
    """Make the broker as it should be before anybody uses it. `EngineError` when it refuses."""
    try:
        await keeper.once()
    except (KafkaError, OSError) as error:
        raise EngineError(f"topics, users and access lists could not be set at the broker: {error!r}") from error
