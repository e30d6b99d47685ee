"""A text as the parts that SMPP carries: alphabet, letters, and the header that joins them again. Pure."""

from __future__ import annotations

from typing import Final

from notify_service.channels.channel import Outgoing
from notify_service.channels.smpp.pdus import Part
from notify_service.templates.encoding import Encoding, gsm7, split

DEFAULT_ALPHABET, UCS2 = 0x00, 0x08  # SMPP 3.4 §5.2.19
_JOINED: Final = b"\x05\x00\x03"  # five bytes follow: information element 0, its three bytes


def parts_of(message: Outgoing) -> list[Part]:
    """A message's parts. They carry a byte of its id as their reference: what is sent twice is joined as one."""
    encoding = Encoding(message.encoding)
    coding = UCS2 if encoding is Encoding.UCS2 else DEFAULT_ALPHABET
    texts = split(message.text)
    written = [text.encode("utf-16-be") if encoding is Encoding.UCS2 else gsm7(text) for text in texts]
    if len(written) == 1:
        return [Part(message.to, coding, written[0], has_header=False, receipt=message.receipt)]
    head = _JOINED + bytes([message.reference.int & 0xFF, len(written)])
    return [
        Part(message.to, coding, head + bytes([place]) + octets, has_header=True, receipt=message.receipt)
        for place, octets in enumerate(written, 1)
    ]
