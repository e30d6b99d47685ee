"""What campaigns refuse."""

from __future__ import annotations

from chassis.refusals import Kind, Refusal


class TextRefused(Refusal):
    """The text carries what no message may, or lacks what it needs"""

    code = "campaign_text_refused"
    title_ar = "النص يتضمن ما لا يجوز إرساله أو ينقصه ما يلزم"
    kind = Kind.INVALID


class TextUnknown(Refusal):
    """No approved text has this id"""

    code = "campaign_text_unknown"
    title_ar = "لا يوجد نص معتمد بهذا الرقم"
    kind = Kind.UNKNOWN


class ValuesRefused(Refusal):
    """The values are not those of the text's variables"""

    code = "campaign_values_refused"
    title_ar = "القيم لا تطابق متغيرات النص"
    kind = Kind.INVALID


class CampaignUnknown(Refusal):
    """No such campaign is known"""

    code = "campaign_unknown"
    title_ar = "الحملة غير معروفة"
    kind = Kind.UNKNOWN


class CampaignState(Refusal):
    """The campaign is not in a state that allows this"""

    code = "campaign_state"
    title_ar = "حالة الحملة لا تسمح بهذا الإجراء"


class CampaignMoved(Refusal):
    """The draft has been edited since it was read"""

    code = "campaign_moved"
    title_ar = "تغيرت مسودة الحملة منذ قراءتها"


class DryRunUnknown(Refusal):
    """This campaign has no such dry run"""

    code = "campaign_dry_run_unknown"
    title_ar = "لا يوجد حصر تجريبي بهذا الرقم لهذه الحملة"
    kind = Kind.UNKNOWN


class DryRunNeeded(Refusal):
    """The audience is large: make a dry run, and propose the start when it is done"""

    code = "campaign_dry_run_needed"
    title_ar = "الجمهور كبير: اطلب حصراً تجريبياً ثم قدّم الحملة بعد انتهائه"


class CampaignTimes(Refusal):
    """A campaign ends after it begins and after now, within a year"""

    code = "campaign_times"
    title_ar = "مواعيد الحملة غير صحيحة"
    kind = Kind.INVALID


class AudienceByFilter(Refusal):
    """The audience of this campaign comes by its filter, not by file"""

    code = "campaign_audience_by_filter"
    title_ar = "جمهور هذه الحملة محدد بالشروط وليس بملف"


class NotRecipients(Refusal):
    """This is no file of recipients"""

    code = "not_recipients"
    title_ar = "الملف ليس ملف مستلمين"
    kind = Kind.INVALID
