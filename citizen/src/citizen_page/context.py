"""What the process holds while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field

from chassis.clock import Clock
from citizen_page.clients import Services
from citizen_page.public import Public
from citizen_page.rendering import Rendering
from citizen_page.sessions import Sealer
from citizen_page.settings import Settings


@dataclass
class Context:
    """The page's own objects. `clock` is the machine's: sessions are judged by it."""

    settings: Settings
    services: Services
    sealer: Sealer
    rendering: Rendering
    public: Public
    clock: Clock = field(default_factory=Clock)

    @classmethod
    def of(cls, settings: Settings) -> Context:
        """All of it, by the settings."""
        services = Services.of(settings)
        return cls(
            settings,
            services,
            Sealer(settings.ring()),
            Rendering(training=settings.training),
            Public(services, settings.citizen_public_seconds),
        )
