"""Words of notices on receipts."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "notices": ("تنويهات الإيصالات", "Notices on receipts"),
    "notices.help": (
        "ما يُطبع على إيصالات الخبز والسلع، وكم أسرة رأته",
        "What is printed on receipts of bread and goods, and how many households saw it",
    ),
    "notice": ("تنويه", "Notice"),
    "notice_new": ("تنويه جديد", "New notice"),
    "notice_what": (
        "يُطبع التنويه بعد أن يوافق عليه شخص آخر. لا يذكر رقماً قومياً أو رقم كارت أو مرضاً.",
        "It is printed once another person approves it. It names no national id, no card's number, no illness.",
    ),
    "notice_programmes": ("على إيصالات", "On receipts of"),
    "notice_programme_missing": ("اختر إيصالات الخبز أو السلع.", "Choose receipts of bread or goods."),
    "notice_district_elsewhere": ("اختر محافظة هذا المركز.", "Choose the governorate of that district."),
    "notice_first_day": ("من يوم", "From"),
    "notice_last_day": ("حتى يوم", "Until"),
    "notice_ar": ("النص العربي", "Arabic text"),
    "notice_en": ("النص الإنجليزي", "English text"),
    "notice_text_missing": ("اكتب النص في حدود 400 حرف.", "Type the text, in at most 400 letters."),
    "notice_propose": ("اعرضه للموافقة", "Propose it"),
    "notice_proposed": ("عُرض التنويه للموافقة.", "The notice waits for another person's approval."),
    "notice_shown": ("أسر رأته", "Households that saw it"),
    "notice_receipts": ("إيصالات", "Receipts"),
    "notice_unseen": ("غير معروف الآن", "Not known now"),
    "notice_withdraw": ("أوقف طباعته", "Print it no more"),
    "notice_withdraw_what": (
        "تتوقف الماكينات عن طباعته عند اتصالها التالي، وعلى الأكثر غداً. لا رجوع في ذلك.",
        "Terminals print it no more once they ask next, tomorrow at the latest. This cannot be undone.",
    ),
    "notice_withdrawn": ("أُوقف التنويه.", "The notice is printed no more."),
    "notice_was_withdrawn": ("أُوقف", "Withdrawn"),
    "notices_none": ("لا توجد تنويهات بعد.", "There are no notices yet."),
}
