"""What changes of the register are refused for."""

from __future__ import annotations

from chassis.refusals import Kind, Refusal


class FactInFuture(Refusal):
    """The day of the change lies after the day of its decision"""

    code = "fact_in_future"
    title_ar = "تاريخ الواقعة لاحق لتاريخ القرار"
    kind = Kind.INVALID


class EffectiveMonthInvalid(Refusal):
    """The change cannot count from this month"""

    code = "effective_month_invalid"
    title_ar = "لا يمكن أن يسري التغيير من هذا الشهر"
    kind = Kind.INVALID
