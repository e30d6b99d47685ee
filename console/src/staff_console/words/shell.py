"""Words of the first page's tasks, of the search box and of lists."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "tools": ("حسابك ولغتك", "Account and language"),
    "find": ("ابحث في كل شيء", "Search everything"),
    "find_hint": (
        "رقم كارت أو رقم قومي أو محمول أو اسم أو رقم طلب أو أرقام قسيمة الموعد",
        "Card number, national id, mobile, name, id of a request, or the digits of an appointment's slip",
    ),
    "nothing_of_id": ("لا يوجد شيء بهذا الرقم مما يحق لك أن تراه.", "Nothing that you may see has this id."),
    "nothing_of_slip": (
        "لا يوجد موعد بهذه الأرقام في أماكن الاستلام الخاصة بك. ابحث بالرقم القومي.",
        "No appointment at your sites has these digits. Search by the national id.",
    ),
    "views": ("قوائمك المحفوظة", "Your kept views"),
    "view_keep": ("احفظ هذه القائمة", "Keep this view"),
    "view_name": ("اسم القائمة", "Name of the view"),
    "view_name_hint": ("اسم تعرفها به، بلا بيانات أحد.", "A name you know it by, without anybody's data."),
    "view_name_missing": ("اكتب اسماً لا يزيد على 60 حرفاً.", "Type a name of at most 60 letters."),
    "view_of_nothing": (
        "لا تُحفظ إلا قائمة بها اختيار، وبلا أرقام أشخاص أو أسمائهم.",
        "Only a list with a choice is kept, without anybody's number or name.",
    ),
    "views_too_many": (
        "لديك 20 قائمة محفوظة لهذه الصفحة. احذف واحدة أولاً.",
        "You keep 20 views of this page. Remove one first.",
    ),
    "view_kept": ("حُفظت القائمة", "The view is kept"),
    "view_remove": ("احذف", "Remove"),
    "view_removed": ("حُذفت القائمة.", "The view is removed."),
    "your_tasks": ("ما ينتظرك", "What waits for you"),
    "no_tasks": ("لا شيء ينتظرك الآن.", "Nothing waits for you now."),
    "task.requests": ("طلبات تنتظر قرارك", "Requests to decide on"),
    "task.payouts": ("دفعات صرف تنتظر اعتمادك", "Payouts to approve"),
    "task.payouts_made": ("دفعات صرف تحت الإعداد", "Payouts being made"),
    "task.grants": ("صلاحيات مطلوبة تنتظر قرارك", "Roles asked for"),
    "task.cards": ("مقترحات الإصدار والتوزيع", "Proposals on cards and roll-out"),
    "task.funds": ("مقترحات الأموال", "Proposals on funds"),
    "task.sales": ("مقترحات التموين", "Proposals on supply"),
    "task.complaints": ("شكاوى مفتوحة", "Open complaints"),
    "task.disputes": ("مطالبات منافذ لم يُبت فيها", "Open disputes of outlets"),
    "task.questions": ("أسئلة تنتظر رداً", "Questions to answer"),
    "task.campaigns": ("حملات رسائل تنتظر اعتمادك", "Campaigns to approve"),
}
