"""Governorates and districts as they cross the wire: codes of the list, and nothing else."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, model_validator

from chassis.area import NATION
from chassis.districts import CODE, UNLISTED, DistrictUnknown, ensure_district, ensure_governorate


def _area(code: str) -> str:
    if code != NATION:
        (ensure_district if "." in code else ensure_governorate)(code)
    return code


def _asked_for(code: str) -> str:
    return code if code == UNLISTED else ensure_district(code)


GovernorateCode = Annotated[
    str,
    Field(pattern=r"^[0-9]{2}$", description="two-digit code, `03` is Port Said", examples=["03"]),
    AfterValidator(ensure_governorate),
]
DistrictCode = Annotated[
    str,
    Field(pattern=CODE, description="code of a district of the governorate, `03.02` is Al-Arab", examples=["03.02"]),
    AfterValidator(ensure_district),
]
AreaCode = Annotated[
    str,
    Field(
        pattern=r"^([*]|[0-9]{2}([.][0-9]{2})?)$",
        description="`*` for the nation, a governorate's code or a district's",
        examples=["03", "03.02", "*"],
    ),
    AfterValidator(_area),
]
DistrictAsked = Annotated[
    str,
    Field(
        pattern=rf"^([0-9]{{2}}[.][0-9]{{2}}|{UNLISTED})$",
        description=f"code of a district; `{UNLISTED}` for what was written in other words before there was a list",
        examples=["03.02"],
    ),
    AfterValidator(_asked_for),
]


class InDistrict(BaseModel):
    """What stands or lives in a district: the governorate's code and the district's."""

    governorate: GovernorateCode
    district: DistrictCode

    @model_validator(mode="after")
    def _of_one_governorate(self) -> InDistrict:
        if self.district[:2] != self.governorate:
            raise DistrictUnknown(
                f"{self.district} is not in the governorate {self.governorate}.",
                detail_ar=f"القسم أو المركز {self.district} لا يتبع المحافظة {self.governorate}.",
            )
        return self
