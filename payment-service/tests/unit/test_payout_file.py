"""Reading payout files: whole columns at once where all is well, row by row where something is wrong."""

from __future__ import annotations

import pytest

from chassis.ids import new_id
from payment_service.errors import NotPayoutItems
from payment_service.payouts import payout_file
from payment_service.payouts.payout_file import Rows
from payment_service.payouts.reasons import ROWS, words

CITIZEN = "0199f3a2-7c31-7a10-9a53-0242ac120002"
HEADER = "citizen_id,amount,item_reference"
NATIONAL_ID = "28505120301234"


def file(*lines: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *lines]).encode()


def columns(rows: Rows) -> list[list[object]]:
    return [list(rows.lines), list(rows.references), list(rows.payees), list(rows.amounts)]


def faults(rows: Rows) -> list[tuple[int, str]]:
    return [(fault.row, fault.code) for fault in rows.faults]


def test_a_file_is_read_in_its_order() -> None:
    citizens = [new_id() for _ in range(3)]
    lines = [f"{citizen},{100 + n},معاش {n}" for n, citizen in enumerate(citizens)]
    found = payout_file.read(b"\xef\xbb\xbf" + file(*lines))
    assert columns(found) == [[2, 3, 4], ["معاش 0", "معاش 1", "معاش 2"], citizens, [100, 101, 102]]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"{CITIZEN},1,a", None),
        (f"{CITIZEN.upper()},000{payout_file.MAX_AMOUNT},{'r' * payout_file.MAX_REFERENCE}", None),
        (f"{CITIZEN.replace('-', '')},7,a", None),
        (f"{{{CITIZEN}}},7,a", None),
        (f"urn:uuid:{CITIZEN},7,a", None),
        (f'{CITIZEN},7,"a,b"', None),
        (f"{CITIZEN},0,a", "amount_invalid"),
        (f"{CITIZEN},-1,a", "amount_invalid"),
        (f"{CITIZEN},+1,a", "amount_invalid"),
        (f"{CITIZEN}, 1,a", "amount_invalid"),
        (f"{CITIZEN},1_0,a", "amount_invalid"),
        (f"{CITIZEN},1.0,a", "amount_invalid"),
        (f"{CITIZEN},٧,a", "amount_invalid"),
        (f"{CITIZEN},,a", "amount_missing"),
        (f"{CITIZEN},  ,a", "amount_missing"),
        (f"{CITIZEN},{payout_file.MAX_AMOUNT + 1},a", "amount_above_ceiling"),
        (f"{CITIZEN},{'9' * 5000},a", "amount_above_ceiling"),
        (f"{CITIZEN},1,", "reference_missing"),
        (f"{CITIZEN},1,{'r' * (payout_file.MAX_REFERENCE + 1)}", "reference_too_long"),
        (f"{CITIZEN},1,a\x07", "reference_invalid"),
        (f"{CITIZEN},1,first", "reference_twice"),
        (f"{CITIZEN},1,{NATIONAL_ID}", "reference_is_national_id"),
        (f"{CITIZEN[:-1]},1,a", "citizen_id_invalid"),
        (f"{CITIZEN}0,1,a", "citizen_id_invalid"),
        ("nobody,1,a", "citizen_id_invalid"),
        (",1,a", "payee_missing"),
        (f"{CITIZEN},1", "fields_missing"),
        (f"{CITIZEN},1,a,b", "fields_too_many"),
        (f'{CITIZEN},1,"a', "row_broken"),
        (f'{CITIZEN},1,"a"b', "row_broken"),
    ],
)
def test_a_faulty_row_is_named_and_its_neighbours_are_taken(line: str, code: str | None) -> None:
    lines = [f"{CITIZEN},1,first", line, f"{CITIZEN},1,last"]
    found = payout_file.read(file(*lines))
    assert faults(found) == ([] if code is None else [(3, code)])
    assert list(found.references)[:: len(found.references) - 1] == ["first", "last"]
    assert len(found.amounts) == (3 if code is None else 2)
    slow = payout_file._row_by_row("citizen_id", lines, payout_file.MAX_AMOUNT)
    assert columns(found) == columns(slow)
    with_other_ends = payout_file.read(b"\r\n".join([*file(*lines).splitlines(), b""])) if "\x07" not in line else found
    assert columns(with_other_ends) == columns(slow)


