"""A bureau's return held against its batch: nothing is half taken, and nothing goes by unsaid."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from card_service.production.judging import Fault, Returned, Sent, judge

IDS = [UUID(int=n) for n in range(1, 7)]
NUMBERS = ["9818000000000001", "9818000000000002"]
SERIALS = ["EG1-0001", "EG1-0002", "EG1-0003", "x", None]

batches = st.dictionaries(st.sampled_from(IDS[:5]), st.builds(Sent, st.sampled_from(NUMBERS), st.booleans()))
rows = st.lists(
    st.builds(
        Returned,
        st.sampled_from([*map(str, IDS), "no id", str(IDS[0]).upper()]),
        st.sampled_from(NUMBERS),
        st.sampled_from(SERIALS),
        st.booleans(),
    ),
    max_size=8,
)


@given(batches, rows, st.sets(st.sampled_from(["EG1-0001", "EG1-0003"])))
def test_every_row_is_taken_whole_or_reported(
    sent: dict[UUID, Sent], returned: list[Returned], taken: set[str]
) -> None:
    judged = judge(sent, returned, taken)
    open_cards = {card_id for card_id, card in sent.items() if card.in_production}
    reported = Counter(one.row for one in judged.mismatches if one.row is not None)
    assert all(times == 1 for times in reported.values())
    whole = set(range(1, len(returned) + 1)) - set(reported)
    assert {UUID(returned[n - 1].card_id) for n in whole} == set(judged.made)
    assert len(whole) == len(judged.made)
    assert set(judged.made) | set(judged.spoiled) <= open_cards
    assert not set(judged.made) & set(judged.spoiled)
    serials = list(judged.made.values())
    assert len(set(serials)) == len(serials)
    assert not set(serials) & taken
    for n in whole:
        row = returned[n - 1]
        assert sent[UUID(row.card_id)].number == row.number
        assert not row.spoiled
    missing = {one.card_id for one in judged.mismatches if one.fault is Fault.MISSING}
    assert missing == open_cards - {
        UUID(int=int(r.card_id.replace("-", ""), 16)) for r in returned if _exact(r.card_id)
    }


def _exact(text: str) -> bool:
    return text in set(map(str, IDS))


def test_each_fault_has_its_own_word() -> None:
    good, wrong, twice, other, spoiled, missing = IDS
    sent = {one: Sent(NUMBERS[0], in_production=True) for one in (good, wrong, twice, other, spoiled, missing)}
    judged = judge(
        sent,
        [
            Returned(str(good), NUMBERS[0], "EG1-0001", spoiled=False),
            Returned(str(wrong), NUMBERS[1], "EG1-0002", spoiled=False),
            Returned(str(twice), NUMBERS[0], "EG1-0003", spoiled=False),
            Returned(str(other), NUMBERS[0], "EG1-0003", spoiled=False),
            Returned(str(spoiled), NUMBERS[0], None, spoiled=True),
            Returned("nobody", NUMBERS[0], "EG1-0009", spoiled=False),
        ],
        taken=set(),
    )
    assert judged.made == {good: "EG1-0001"}
    assert judged.spoiled == [spoiled]
    assert [(one.row, one.fault) for one in judged.mismatches] == [
        (2, Fault.NUMBER_WRONG),
        (3, Fault.SERIAL_TWICE),
        (4, Fault.SERIAL_TWICE),
        (5, Fault.SPOILED),
        (6, Fault.CARD_UNKNOWN),
        (None, Fault.MISSING),
    ]
    again = judge(
        {good: Sent(NUMBERS[0], in_production=False)}, [Returned(str(good), NUMBERS[0], "E-44", spoiled=False)], ()
    )
    assert [one.fault for one in again.mismatches] == [Fault.CARD_DONE]
