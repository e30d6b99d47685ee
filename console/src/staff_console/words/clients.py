"""Words of systems that call the API."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "clients": ("الأنظمة المتصلة", "Systems"),
    "clients.help": ("الأنظمة التي تتصل بنا وصلاحياتها ومفاتيحها", "Systems that call the API: scopes, secrets, terms"),
    "client": ("النظام", "System"),
    "client_state.works": ("يعمل", "Works"),
    "client_state.ending": ("ينتهي خلال 30 يوماً", "Ends within 30 days"),
    "client_state.ended": ("انتهت مدته", "Has ended"),
    "client_state.suspended": ("موقوف", "Suspended"),
    "client_answers": ("من المسؤول عنه", "Who answers for it"),
    "client_purpose": ("الغرض", "Purpose"),
    "client_purpose_missing": ("اكتب الغرض من النظام.", "Enter what the system is for."),
    "client_ends": ("ينتهي", "Ends"),
    "client_ends_on": ("آخر مدة تسجيله", "Registered until"),
    "client_ends_hint": (
        "آخر يوم، ويُترك خالياً لأطول مدة مسموحة.",
        "The last day; left empty, the longest time allowed.",
    ),
    "client_secret_ends": ("الرمز السري صالح حتى", "Secret good until"),
    "client_registered_on": ("سُجل في", "Registered on"),
    "client_recertified_on": ("جُدد اعتماده في", "Answered for again on"),
    "client_may": ("ما يسمح له به", "What it may do"),
    "client_may_nothing": (
        "لا يسمح له بشيء حتى يقرر شخص آخر صلاحياته.",
        "It may do nothing before another person has decided about its scopes.",
    ),
    "client_secret_new": ("أنشئ رمزاً سرياً جديداً", "Make a new secret"),
    "client_overlap": ("متى يبطل الرمز السابق؟", "When does the secret before end?"),
    "overlap.24": ("بعد 24 ساعة", "After 24 hours"),
    "overlap.168": ("بعد 7 أيام", "After 7 days"),
    "overlap.0": ("فوراً", "At once"),
    "client_secret_renewed": ("أُنشئ رمز سري جديد للنظام", "There is a new secret for"),
    "client_recertify": ("جدد اعتماده", "Answer for it again"),
    "client_recertify_what": (
        "تقر بأن النظام ما زال لازماً، وما الغرض منه وحتى متى.",
        "Say that it is still needed, what for and until when.",
    ),
    "client_recertified": ("جُدد اعتماد النظام", "Answered for again:"),
    "client_scopes": ("غيّر صلاحياته", "Change what it may do"),
    "client_scopes_what": (
        "ما تزيله يسري فوراً، وما تضيفه يقرره شخص آخر.",
        "What you take away goes at once. What you add is decided by another person.",
    ),
    "client_scopes_send": ("احفظ وأرسل للقرار", "Save, and send what is added for the decision"),
    "client_scopes_missing": ("اختر صلاحية واحدة على الأقل.", "Choose at least one."),
    "client_scopes_replaced": ("تغيرت صلاحيات النظام", "What it may do has changed:"),
    "client_scopes_proposed": ("أُرسلت الصلاحيات المضافة، ويقررها شخص آخر، للنظام", "Sent for another's decision, for"),
    "client_suspend": ("أوقف النظام", "Suspend the system"),
    "client_suspend_what": (
        "تُرفض كل اتصالاته خلال ثانية. يمكن إعادته بعد ذلك.",
        "It is refused everywhere within a second. It can be undone.",
    ),
    "client_suspended": ("أُوقف النظام", "Suspended:"),
    "client_reinstate": ("أعد تشغيله", "Let it call again"),
    "client_reinstated": ("أُعيد تشغيل النظام", "May call again:"),
    "client_new": ("تسجيل نظام جديد", "Register a system"),
    "client_new_what": (
        "تُطلب صلاحياته ويقررها شخص آخر. يظهر رمزه السري مرة واحدة بعد التسجيل.",
        "What it may do is decided by another person. Its secret is shown once, after it is registered.",
    ),
    "client_register": ("سجّل النظام", "Register it"),
    "client_registered": ("سُجل النظام، ويقرر شخص آخر صلاحياته:", "Registered; another person decides what it may do:"),
    "client_id": ("رمز النظام", "Id of the system"),
    "client_id_hint": ("حروف إنجليزية صغيرة وأرقام، مثل post-office-12", "Small letters and digits: post-office-12"),
    "client_id_missing": ("اكتب رمز النظام.", "Enter the system's id."),
    "client_name_missing": ("اكتب اسم النظام.", "Enter the system's name."),
    "client_area_missing": ("اختر المحافظة أو الجمهورية.", "Choose a governorate, or the nation."),
    "authority.unassigned": ("لا أحد بعد", "Nobody yet"),
}
