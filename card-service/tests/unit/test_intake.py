from __future__ import annotations

from datetime import date
from itertools import chain
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from card_service.registry.enrolment import fingerprints, withdraw_known
from card_service.registry.intake import COLUMNS, HEADER, Family, families_of
from card_service.registry.models import Known
from card_service.registry.reasons import REASONS
from chassis.national_id import check_digit
from chassis.row_files import NotRows, WrongColumns, read_all
from chassis.sealing import Keyring, Vault

TODAY = date(2026, 11, 21)
LINE = ",".join(HEADER)


def national_id(serial: int) -> str:
    body = f"290010103{serial:04d}"
    return body + check_digit(body)


def row(ref: str, kind: str, serial: int, **changed: str) -> str:
    cells = {
        "household_ref": ref,
        "role": kind,
        "national_id": national_id(serial),
        "full_name": "منى أحمد علي",
        "mobile": "",
        "governorate": "03",
        "district": "03.02",
        "address": "شارع 23 يوليو",
    }
    return ",".join((cells | changed).values())


def read(*rows: str, governorate: str | None = None) -> list[Family]:
    return read_file("\r\n".join([LINE, *rows, ""]).encode(), governorate)


def read_file(body: bytes, governorate: str | None = None) -> list[Family]:
    return list(families_of(read_all(body, COLUMNS), TODAY, governorate))


def codes(families: list[Family]) -> dict[int, str]:
    return {r.row: r.code for r in chain.from_iterable(family.rejections for family in families)}


def test_a_household_is_read_with_its_head_first() -> None:
    (family,) = read(row("A", "child", 1), row("A", "head", 2, mobile="٠١٠١٢٣٤٥٦٧٨"), row("A", "spouse", 3))
    assert [person.role for person in family.people] == ["head", "child", "spouse"]
    assert family.people[0].mobile == "+201012345678"
    assert (family.rows, family.last_row, family.rejections) == (3, 4, [])


def test_a_byte_order_mark_blank_lines_and_capitals_in_the_header_are_fine() -> None:
    (family,) = read_file(("\ufeff" + LINE.upper() + "\n\n" + row("A", "HEAD", 1) + "\n\n").encode())
    assert family.people[0].row == 3


@pytest.mark.parametrize("body", [b"", b"\n\n", b"\xff\xfe\x00", b"PK\x03\x04\x00", b"hello world", b"%PDF-1.4\n%\xe2"])
def test_what_is_no_csv_is_refused(body: bytes) -> None:
    with pytest.raises(NotRows):
        read_file(body)


@pytest.mark.parametrize("line", ["a,b,c", LINE + ",more", LINE.replace(",", ";") + ",x", LINE[:-4]])
def test_another_header_is_refused(line: str) -> None:
    with pytest.raises(WrongColumns):
        read_file(line.encode() + b"\n")


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"national_id": national_id(9)[:-1]}, "national_id_length", "national_id"),
        ({"national_id": ""}, "national_id_missing", "national_id"),
        ({"full_name": "=HYPERLINK(1)"}, "name_invalid", "full_name"),
        ({"full_name": " "}, "name_invalid", "full_name"),
        ({"mobile": "0661234567"}, "mobile_invalid", "mobile"),
        ({"governorate": "36"}, "governorate_unknown", "governorate"),
        ({"governorate": "88"}, "governorate_unknown", "governorate"),
        ({"district": ""}, "district_invalid", "district"),
        ({"district": "elsewhere"}, "district_unknown", "district"),
        ({"district": "19.07"}, "district_unknown", "district"),
        ({"district": "03.03"}, "residence_differs", "district"),
        ({"address": "a\x07b"}, "address_invalid", "address"),
        ({"role": "cousin"}, "role_unknown", "role"),
    ],
)
def test_a_faulty_member_is_refused_alone(changed: dict[str, str], code: str, field: str) -> None:
    families = read(row("A", "head", 1), row("A", "child", 9, **changed), row("A", "child", 3))
    (rejection,) = chain.from_iterable(family.rejections for family in families)
    assert (rejection.row, rejection.code, rejection.field) == (3, code, field)
    assert sum(len(family.people) for family in families) == 2


def test_a_row_cut_in_half_spoils_no_other() -> None:
    families = read(row("A", "head", 1), row("A", "child", 2)[:12], row("A", "child", 3), row("B", "head", 4))
    assert codes(families) == {3: "row_incomplete"}
    assert [len(family.people) for family in families] == [2, 1]


def test_an_unclosed_quotation_mark_spoils_no_other() -> None:
    broken = row("A", "child", 2).replace("منى", '"منى')
    families = read(row("A", "head", 1), broken, row("B", "head", 4))
    assert codes(families) == {3: "row_broken"}


def test_a_line_break_inside_quotes_belongs_to_its_cell() -> None:
    address = '"عمارة 5\nشقة 7"'
    (family,) = read(row("A", "head", 1), row("A", "child", 2, address=address), row("A", "child", 3))
    assert [(person.row, person.residence.address) for person in family.people] == [
        (2, "شارع 23 يوليو"),
        (3, "عمارة 5 شقة 7"),
        (5, "شارع 23 يوليو"),
    ]


