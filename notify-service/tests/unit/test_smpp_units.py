"""SMPP units as another's codec (smpp34) writes and reads them; receipts and ids in every form they come in."""

from __future__ import annotations

import re
from datetime import date
from random import Random
from typing import get_args

import pytest
import smpp34
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.ids import new_id
from notify_service import POLICIES
from notify_service.channels.channel import Outgoing
from notify_service.channels.smpp import errors, pdus
from notify_service.channels.smpp.parts import parts_of
from notify_service.channels.smpp.pdus import Unreadable
from notify_service.channels.smpp.receipts import Way, answered, receipted, state_of, words_of
from notify_service.keys import KEYS
from notify_service.rules import read_rules
from notify_service.settings import SmppProvider
from notify_service.templates.encoding import measure
from notify_service.words import joined
from policybook.book import PolicyBook
from policybook.files import read_policies

NUMBER = "+201012345678"
RECEIPT = 0x04
ID, STATE = 0x001E, 0x0427  # receipted_message_id, message_state


def brought(text: bytes, esm_class: int = RECEIPT, *tlvs: tuple[int, bytes], coding: int = 0) -> pdus.Delivered:
    unit = smpp34.DeliverSm(
        NUMBER[1:], "1919", text, esm_class=esm_class, data_coding=coding,
        tlvs=[smpp34.Tlv(tag, value) for tag, value in tlvs],
    )  # fmt: skip
    return pdus.deliver_sm(unit.encode())


@pytest.mark.parametrize(
    ("head", "joint"),
    [
        ("050003 2a 03 02", (0x2A, 3, 2)),
        ("060804 012a 03 02", (0x12A, 3, 2)),
        ("09 0804 012a 03 02 2401 01", (0x12A, 3, 2)),  # and a language, TS 23.038
        ("032401 01", (0, 1, 1)),
    ],
)
def test_how_a_part_hangs_together_by_its_header(head: str, joint: tuple[int, int, int]) -> None:
    unit = brought(bytes.fromhex(head) + "شكوى".encode("utf-16-be"), 0x40, coding=8)
    assert (unit.reference, unit.total, unit.part) == joint
    assert words_of(unit) == "شكوى"


def test_how_a_part_hangs_together_by_its_parameters() -> None:
    tlvs = ((0x020C, b"\x01\x2a"), (0x020E, b"\x03"), (0x020F, b"\x02"))
    unit = brought("شكوى".encode("utf-16-be"), 0, *tlvs, coding=8)
    assert (unit.reference, unit.total, unit.part) == (0x12A, 3, 2)


@settings(deadline=None)  # a hundred units are written and read
@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=150),
    st.integers(1, 67),
    st.randoms(use_true_random=False),
)
def test_a_text_cut_anywhere_and_brought_in_any_order_is_whole_again(text: str, size: int, order: Random) -> None:
    octets = text.encode("utf-16-be")
    cuts = [octets[at : at + size * 2] for at in range(0, len(octets), size * 2)][:255]
    text = b"".join(cuts).decode("utf-16-be", "replace")
    units = [
        brought(bytes([5, 0, 3, 7, max(len(cuts), 2), place]) + cut, 0x40, coding=8)
        for place, cut in enumerate(cuts, 1)
    ]
    order.shuffle(units)
    parts = {unit.part: words_of(unit) for unit in units}
    assert joined(parts, len(cuts)) == text.strip()


def outgoing(text: str) -> Outgoing:
    length = measure(text)
    return Outgoing(new_id(), NUMBER, text, length.encoding, length.parts)


@pytest.mark.parametrize("text", ["Your card", "€" * 81, "الكارت", "الكارت الموحد " * 20, "😀" * 50])
def test_another_codec_reads_what_we_write(text: str) -> None:
    message = outgoing(text)
    read = [smpp34.decode(pdus.submit_sm(7, "Unicard", part)) for part in parts_of(message)]
    assert len(read) == message.parts
    for unit in read:
        assert isinstance(unit, smpp34.SubmitSm)
        assert (unit.source_addr, unit.source_addr_ton, unit.destination_addr, unit.dest_addr_ton) == (
            "Unicard", 5, NUMBER[1:], 1,
        )  # fmt: skip
        assert (unit.sequence_number, unit.registered_delivery, bool(unit.esm_class & 0x40)) == (7, 1, len(read) > 1)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=1000))
def test_the_parts_of_any_text_are_joined_again(text: str) -> None:
    message = outgoing(text)
    parts = parts_of(message)
    joined = b"".join(part.payload[6:] if part.has_header else part.payload for part in parts)
    coding = parts[0].data_coding
    assert words_of(pdus.Delivered("", is_receipt=False, data_coding=coding, payload=joined, part=1,
                                   receipted_id=None, state=None)) == text  # fmt: skip
    assert all(len(part.payload) <= (160 if not coding and len(parts) == 1 else 159) for part in parts)


@pytest.mark.parametrize(
    ("way", "answer", "receipt"),
    [
        ("same", "4F2A", "4f2a"),
        ("same", "0004F2A", "4F2A"),
        ("same", "1b4e28ba-2fa1-11d2-883f-0016d3cca427", "1B4E28BA-2FA1-11D2-883F-0016D3CCA427"),
        ("decimal_then_hex", "20266", "4F2A"),
        ("decimal_then_hex", "20266", "00004f2a"),
        ("hex_then_decimal", "4F2A", "20266"),
        ("hex_then_decimal", "00004f2a", "0000020266"),
        ("decimal_then_hex", "not-a-number", "NOT-A-NUMBER"),
    ],
)
def test_an_id_is_one_in_every_way_it_is_written(way: Way, answer: str, receipt: str) -> None:
    assert answered(answer, way) == receipted(receipt, way)