def test_blank_lines_are_nothing_and_keep_the_count_of_lines() -> None:
    lines = ["", f"{CITIZEN},1,a", "   ", ",,", f"{CITIZEN},x,b", "", f"{CITIZEN},3,c", "", ""]
    found = payout_file.read(file(*lines))
    assert columns(found)[0] == [3, 8]
    assert faults(found) == [(6, "amount_invalid")]


def test_a_newline_inside_quotes_spoils_its_own_rows_only() -> None:
    lines = [f"{CITIZEN},1,a", f'{CITIZEN},2,"b', 'b"', f"{CITIZEN},3,c", f"{CITIZEN},4,d"]
    found = payout_file.read(file(*lines))
    assert list(found.references) == ["a", "c", "d"]
    assert [row for row, _ in faults(found)] == [3, 4]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f"{HEADER}\n{CITIZEN},1,معاش\n".encode("cp1256"), "windows_1256"),
        (HEADER.replace(",", ";").encode() + b"\n", "semicolons"),
        (HEADER.replace(",", "،").encode() + b"\n", "arabic_commas"),
        (b"PK\x03\x04", "excel_workbook"),
    ],
    ids=["windows-1256", "semicolons", "arabic-commas", "workbook"],
)
def test_files_of_other_programs_are_refused_by_name(body: bytes, found: str) -> None:
    with pytest.raises(NotPayoutItems) as refused:
        payout_file.read(body)
    assert refused.value.extensions["found"] == found


def test_files_in_utf16_or_said_to_be_windows_1256_are_read() -> None:
    text = f"{HEADER}\r\n{CITIZEN},5,معاش\r\n"
    for body, charset in ((text.encode("utf-16"), None), (text.encode("cp1256"), "windows-1256")):
        found = payout_file.read(body, charset=charset)
        assert (list(found.references), list(found.amounts), found.faults) == (["معاش"], [5], [])


def test_ndjson_holds_the_same_rows() -> None:
    lines = [
        '{"national_id": "28505120301234", "amount": 5, "item_reference": "a"}',
        '{"national_id": 28505120301234, "amount": "6", "item_reference": "b"}',
        '{"national_id": 2.850512e13, "amount": 7, "item_reference": "c"}',
        '{"national_id": "2.850512E+13", "amount": 8, "item_reference": "d"}',
    ]
    found = payout_file.read("\n".join(lines).encode(), form="ndjson")
    assert (found.payee, list(found.payees), list(found.amounts)) == ("national_id", [NATIONAL_ID] * 2, [5, 6])
    assert faults(found) == [(3, "value_not_text"), (4, "national_id_ruined")]


@pytest.mark.parametrize("payee", payout_file.PAYEES)
def test_the_header_says_how_payees_are_named(payee: str) -> None:
    named = CITIZEN if payee in {"citizen_id", "card_id"} else NATIONAL_ID
    found = payout_file.read(file(f"{named},1,a", header=f"{payee},amount,item_reference"))
    assert found.payee == payee
    assert [str(one) for one in found.payees] == [named]


def test_what_names_the_payee_is_in_no_fault() -> None:
    lines = [
        f"{NATIONAL_ID},1,{NATIONAL_ID}",
        f"{NATIONAL_ID},x,{NATIONAL_ID}",
        f"1,{NATIONAL_ID}",
        f"1,2,,{NATIONAL_ID}",
    ]
    found = payout_file.read(file(*lines, header="national_id,amount,item_reference"))
    assert len(found.faults) == 4
    assert NATIONAL_ID not in str(found.faults)


@pytest.mark.parametrize("body", [b"", b"a,b\n", b"\xff", b"citizen_id;amount;item_reference\n"])
def test_what_is_no_file_of_payouts_is_refused(body: bytes) -> None:
    with pytest.raises(NotPayoutItems) as refused:
        payout_file.read(body)
    assert refused.value.detail_ar
    if body.startswith((b"a", b"c")):
        assert "(,)" in refused.value.detail_ar


def test_every_reason_is_said_in_both_languages_and_without_the_cells_of_the_row() -> None:
    for code in ROWS:
        english, arabic = words(code)
        assert english.isascii()
        assert any("\u0600" <= letter <= "\u06ff" for letter in arabic)
