"""What changes of the register are refused for."""

from __future__ import annotations

from chassis.refusals import Kind, Refusal


class FactInFuture(Refusal):
    """The day of the change lies after the day of its decision"""

    code = "fact_in_future"
    title_ar = "تاريخ الواقعة لاحق لتاريخ القرار"
    kind = Kind.INVALID


class FactTooEarly(Refusal):
    """The day of the change lies before the membership it changes"""

    code = "fact_before_membership"
    title_ar = "تاريخ الواقعة سابق لانضمام الفرد إلى الأسرة"
    kind = Kind.INVALID


class EffectiveMonthInvalid(Refusal):
    """The change cannot count from this month"""

    code = "effective_month_invalid"
    title_ar = "لا يمكن أن يسري التغيير من هذا الشهر"
    kind = Kind.INVALID


class HouseholdEnded(Refusal):
    """The household has ended"""

    code = "household_ended"
    title_ar = "تم إنهاء هذه الأسرة"


class NotInHousehold(Refusal):
    """The citizen does not belong to this household"""

    code = "not_in_household"
    title_ar = "المواطن ليس من أفراد هذه الأسرة"


class InAHousehold(Refusal):
    """The citizen belongs to a household already"""

    code = "in_a_household"
    title_ar = "المواطن مسجل بالفعل في أسرة أخرى"


class Deceased(Refusal):
    """The citizen is registered as deceased"""

    code = "citizen_deceased"
    title_ar = "المواطن مسجل على أنه متوفى"


class HeadNeeded(Refusal):
    """Another member must become the head first, or with this change"""

    code = "head_needed"
    title_ar = "يجب تحديد رب أسرة آخر مع هذا التغيير"


class AlreadyHead(Refusal):
    """The citizen is the head of the household already"""

    code = "already_head"
    title_ar = "المواطن هو رب الأسرة بالفعل"


class NobodyStays(Refusal):
    """Nobody would be left in the household; end it or merge it instead"""

    code = "nobody_stays"
    title_ar = "لن يبقى أي فرد في الأسرة؛ قدّم طلب إنهاء الأسرة أو دمجها"


class SameHousehold(Refusal):
    """A household cannot be merged with itself"""

    code = "same_household"
    title_ar = "لا يمكن دمج الأسرة مع نفسها"
    kind = Kind.INVALID


class NothingToReinstate(Refusal):
    """This change has excluded nobody of the household"""

    code = "nothing_to_reinstate"
    title_ar = "لا يوجد استبعاد بهذا القرار"


class NationalIdTaken(Refusal):
    """The national id is or was another citizen's"""

    code = "national_id_taken"
    title_ar = "الرقم القومي مسجل لمواطن آخر"


class NothingChanges(Refusal):
    """This is what the register says already"""

    code = "nothing_changes"
    title_ar = "هذه هي البيانات المسجلة بالفعل"
    kind = Kind.INVALID