@given(st.integers(0, 2**63), st.integers(0, 2**63), st.sampled_from([("decimal_then_hex", "d", "x"),
                                                                       ("hex_then_decimal", "x", "d")]))  # fmt: skip
def test_no_two_numbers_are_one_id(one: int, other: int, forms: tuple[Way, str, str]) -> None:
    way, in_answer, in_receipt = forms
    assert (answered(format(one, in_answer), way) == receipted(format(other, in_receipt), way)) == (one == other)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        (b"id:77 sub:001 dlvrd:001 submit date:2611301200 done date:2611301201 stat:DELIVRD err:000 text:x",
         ("delivered", None)),
        (b"id:77 submit date:261130120000 done date:261130120100 stat:UNDELIV err:0A1 Text:stat:DELIVRD",
         ("failed", "undeliverable")),
        (b"ID:77 STAT:EXPIRED", ("failed", "expired")),
        (b"id:77 stat:REJECTD", ("failed", "rejected")),
        (b"id:77 stat:DELETED", ("failed", "deleted")),
        (b"id:77 stat:ENROUTE", None),
        (b"id:77 stat:ACCEPTD", None),
        (b"id:77 stat:HEARD", None),
        (b"stat:DELIVRD", None),
        (b"", None),
    ],
)  # fmt: skip
def test_receipts_by_their_text(text: bytes, end: tuple[str, str | None] | None) -> None:
    state = state_of(brought(text), "same")
    assert (state and (state.status, state.reason)) == end
    assert state is None or state.ids == ("77",)


def test_receipts_by_their_parameters() -> None:
    state = state_of(brought(b"", RECEIPT, (ID, b"4F2A\0"), (STATE, b"\x02")), "decimal_then_hex")
    assert state is not None
    assert (state.ids, state.status) == (("4f2a",), "delivered")
    both = state_of(brought(b"id:4F2A stat:DELIVRD", RECEIPT, (ID, b"20266\0"), (STATE, b"\x05")), "decimal_then_hex")
    assert both is not None
    assert (both.ids, both.reason) == (("20266",), "undeliverable")
    same = state_of(brought(b"id:10 stat:DELIVRD", RECEIPT, (ID, b"10\0")), "decimal_then_hex")
    assert same is not None
    assert same.ids == ("16",), "a parameter that repeats the text is written as the text is"


@pytest.mark.parametrize(
    ("table", "state", "code", "reason"),
    [
        ("map", "UNDELIV", "001", "unknown_subscriber"),
        ("map", "REJECTD", "0009", "number_not_in_service"),
        ("map", "UNDELIV", "1B", "undeliverable"),
        ("map", "UNDELIV", "000", "undeliverable"),
        ("map", "EXPIRED", "001", "expired"),
        ("twilio", "UNDELIV", "001", "absent_subscriber"),
        ("gateway", "UNDELIV", "60", "absent_subscriber"),
        (None, "UNDELIV", "001", "undeliverable"),
    ],
)
def test_a_code_means_what_the_providers_table_says(table: str | None, state: str, code: str, reason: str) -> None:
    receipt = f"id:77 sub:001 dlvrd:000 submit date:2611301200 stat:{state} err:{code} text:err:006"
    read = state_of(brought(receipt.encode()), "same", errors.reasons_of(table))
    assert read is not None
    assert (read.status, read.reason) == ("failed", reason)


def test_every_table_can_be_chosen_and_names_where_it_is_from() -> None:
    chosen = set(get_args(get_args(SmppProvider.model_fields["errors"].annotation)[0]))
    assert chosen == set(errors.tables())
    words = {reason for table in errors.tables().values() for reason in table.codes.values()}
    assert all(re.fullmatch("[a-z_]{3,40}", word) for word in words)
    retries = read_rules(PolicyBook.of(read_policies(POLICIES, KEYS)), date(2026, 1, 14)).retries
    assert not retries.passing & retries.wrong_number
    assert words >= retries.passing


def test_a_vendors_parameter_does_no_harm() -> None:
    assert state_of(brought(b"id:77 stat:DELIVRD", RECEIPT, (0x1401, b"xx")), "same") is not None


@pytest.mark.parametrize(
    ("payload", "coding", "words"),
    [
        ("رصيد".encode("utf-16-be"), 8, "رصيد"),
        (b"balance", 0, "balance"),
        (b"\x00\x1b\x65", 0, "@€"),
        ("é".encode("latin-1"), 3, "é"),
    ],
)
def test_a_citizens_words(payload: bytes, coding: int, words: str) -> None:
    unit = brought(payload, 0, coding=coding)
    assert (unit.is_receipt, words_of(unit), unit.source) == (False, words, NUMBER[1:])


def test_a_part_of_a_long_message_says_which() -> None:
    short = brought(b"\x05\x00\x03\x11\x03\x02" + "ال".encode("utf-16-be"), 0x40, coding=8)
    long = brought(b"\x06\x08\x04\x11\x12\x03\x02" + "ال".encode("utf-16-be"), 0x40, coding=8)
    assert [(unit.part, words_of(unit)) for unit in (short, long)] == [(2, "ال"), (2, "ال")]


@given(st.binary(max_size=300))
def test_whatever_comes_is_read_or_refused(body: bytes) -> None:
    raw = pdus.bare(pdus.DELIVER_SM, 1, body=body)
    try:
        unit = pdus.deliver_sm(raw)
    except Unreadable:
        return
    state_of(unit, "decimal_then_hex")
    words_of(unit)


@pytest.mark.parametrize("length", [0, 15, 70_001, 2**32 - 1])
def test_a_length_that_no_unit_has_is_refused(length: int) -> None:
    with pytest.raises(Unreadable):
        pdus.read_header(pdus.HEADER.pack(length, pdus.DELIVER_SM, 0, 1))
