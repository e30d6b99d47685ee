"""Words of the counter where cards are handed over."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "handover": ("تسليم الكروت", "Hand over cards"),
    "handover.help": ("امسح أو اكتب الرقم القومي، راجع، ثم سلّم", "Scan or type the national id, check, hand over"),
    "handover_scan": ("الرقم القومي للمواطن", "The citizen's national id"),
    "handover_scan_hint": (
        "امسحه بالقارئ أو اكتبه ثم اضغط Enter. تُقبل الأرقام العربية.",
        "Scan it, or type it and press Enter. Digits of either kind are taken.",
    ),
    "handover_find": ("ابحث عن الكارت", "Find the card"),
    "handover_check": ("راجع ثم سلّم", "Check, then hand over"),
    "handover_to_check": ("قبل التسليم", "Before you hand it over"),
    "handover_seen": ("اطلع على أصل بطاقة الرقم القومي، وطابق الصورة والرقم.", "See the national id card itself."),
    "handover_number": ("طابق الرقم مع البطاقة", "Compare the number with the card"),
    "handover_pin": ("يحدد المواطن رقمه السري بنفسه على الماكينة.", "The citizen sets the PIN on the terminal."),
    "holder": ("صاحب الكارت", "Holder"),
    "appointment": ("الموعد", "Appointment"),
    "appointment_none": ("بلا موعد", "No appointment"),
    "appointment.scheduled": ("محدد", "Scheduled"),
    "appointment.kept": ("حضر", "Kept"),
    "appointment.missed": ("لم يحضر", "Missed"),
    "appointment.cancelled": ("أُلغي", "Called off"),
    "handover_elsewhere": ("الكارت في مكان آخر", "The card is at another site"),
    "handover_proxy": ("يتسلم وكيل؟", "Does a proxy collect?"),
    "handover_proxy_number": ("الرقم القومي للوكيل", "The proxy's national id"),
    "handover_proxy_hint": (
        "اتركه فارغاً إذا حضر صاحب الكارت. يلزم توكيل مسجل.",
        "Leave it empty where the holder came. A registered mandate is needed.",
    ),
    "hand_over": ("سلّم الكارت", "Hand the card over"),
    "handover_next": ("مواطن آخر", "Another citizen"),
    "card_handed_over": ("سُلّم الكارت إلى", "The card was handed over to"),
}
