"""The state of a sign-in between its steps: sealed in a cookie, so that nothing is kept for whoever only begins."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from api_gateway.database import MACHINE_TIME
from api_gateway.keys import b64url, from_b64url
from api_gateway.signin.chance import new_secret
from chassis.sealing import Keyring, SealBroken, Sealed, Vault

Language = Literal["ar", "en"]
Purpose = Literal["sign-in", "invitation", "account"]
_BOUND = b"unicard sign-in flow"
_DEVICE = b"unicard known device"


class Flow(BaseModel):
    """One sign-in under way in one browser.

    `browser`: random, what the forms' tokens are made of; `request`: the query of the authorization request, empty
    for whoever came to their own account; `ways`: the methods shown so far (RFC 8176), `proven_at` when the last was;
    `roles`: the most that an outside provider lets them have, None where it said nothing; `invitation`: the token of
    the invitation that is being taken up; `seed`: of the app being set up; `challenge`: what a passkey is to sign;
    `purpose`: to sign in, to take up an invitation, or to change one's own account; `of_session`: the session it stands
    on, and ends with; `hash`: of the password an invited person has chosen; `state`, `nonce`, `verifier`: of a sign-in
    at an outside provider.
    """

    model_config = ConfigDict(frozen=True)

    browser: str
    begun_at: datetime
    language: Language = "ar"
    request: str = ""
    person_id: UUID | None = None
    ways: tuple[str, ...] = ()
    proven_at: datetime | None = None
    door: str = "local"
    external_sid: str | None = None
    roles: tuple[str, ...] | None = None
    invitation: str = ""
    seed: str = ""
    challenge: str = ""
    purpose: Purpose = "sign-in"
    of_session: UUID | None = None
    hash: str = ""
    state: str = ""
    nonce: str = ""
    verifier: str = ""

    @property
    def strong(self) -> bool:
        """Whether two factors were shown: two ways, or a passkey, which is one that has verified its user."""
        return self.person_id is not None and (len(self.ways) > 1)

    @property
    def form_token(self) -> str:
        """What every form of this sign-in carries: known to pages of this browser only."""
        return hashlib.sha256(b"form\x00" + self.browser.encode()).hexdigest()

    def owns(self, token: str) -> bool:
        """Whether a form came from a page of this browser."""
        return hmac.compare_digest(self.form_token.encode(), token.encode())

    def with_(self, **changed: object) -> Flow:
        """The flow with some of its state changed."""
        return self.model_copy(update=changed)


class Flows:
    """Seals and opens flows, and the marks of devices that people have signed in on before."""

    def __init__(self, ring: Keyring, minutes: int) -> None:
        """`minutes`: how long the steps of a sign-in may take."""
        self._vault = Vault(ring.derived(_BOUND))
        self._life = timedelta(minutes=minutes)

    def begin(self, language: Language, request: str = "") -> Flow:
        """A new sign-in."""
        return Flow(browser=new_secret(), begun_at=MACHINE_TIME.now(), language=language, request=request)

    def seal(self, flow: Flow) -> str:
        """A flow as a cookie's value."""
        return self._seal(_BOUND, flow.model_dump_json(exclude_defaults=True).encode())

    def open(self, cookie: str | None) -> Flow | None:
        """The flow of a cookie; None for none, one that is not ours, or one whose time has passed."""
        plain = self._open(_BOUND, cookie)
        if plain is None:
            return None
        try:
            flow = Flow.model_validate_json(plain)
        except ValidationError:
            return None
        return flow if MACHINE_TIME.now() < flow.begun_at + self._life else None

    def device(self, person_id: UUID) -> str:
        """The mark of a device that a person has signed in on."""
        return self._seal(_DEVICE, f"{person_id} {new_secret()}".encode())

    def known_device(self, cookie: str | None, person_id: UUID) -> str | None:
        """What names a device on which this very person has signed in before; None for any other."""
        owner, _, name = (self._open(_DEVICE, cookie) or b"").decode().partition(" ")
        return name if owner == str(person_id) else None

    def _seal(self, bound: bytes, plain: bytes) -> str:
        sealed = self._vault.encrypt(bound, plain)
        return f"{sealed.key}.{b64url(sealed.value)}"

    def _open(self, bound: bytes, cookie: str | None) -> bytes | None:
        key, _, value = (cookie or "").partition(".")
        try:
            return self._vault.decrypt(bound, Sealed(key, from_b64url(value)))
        except (SealBroken, ValueError):
            return None
