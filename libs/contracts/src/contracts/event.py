"""The envelope every event shares (CloudEvents 1.0, binary mode over Kafka) and the registry of event types."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

SOURCE_PREFIX = "eg.unicard"
CONTENT_TYPE = "application/json"
SPEC_VERSION = "1.0"

_REGISTRY: dict[str, type[Event]] = {}


class Event(BaseModel):
    """A fact that has happened in the service that publishes it.

    Subclasses set `TOPIC` and `KEY`: the Kafka topic they travel on and the name of the field
    whose value is the partition key, so that one card's or one household's events keep their order.
    Readers ignore fields they do not know; a breaking change is a new `VERSION`.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    TOPIC: ClassVar[str] = ""
    KEY: ClassVar[str] = ""
    VERSION: ClassVar[int] = 1
    NAME: ClassVar[str] = ""  # of the type, where the class of an older version must be called something else

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Register the subclass under its CloudEvents type."""
        super().__init_subclass__(**kwargs)
        if cls.TOPIC:
            _REGISTRY[cls.event_type()] = cls

    @classmethod
    @cache
    def event_type(cls) -> str:
        """The CloudEvents `type`, e.g. `eg.unicard.card.CardIssued.v1`."""
        publisher = cls.TOPIC.split(".", 1)[0]
        return f"{SOURCE_PREFIX}.{publisher}.{cls.NAME or cls.__name__}.v{cls.VERSION}"

    @classmethod
    def source(cls) -> str:
        """The CloudEvents `source`: the publishing service, e.g. `/card-service`."""
        return f"/{cls.TOPIC.split('.', 1)[0]}-service"

    def partition_key(self) -> str:
        """The value of the `KEY` field as text."""
        return str(getattr(self, self.KEY))


def registry() -> dict[str, type[Event]]:
    """Every event type known to the imported publisher modules, by CloudEvents type."""
    return dict(_REGISTRY)
