"""The part count and the letters against the tables and the splitting of another's library (aiosmpplib)."""

from __future__ import annotations

from aiosmpplib.codec import GSM_BASIC_ENCODE_MAP, GSM_EXTENDED_ENCODE_MAP, GSM7BitCodec, UCS2Codec
from aiosmpplib.utils import split_sms_udh
from hypothesis import given
from hypothesis import strategies as st

from notify_service.templates.encoding import Encoding, from_gsm7, gsm7, measure, split

ESCAPE = 0x1B
DEFAULT = "".join(set(GSM_BASIC_ENCODE_MAP) - {chr(ESCAPE)})
EXTENSION = "".join(GSM_EXTENDED_ENCODE_MAP)
IN_GSM = st.text(alphabet=st.sampled_from(DEFAULT + EXTENSION * 4), min_size=1, max_size=700)
ANYTHING = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400)
OF_TWO = st.text(alphabet=st.sampled_from("ابج 😀🎫x"), min_size=1, max_size=300)


def test_both_have_the_same_letters() -> None:
    assert len(DEFAULT) == 127
    assert set(EXTENSION) == set("^{}\\[~]|€\f")
    assert all(measure(letter).encoding is Encoding.GSM7 for letter in DEFAULT + EXTENSION)


@given(ANYTHING)
def test_both_choose_the_same_alphabet(text: str) -> None:
    assert (measure(text).encoding is Encoding.GSM7) == all(c in DEFAULT or c in EXTENSION for c in text)


@given(IN_GSM)
def test_both_write_the_same_octets_and_read_them_back(text: str) -> None:
    octets = GSM7BitCodec().encode(text)[0]
    assert gsm7(text) == octets
    assert from_gsm7(octets) == text == GSM7BitCodec().decode(octets)[0]


@given(IN_GSM)
def test_parts_of_the_default_alphabet_by_their_octets(text: str) -> None:
    """Its splitting counts an escaped letter once; the rule by its octets: 160, or 153 and no torn pair."""
    octets = GSM7BitCodec().encode(text)[0]
    parts, start = 1, 0
    while len(octets) > 160 and len(octets) - start > 153:
        start += 152 if octets[start + 152] == ESCAPE else 153
        parts += 1
    assert (measure(text).units, measure(text).parts) == (len(octets), parts)


@given(st.one_of(ANYTHING, OF_TWO))
def test_parts_in_ucs2_are_those_of_its_splitting(text: str) -> None:
    whole = f"ع{text}"
    payloads = split_sms_udh(whole, "ucs2", 7)
    assert measure(whole).parts == len(payloads)
    if len(payloads) > 1:
        decoded = [UCS2Codec().decode(payload[6:])[0] for payload in payloads]
        assert split(whole) == decoded


@given(st.one_of(ANYTHING, IN_GSM, OF_TWO))
def test_the_parts_are_the_text_and_each_fits(text: str) -> None:
    parts = split(text)
    assert "".join(parts) == text
    assert len(parts) == measure(text).parts
    room = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}[measure(text).encoding][len(parts) > 1]
    if measure(text).encoding is Encoding.GSM7:
        assert all(len(gsm7(part)) <= room for part in parts)
    else:
        assert all(len(part.encode("utf-16-be")) <= 2 * room for part in parts)
