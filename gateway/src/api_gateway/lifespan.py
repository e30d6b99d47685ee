"""What the gateway's app holds while it runs: its keys, its issuer, clients of the services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from api_gateway.clients.bootstrap import ensure_bootstrap
from api_gateway.context import Context, Runtime
from api_gateway.figures import KEYS
from api_gateway.overview.service import Services
from api_gateway.sealing import Secrets
from api_gateway.settings import Settings
from api_gateway.tokens.issuer import Issuer, OwnKeysVerifier
from api_gateway.tokens.service import TokenDesk
from chassis.clients import http_client
from chassis.runtime import Resources
from chassis.sealing import Keyring, Vault
from policybook.startup import open_book, whole_book


@asynccontextmanager
async def lifespan(resources: Resources, settings: Settings) -> AsyncIterator[Context]:
    """Enter the policy files, derive the keys, see to a signing key and a first client, connect to the services."""
    policies = await open_book(resources, settings.policies, KEYS, whole_book)
    ring = Keyring.parse(settings.gateway_keys.get_secret_value())
    secrets = Secrets(ring)
    issuer = Issuer(settings, Vault(ring.derived(b"unicard gateway seal")))
    await issuer.keep(resources.sessions)
    async with resources.sessions() as session, session.begin():
        await ensure_bootstrap(session, secrets, settings)
    verifier = OwnKeysVerifier(settings, resources.revocations, issuer)
    await verifier.refresh_keys()
    resources.verifier = verifier
    async with AsyncExitStack() as stack:
        card, supply, health, payment, notify = [
            await stack.enter_async_context(http_client(url, timeout=settings.gateway_part_seconds))
            for url in (
                settings.card_url,
                settings.supply_url,
                settings.health_url,
                settings.payment_url,
                settings.notify_url,
            )
        ]
        desk = TokenDesk(settings, secrets, issuer, resources.sessions)
        services = Services(card, supply, health, payment, notify, settings.gateway_part_seconds)
        yield Context(settings, secrets, issuer, desk, services, policies)


async def keep_keys(running: Runtime) -> None:
    """Keep the issuer's keys and the verifier up to date."""
    await running.state.issuer.keep(running.sessions)
    await running.verifier.refresh_keys()
