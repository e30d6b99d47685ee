"""Reading payout files: whole columns at once where all is well, row by row where something is wrong."""

from __future__ import annotations

import pytest

from chassis.ids import new_id
from payment_service.errors import NotPayoutItems
from payment_service.payouts import payout_file

CITIZEN = "0199f3a2-7c31-7a10-9a53-0242ac120002"
HEADER = "citizen_id,amount,item_reference"


def file(*lines: str) -> bytes:
    return "\n".join([HEADER, *lines]).encode()


def test_a_file_is_read_in_its_order() -> None:
    citizens = [new_id() for _ in range(3)]
    lines = [f"{citizen},{100 + n},معاش {n}" for n, citizen in enumerate(citizens)]
    references, ids, amounts = payout_file.read(b"\xef\xbb\xbf" + file(*lines))
    assert (list(references), list(ids), list(amounts)) == (["معاش 0", "معاش 1", "معاش 2"], citizens, [100, 101, 102])


@pytest.mark.parametrize(
    ("line", "taken"),
    [
        (f"{CITIZEN},1,a", True),
        (f"{CITIZEN.upper()},000{payout_file.MAX_AMOUNT},{'r' * payout_file.MAX_REFERENCE}", True),
        (f"{CITIZEN.replace('-', '')},7,a", True),
        (f"{{{CITIZEN}}},7,a", True),
        (f"urn:uuid:{CITIZEN},7,a", True),
        (f'{CITIZEN},7,"a,b"', True),
        (f"{CITIZEN},0,a", False),
        (f"{CITIZEN},-1,a", False),
        (f"{CITIZEN},+1,a", False),
        (f"{CITIZEN}, 1,a", False),
        (f"{CITIZEN},1_0,a", False),
        (f"{CITIZEN},1.0,a", False),
        (f"{CITIZEN},٧,a", False),
        (f"{CITIZEN},,a", False),
        (f"{CITIZEN},{payout_file.MAX_AMOUNT + 1},a", False),
        (f"{CITIZEN},1,", False),
        (f"{CITIZEN},1,{'r' * (payout_file.MAX_REFERENCE + 1)}", False),
        (f"{CITIZEN},1,a\x07", False),
        (f"{CITIZEN},1,first", False),
        (f"{CITIZEN[:-1]},1,a", False),
        (f"{CITIZEN}0,1,a", False),
        ("nobody,1,a", False),
        (",1,a", False),
        (f"{CITIZEN},1", False),
        (f"{CITIZEN},1,a,b", False),
        (f"{CITIZEN},1,a,{CITIZEN}\n{CITIZEN},1", False),
        ("", False),
    ],
)
def test_what_is_taken_is_the_same_either_way(line: str, taken: bool) -> None:
    lines = [f"{CITIZEN},1,first", line, f"{CITIZEN},1,last"]
    if not taken:
        with pytest.raises(NotPayoutItems) as refused:
            payout_file.read(file(*lines))
        faults = refused.value.extensions["rows"]
        assert isinstance(faults, list)
        assert [fault["row"] for fault in faults if isinstance(fault, dict)] == [3, 4][: 1 + line.count("\n")]
        return
    quick, slow = payout_file.read(file(*lines)), payout_file._row_by_row(payout_file._lines(file(*lines).decode()))
    assert [list(column) for column in quick] == [list(column) for column in slow]
    with_other_ends = payout_file.read(b"\r\n".join([*file(*lines).splitlines(), b""]))
    assert [list(column) for column in with_other_ends] == [list(column) for column in slow]


@pytest.mark.parametrize("body", [b"", b"a,b\n", HEADER.encode(), b"\xff", HEADER.encode() + b'\n"x'])
def test_what_is_no_file_of_payouts_is_refused(body: bytes) -> None:
    with pytest.raises(NotPayoutItems):
        payout_file.read(body)
