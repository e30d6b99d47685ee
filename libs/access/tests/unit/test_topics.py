"""Brokers that have just started name no controller: said as Kafka would say it, not as the client stumbles."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import NotControllerError

from broker_access.topics import Topic, create_missing


class Starting:
    """Brokers whose controller is known after so many looks at them, as aiokafka shows it."""

    def __init__(self, after: int | None) -> None:
        self.left = after
        self.created: list[str] = []
        self.cluster: Any = SimpleNamespace(controller=None)
        self._client = self

    async def force_metadata_update(self) -> None:
        if self.left is not None:
            self.left -= 1
            self.cluster.controller = SimpleNamespace(nodeId=1) if self.left <= 0 else None

    async def list_topics(self) -> list[str]:
        return list(self.created)

    async def describe_cluster(self) -> dict[str, Any]:
        return {"brokers": [1]}

    async def create_topics(self, wanted: list[Any]) -> Any:
        assert self.cluster.controller.nodeId == 1
        self.created = [one.name for one in wanted]
        return SimpleNamespace(topic_errors=[(name, 0, None) for name in self.created])


async def made(brokers: Any) -> list[str]:
    return await create_missing(brokers, [Topic("a"), Topic("b")])


async def test_a_controller_that_is_known_at_the_second_look() -> None:
    assert await made(Starting(1)) == ["a", "b"]


@pytest.mark.parametrize("after", [None, 2])
async def test_no_controller_yet(after: int | None) -> None:
    with pytest.raises(NotControllerError):
        await made(Starting(after))
