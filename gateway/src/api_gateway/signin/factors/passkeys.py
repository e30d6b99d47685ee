"""Passkeys (WebAuthn), by the library `webauthn`: their device verifies the person, so that one is two factors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from api_gateway.signin.factors import repository
from api_gateway.signin.factors.repository import Passkey

MOST = 10
_NAME = "Unified Card"


def domain_of(public_url: str) -> str | None:
    """The domain passkeys are bound to; None where browsers reach the edge by an address, which takes none."""
    host = urlsplit(public_url).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host or None
    return None


def ask(public_url: str, challenge: str, known: Sequence[Passkey] = ()) -> str | None:
    """What the browser is asked to sign with a passkey, as JSON: one of `known`, or any it has for this place."""
    domain = domain_of(public_url)
    if domain is None:
        return None
    options = generate_authentication_options(
        rp_id=domain,
        challenge=base64url_to_bytes(challenge),
        allow_credentials=[PublicKeyCredentialDescriptor(id=key.credential_id) for key in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def ask_new(
    public_url: str, challenge: str, person_id: UUID, sign_in_name: str, known: Sequence[Passkey]
) -> str | None:
    """What the browser is asked to make a passkey from, as JSON."""
    domain = domain_of(public_url)
    if domain is None:
        return None
    options = generate_registration_options(
        rp_id=domain,
        rp_name=_NAME,
        user_name=sign_in_name,
        user_id=person_id.bytes,
        challenge=base64url_to_bytes(challenge),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=key.credential_id) for key in known],
    )
    return options_to_json(options)


async def accept(session: AsyncSession, public_url: str, challenge: str, answer: str, now: datetime) -> Passkey | None:
    """The passkey that signed the challenge; None where none of ours did, or without verifying its user."""
    domain, credential_id = domain_of(public_url), _credential_id(answer)
    if domain is None or not challenge or credential_id is None:
        return None
    known = await repository.passkey(session, credential_id)
    if known is None:
        return None
    try:
        verified = verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=domain,
            expected_origin=public_url,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    await repository.use_passkey(session, credential_id, verified.new_sign_count, now)
    return known


async def add(
    session: AsyncSession, public_url: str, challenge: str, answer: str, person_id: UUID, label: str, now: datetime
) -> Passkey | None:
    """Write the passkey that was made, and give it; None where the answer is not good, or the passkey known already."""
    domain = domain_of(public_url)
    if domain is None or not challenge:
        return None
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=domain,
            expected_origin=public_url,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    passkey = Passkey(
        credential_id=made.credential_id,
        person_id=person_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        backed_up=made.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        label=label,
        added_at=now,
        last_used_at=None,
    )
    return passkey if await repository.add_passkey(session, passkey, UUID(made.aaguid)) else None


def _credential_id(answer: str) -> bytes | None:
    try:
        document: JsonValue = orjson.loads(answer)
        name = document["rawId"] if isinstance(document, dict) else None
        return base64url_to_bytes(name) if isinstance(name, str) else None
    except (ValueError, KeyError):
        return None