@pytest.mark.parametrize(
    ("torn", "code"),
    [
        (row("A", "child", 2).replace("منى", '"منى'), "row_broken"),
        (row("", "child", 2), "household_ref_missing"),
        (",,", None),
        ("\x00" + row("A", "child", 2), "row_encoding"),
    ],
    ids=["quote", "no-ref", "blank", "zero-byte"],
)
def test_a_row_that_cannot_be_read_does_not_divide_its_household(torn: str, code: str | None) -> None:
    found = read(row("A", "head", 1), torn, row("A", "child", 3), row("A", "child", 4))
    assert codes(found) == ({3: code} if code else {})
    assert sum(len(family.people) for family in found) == 3


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("national_id", "2.90101E+13", "national_id_ruined"),
        ("national_id", "29010100000000", "national_id_ruined"),
        ("mobile", "2.01012E+11", "mobile_ruined"),
    ],
)
def test_what_a_spreadsheet_ruined_is_named_as_such(field: str, value: str, code: str) -> None:
    found = read(row("A", "head", 1), row("A", "child", 2, **{field: value}), row("A", "child", 3))
    assert codes(found) == {3: code}
    assert "Excel" in REASONS[code][0]
    assert "Excel" in REASONS[code][1]


def test_quoted_fields_may_hold_commas() -> None:
    (family,) = read(row("A", "head", 1, address='"شارع 5، عمارة 6, شقة 7"'))
    assert family.people[0].residence.address == "شارع 5، عمارة 6, شقة 7"


def test_without_a_good_head_nobody_of_the_household_is_taken() -> None:
    families = read(
        row("A", "head", 1, mobile="12"),
        row("A", "child", 2),
        row("B", "child", 3),
        row("C", "head", 4),
        row("C", "head", 5),
        row("C", "child", 6),
    )
    assert codes(families) == {
        2: "mobile_invalid",
        3: "head_rejected",
        4: "head_missing",
        5: "several_heads",
        6: "several_heads",
        7: "several_heads",
    }
    assert not any(family.people for family in families)


def test_a_household_in_two_places_is_taken_once() -> None:
    families = read(row("A", "head", 1), row("B", "head", 2), row("A", "head", 3), row("A", "child", 4))
    assert codes(families) == {4: "household_not_consecutive", 5: "household_not_consecutive"}


def test_rows_without_a_reference_stand_alone() -> None:
    families = read(row("", "head", 1), row("", "child", 2), row("A", "head", 3))
    assert codes(families) == {2: "household_ref_missing", 3: "household_ref_missing"}
    assert [family.rows for family in families] == [1, 1, 1]


def test_a_bound_caller_registers_in_its_own_governorate_only() -> None:
    families = read(row("A", "head", 1), row("B", "head", 2, governorate="4", district="04.01"), governorate="04")
    assert codes(families) == {2: "governorate_not_yours"}


@given(st.lists(st.text(alphabet='Ah",e\ta٣d\u202e1;=', max_size=30), max_size=30))
def test_every_row_is_judged_once(lines: list[str]) -> None:
    families = read(row("A", "head", 1), *lines)
    judged = [p.row for f in families for p in f.people] + [r.row for f in families for r in f.rejections]
    assert len(judged) == len(set(judged)) == sum(family.rows for family in families)
    assert set(codes(families).values()) <= set(REASONS)


def test_every_reason_speaks_both_languages() -> None:
    for code, (english, arabic) in REASONS.items():
        assert english.isascii(), code
        assert any("\u0621" <= letter <= "\u064a" for letter in arabic), code


def test_who_is_known_already_is_refused_by_where_from() -> None:
    import_id, other = uuid4(), uuid4()
    rows = [row("A", "head", 1), row("A", "child", 2)]
    rows += [row("B", "head", 3), row("B", "child", 2), row("B", "child", 8), row("C", "head", 4)]
    rows += [row("D", "head", 5), row("D", "child", 6), row("D", "child", 6), row("E", "head", 7)]
    families = read_file("\n".join([LINE, *rows]).encode())
    vault = Vault(Keyring.parse("k1:" + "A" * 43), bytes(32))
    prints = fingerprints(vault, [person for family in families for person in family.people])
    known = {
        prints[4]: Known(uuid4(), in_a_household=True, import_id=other),
        prints[7]: Known(uuid4(), in_a_household=True, import_id=import_id),
        prints[11]: Known(uuid4(), in_a_household=False, import_id=other),
    }
    withdraw_known(families, prints, known, import_id)
    assert codes(families) == {
        4: "already_registered",
        5: "duplicate_in_file",
        6: "head_rejected",
        7: "duplicate_in_file",
        10: "duplicate_in_file",
    }
    assert [len(family.people) for family in families] == [2, 0, 0, 2, 1]
