"""What the gateway's app holds while it runs: its keys, its issuer, clients of the services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.clients.bootstrap import end_bootstrap, ensure_bootstrap
from api_gateway.context import Context, Runtime
from api_gateway.disclosures.gathering import Gatherer
from api_gateway.figures import KEYS
from api_gateway.held import HELD
from api_gateway.overview.service import Services
from api_gateway.people import upkeep
from api_gateway.people.desk import Desk
from api_gateway.people.identities import Identities
from api_gateway.sealing import Secrets
from api_gateway.settings import Settings
from api_gateway.signin.citizens.service import CitizenDesk
from api_gateway.signin.clients import first_parties
from api_gateway.signin.context import SignIn
from api_gateway.signin.external.claims import ClaimsMap
from api_gateway.signin.external.provider import External
from api_gateway.signin.factors.passwords import Passwords
from api_gateway.signin.flow import Flows
from api_gateway.signin.marks import Marks
from api_gateway.signin.pages import say_training
from api_gateway.signin.provider.exchange import for_people
from api_gateway.signin.register import RegisteredPeople
from api_gateway.signin.sessions import service as sessions
from api_gateway.tokens.issuer import Issuer, OwnKeysVerifier
from api_gateway.tokens.service import TokenDesk
from chassis.auth import Revocations
from chassis.clients import http_client
from chassis.runtime import Resources
from chassis.sealing import Keyring, Vault
from policybook.startup import open_book, whole_book


@asynccontextmanager
async def lifespan(resources: Resources, settings: Settings) -> AsyncIterator[Context]:
    """Enter the policy files, derive the keys, see to a signing key and a first client, connect to the services."""
    say_training(training=settings.training)
    policies = await open_book(resources, settings.policies, KEYS, whole_book)
    ring = Keyring.parse(settings.gateway_keys.get_secret_value())
    secrets = Secrets(ring)
    resources.fingerprint_key = ring.derived(b"unicard gateway fingerprint").keys[ring.current]
    end_sessions = partial(_end_sessions, resources.revocations)
    people = Desk(Identities(ring, secrets), settings, resources.revocations, end_sessions)
    issuer = Issuer(settings, Vault(ring.derived(b"unicard gateway seal")))
    await issuer.keep(resources.sessions)
    async with resources.sessions() as session, session.begin():
        if await upkeep.are_enough(session):
            await end_bootstrap(session, settings, resources.revocations)
        else:
            await ensure_bootstrap(session, secrets, settings, resources.revocations)
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
        signing_in = sign_in(settings, ring, secrets, issuer, people)
        if signing_in.external is not None:
            stack.push_async_callback(signing_in.external.close)
        citizens = CitizenDesk()
        stack.push_async_callback(citizens.close)
        named = {"card": card, "supply": supply, "health": health, "payment": payment, "notify": notify}
        gatherer = Gatherer(issuer, named, HELD)
        yield Context(
            settings, secrets, issuer, desk, services, policies, signing_in, citizens, for_people, gatherer, people
        )


def sign_in(settings: Settings, ring: Keyring, secrets: Secrets, issuer: Issuer, people: Desk) -> SignIn:
    """What signing in keeps at hand."""
    return SignIn(
        settings=settings,
        issuer=issuer,
        clients=first_parties(settings),
        directory=RegisteredPeople(people),
        secrets=secrets,
        passwords=Passwords(settings.signin_hashes_at_once, settings.signin_shortest_password),
        vault=Vault(ring.derived(b"unicard sign-in factors")),
        flows=Flows(ring, settings.signin_step_minutes),
        marks=Marks(ring),
        external=External(settings, ClaimsMap.read(settings.oidc_claims)) if settings.oidc_issuer else None,
    )


async def keep_keys(running: Runtime) -> None:
    """Keep the issuer's keys and the verifier up to date."""
    await running.state.issuer.keep(running.sessions)
    await running.verifier.refresh_keys()


async def keep_people(running: Runtime) -> bool:
    """Close what is over among people's roles, and tell how many administrators there are."""
    async with running.sessions() as session, session.begin():
        more = await upkeep.tidy(session, running.state.people)
        await upkeep.measure(session)
    running.wake_relay()
    return more


async def _end_sessions(revocations: Revocations, session: AsyncSession, person_id: UUID, why: str) -> None:
    await sessions.end_of_person(session, revocations, person_id, why)
