"""Whatever pydantic finds wrong is said in Arabic, too."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from chassis.invalid import OTHERWISE, in_arabic


class Body(BaseModel):
    """Fields of the kinds that bodies have."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[int, Field(ge=1, le=9)] = 1
    name: Annotated[str, Field(min_length=1, max_length=3)] = "x"
    code: Annotated[str, Field(pattern="^[a-z]$")] = "a"
    day: date = date(2026, 1, 1)
    at: AwareDatetime | None = None
    who: UUID | None = None
    kind: Literal["a", "b"] = "a"
    many: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    sure: bool = True


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"number": 0}, "يجب ألا يقل الرقم عن 1"),
        ({"number": 10}, "يجب ألا يزيد الرقم على 9"),
        ({"number": "x"}, "المطلوب رقم صحيح بدون كسور"),
        ({"number": 7.5}, "المطلوب رقم صحيح بدون كسور"),
        ({"name": ""}, "النص أقصر من المسموح (الحد الأدنى 1)"),
        ({"name": "xxxx"}, "النص أطول من المسموح (الحد الأقصى 3)"),
        ({"name": 7}, "المطلوب نص"),
        ({"code": "A"}, "الصيغة غير صحيحة"),
        ({"day": "2026-13-01"}, "التاريخ غير صحيح"),
        ({"at": "x"}, "التاريخ والوقت غير صحيحين"),
        ({"at": "2026-01-01T00:00:00"}, "التاريخ والوقت بدون منطقة زمنية"),
        ({"who": "x"}, "المعرف غير صحيح"),
        ({"kind": "c"}, "القيمة ليست من القيم المتاحة"),
        ({"many": []}, "عدد العناصر أقل من المسموح (الحد الأدنى 1)"),
        ({"many": [1, 2, 3]}, "عدد العناصر أكبر من المسموح (الحد الأقصى 2)"),
        ({"many": 1}, "المطلوب قائمة"),
        ({"sure": "x"}, "المطلوب true أو false"),
        ({"other": 1}, "هذا الحقل غير معروف"),
        ("x", "المطلوب مجموعة حقول"),
    ],
)
def test_a_reason_is_said_in_arabic(body: Any, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Body.model_validate(body)
    assert [in_arabic(dict(error)) for error in refused.value.errors()] == [words]


def test_what_has_no_words_of_its_own_is_still_said() -> None:
    assert in_arabic({"type": "unheard_of"}) == OTHERWISE
    assert in_arabic({"type": "greater_than", "ctx": {}}) == OTHERWISE
