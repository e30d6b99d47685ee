"""The units of SMPP 3.4 (PDU) as bytes, by the codec of smpplib. Pure.

The header is read here, so that a command, a status or a parameter that the codec does not know ends no line.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from smpplib import consts, smpp

HEADER: Final = struct.Struct(">IIII")  # length, command, status, sequence
LONGEST: Final = 70_000  # bytes: a message_payload has 64 KiB at most

GENERIC_NACK: Final = 0x80000000
SUBMIT_SM_RESP: Final = 0x80000004
DELIVER_SM: Final = 0x00000005
UNBIND: Final = 0x00000006
UNBIND_RESP: Final = 0x80000006
BIND_TRANSCEIVER_RESP: Final = 0x80000009
ENQUIRE_LINK: Final = 0x00000015
ENQUIRE_LINK_RESP: Final = 0x80000015
RESPONSE: Final = 0x80000000

OK: Final = 0x00
INVALID_COMMAND: Final = 0x03
REJECTED_FOR_GOOD: Final = 0x66  # ESME_RX_R_APPN
REJECTED_FOR_NOW: Final = 0x64  # ESME_RX_T_APPN

_UDHI = 0x40
_RECEIPT_TYPE = 0x3C  # bits 5–2 of esm_class: 0 is a message, 1 a receipt of the SMSC
_RECEIPT = 0x04
# TS 23.040: the type of a number, TON; and its plan, NPI.
_INTERNATIONAL, _ALPHANUMERIC, _UNKNOWN, _ISDN = 1, 5, 0, 1
_CONCATENATED = {0x00: 1, 0x08: 2}  # information element of a part: bytes of its reference


class Header(NamedTuple):
    """What every unit begins with; `length` in bytes, the header's 16 among them."""

    length: int
    command: int
    status: int
    sequence: int


class Part(NamedTuple):
    """A message, or a part of one, as it is handed over."""

    to: str
    data_coding: int
    payload: bytes
    has_header: bool
    receipt: bool


class Delivered(NamedTuple):
    """What the SMSC brings: a receipt, or a citizen's message.

    `part`: its place among the `total` parts of a long one, which share the `reference`.
    """

    source: str
    is_receipt: bool
    data_coding: int
    payload: bytes
    part: int
    receipted_id: str | None
    state: int | None
    total: int = 1
    reference: int = 0


class _Joint(NamedTuple):
    """How a part hangs together with others: reference, how many there are, its place."""

    reference: int = 0
    total: int = 1
    part: int = 1


class Unreadable(Exception):
    """A unit that is not as the standard has it."""


def read_header(raw: bytes) -> Header:
    """The first 16 bytes. Raises Unreadable for a length that no unit has: what follows cannot be told apart."""
    header = Header(*HEADER.unpack(raw))
    if not HEADER.size <= header.length <= LONGEST:
        raise Unreadable(f"a unit of {header.length} bytes")
    return header


def bare(command: int, sequence: int, status: int = OK, body: bytes = b"") -> bytes:
    """A unit whose body, if it has one, is written already."""
    return HEADER.pack(HEADER.size + len(body), command, status, sequence) + body


def bind_transceiver(sequence: int, system_id: str, password: str, system_type: str) -> bytes:
    """Who we are, for a line both ways."""
    unit = smpp.make_pdu(
        "bind_transceiver", need_sequence=False, system_id=system_id, password=password, system_type=system_type
    )
    unit.sequence = sequence
    return bytes(unit.generate())


def submit_sm(sequence: int, sender: str, part: Part) -> bytes:
    """A part on its way out; `sender` is a name."""
    unit = smpp.make_pdu(
        "submit_sm",
        need_sequence=False,
        source_addr_ton=_ALPHANUMERIC,
        source_addr_npi=_UNKNOWN,
        source_addr=sender,
        dest_addr_ton=_INTERNATIONAL,
        dest_addr_npi=_ISDN,
        destination_addr=part.to.removeprefix("+"),
        esm_class=_UDHI if part.has_header else 0,
        registered_delivery=1 if part.receipt else 0,
        data_coding=part.data_coding,
        short_message=part.payload,
    )
    unit.sequence = sequence
    return bytes(unit.generate())


def message_id(raw: bytes) -> str:
    """What the SMSC calls the part it took: the body of a submit_sm_resp."""
    return raw[HEADER.size :].split(b"\0", 1)[0].decode("latin-1")


def deliver_sm(raw: bytes) -> Delivered:
    """What the SMSC brings. Raises Unreadable."""
    try:
        unit = smpp.parse_pdu(raw, need_sequence=False, allow_unknown_opt_params=True)
        payload = bytes(unit.short_message or b"") or bytes(unit.message_payload or b"")
        joint = _Joint(
            int(unit.sar_msg_ref_num or 0), int(unit.sar_total_segments or 1), int(unit.sar_segment_seqnum or 1)
        )
        if unit.esm_class & _UDHI:
            joint, payload = _without_header(payload)
        return Delivered(
            source=bytes(unit.source_addr or b"").decode("latin-1"),
            is_receipt=(unit.esm_class & _RECEIPT_TYPE) == _RECEIPT,
            data_coding=int(unit.data_coding),
            payload=payload,
            part=joint.part,
            receipted_id=bytes(unit.receipted_message_id).decode("latin-1") if unit.receipted_message_id else None,
            state=None if unit.message_state is None else int(unit.message_state),
            total=joint.total,
            reference=joint.reference,
        )
    except Exception as error:  # why: the codec fails in many ways at what no standard foresees
        raise Unreadable(type(error).__name__) from error


def _without_header(payload: bytes) -> tuple[_Joint, bytes]:
    """How a part hangs together, and its text, of one that begins with a user data header (TS 23.040 §9.2.3.24)."""
    end, at, joint = payload[0] + 1, 1, _Joint()
    while at + 2 <= end:
        element, length = payload[at], payload[at + 1]
        if element in _CONCATENATED:
            begins = at + 2 + _CONCATENATED[element]
            joint = _Joint(int.from_bytes(payload[at + 2 : begins]), payload[begins], payload[begins + 1])
        at += 2 + length
    return joint, payload[end:]


STATUSES: Final[dict[int, str]] = dict(consts.DESCRIPTIONS)
