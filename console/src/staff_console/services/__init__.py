"""The services behind the console: each call is made in the name of whoever asks, and is the service's to judge."""

from staff_console.services.client import Acting, Services
from staff_console.services.errors import ServiceRefused, ServiceSilent

__all__ = ["Acting", "ServiceRefused", "ServiceSilent", "Services"]
