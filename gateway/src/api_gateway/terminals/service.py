"""Issuing enrolment codes, enrolling terminals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import MACHINE_TIME
from api_gateway.keys import b64url, from_b64url, thumbprint
from api_gateway.sealing import Secrets
from api_gateway.settings import Settings
from api_gateway.terminals import repository
from api_gateway.terminals.codes import Verdict, judge, normal
from api_gateway.terminals.errors import (
    EnrolmentRefused,
    KeyInvalid,
    KeyLive,
    KeyTaken,
    TerminalNotActive,
    TerminalUnknown,
)
from api_gateway.terminals.models import Code, Terminal
from api_gateway.terminals.schemas import EnrolmentIn
from chassis import outbox, security
from chassis.logging import get_logger
from chassis.principal import Principal
from chassis.refusals import Refusal
from chassis.sealing import Sealed
from chassis.security import Happening
from contracts.gateway import TerminalEnrolled, TerminalKeyReplaced

log = get_logger(__name__)

_SMALL_ORDER = frozenset(
    bytes.fromhex(point)
    for point in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
)
"""Keys for which anybody can make signatures; a terminal could later deny the sales it signed."""


@dataclass(frozen=True)
class Enrolled:
    """A terminal that has its key."""

    terminal: Terminal
    key_id: str


async def issue_code(
    session: AsyncSession, secrets: Secrets, settings: Settings, caller: Principal, terminal_id: UUID, code: str
) -> Code:
    """Give a terminal a new code. Raises TerminalUnknown, TerminalNotActive."""
    terminal = caller.bound.own(await repository.lock(session, terminal_id), TerminalUnknown)
    if terminal.suspended_at is not None:
        raise TerminalNotActive("Reinstate it first.", detail_ar="يلزم إلغاء إيقاف الماكينة أولاً.")
    mark = secrets.mark(str(terminal_id), normal(code))
    issued = Code(
        terminal_id=terminal_id,
        marked_with=mark.key,
        code_mark=mark.value,
        tries_left=settings.gateway_code_tries,
        expires_at=MACHINE_TIME.now() + timedelta(minutes=settings.gateway_code_minutes),
        used_at=None,
        issued_by=caller.subject,
    )
    await repository.put_code(session, issued)
    log.info("enrolment code issued", terminal=str(terminal_id), by=caller.subject)
    return issued


async def enrol(session: AsyncSession, secrets: Secrets, request: EnrolmentIn) -> Enrolled | Refusal:
    """Register a terminal's key against its code.

    A refusal is returned, not raised: the wrong try it counted must be committed. Raises KeyInvalid, which costs none.
    """
    public_key = _checked_key(request)
    key_id = thumbprint(public_key)
    terminal = await repository.lock(session, request.terminal_id)
    code = await repository.code_of(session, request.terminal_id) if terminal else None
    verdict = judge(
        code,
        matches=code is not None and _matches(secrets, code, request.code),
        same_key=terminal is not None and terminal.key_id == key_id,
        now=MACHINE_TIME.now(),
    )
    if verdict is Verdict.WRONG:
        await repository.cost_a_try(session, request.terminal_id)
    if terminal is None or verdict in {Verdict.WRONG, Verdict.VOID}:
        security.raised(Happening.ENROLMENT_REFUSED, terminal=str(request.terminal_id), verdict=verdict.value)
        return EnrolmentRefused("Ask for a new code.", detail_ar="اطلب رمز تفعيل جديداً.")
    if terminal.suspended_at is not None:
        return TerminalNotActive(
            "It can be enrolled when it is reinstated.", detail_ar="تُسجل الماكينة بعد إلغاء إيقافها."
        )
    if await repository.key_taken(session, key_id, terminal.terminal_id):
        return KeyTaken("Make a key on this device.")
    if verdict is Verdict.ACCEPTED and not _may_replace(terminal, request):
        security.raised(Happening.KEY_REPLACEMENT_REFUSED, terminal=str(terminal.terminal_id))
        return KeyLive(
            "Sign the new key with the one in use, or have the terminal suspended first.",
            detail_ar="يجب توقيع المفتاح الجديد بالمفتاح الحالي، أو إيقاف الماكينة أولاً.",
        )
    if verdict is Verdict.ACCEPTED:
        await repository.enrol(session, terminal.terminal_id, key_id, public_key, MACHINE_TIME.now())
        event = TerminalEnrolled(
            terminal_id=terminal.terminal_id,
            outlet_id=terminal.outlet_id,
            key_id=key_id,
            public_key=request.public_key,
        )
        await outbox.add(session, event)
        if terminal.key_id is not None:
            replaced = TerminalKeyReplaced(
                terminal_id=terminal.terminal_id,
                outlet_id=terminal.outlet_id,
                key_id=key_id,
                replaced_key_id=terminal.key_id,
                suspended_before=terminal.replaceable,
            )
            await outbox.add(session, replaced)
        log.info("terminal enrolled", terminal=str(terminal.terminal_id), key_id=key_id, before=terminal.key_id)
    return Enrolled(terminal, key_id)


def _may_replace(terminal: Terminal, request: EnrolmentIn) -> bool:
    """Whether a key may take its place: there is none, the terminal was suspended since, or the key in use says so."""
    if terminal.public_key is None or terminal.replaceable:
        return True
    if request.replaces is None:
        return False
    message = f"unicard-replacement:{terminal.terminal_id}:{request.public_key}".encode()
    try:
        Ed25519PublicKey.from_public_bytes(terminal.public_key).verify(from_b64url(request.replaces), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _matches(secrets: Secrets, code: Code, typed: str) -> bool:
    return secrets.recognises(str(code.terminal_id), normal(typed), Sealed(code.marked_with, code.code_mark))


def _checked_key(request: EnrolmentIn) -> bytes:
    try:
        raw = from_b64url(request.public_key)
        key = Ed25519PublicKey.from_public_bytes(raw)
    except ValueError as error:
        raise KeyInvalid("public_key must be 32 bytes of Ed25519 in base64url.") from error
    if raw in _SMALL_ORDER or request.public_key != b64url(raw):
        raise KeyInvalid("public_key is not a key of its own.")
    if request.proof is not None:
        message = f"unicard-enrolment:{request.terminal_id}:{request.code}".encode()
        try:
            key.verify(from_b64url(request.proof), message)
        except (InvalidSignature, ValueError) as error:
            raise KeyInvalid("proof is not this key's signature.") from error
    return raw
