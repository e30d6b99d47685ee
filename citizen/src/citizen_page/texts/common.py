"""Words of every page, and of what went wrong."""

from __future__ import annotations

from typing import Final

TEXTS: Final = {
    "system": ("الكارت الموحد", "Unified Card"),
    "training": ("نظام تدريب: لا توجد هنا بيانات حقيقية", "Training: nothing here is real"),
    "other_language": ("English", "العربية"),
    "sign_out": ("خروج", "Sign out"),
    "footer": (
        "لا يطلب منك أحد رمز التحقق أو الرقم السري بالهاتف. لا تعطهما لأحد.",
        "Nobody asks for your one-time code or PIN by telephone. Give them to no one.",
    ),
    "error_before": ("خطأ: ", "Error: "),
    "there_is_a_problem": ("توجد مشكلة", "There is a problem"),
    "back_to_start": ("العودة إلى البداية", "Back to the start"),
    "quote_number": ("رقم الطلب، اذكره عند الاتصال بنا:", "Number of the request, to quote when you call us:"),
    "comma": ("، ", ", "),
    "at": ("الساعة", "at"),
    "am": ("ص", "am"),
    "pm": ("م", "pm"),
    "pound": ("جنيه", "EGP"),
    "from_to": ("من {begins} إلى {ends}", "{begins} to {ends}"),
    "service_gateway": ("تسجيل الدخول", "signing in"),
    "service_card": ("الكروت والمواعيد", "cards and appointments"),
    "service_supply": ("الخبز والسلع", "bread and goods"),
    "service_payment": ("المحفظة", "the wallet"),
    "service_health": ("التأمين الصحي", "health insurance"),
    "service_notify": ("الرسائل والشكاوى", "messages and complaints"),
    "failed_away": ("الخدمة لا تجيب الآن", "The service does not answer just now"),
    "failed_away_help": (
        "انتظر دقيقة ثم أعد المحاولة. إعادة إرسال النموذج نفسه لا تكرر الطلب.",
        "Wait a minute and try again. Sending the same form again does nothing twice.",
    ),
    "failed_part": ("الجزء الذي لا يجيب: {part}.", "What does not answer: {part}."),
    "failed_often": ("محاولات كثيرة", "Too many tries"),
    "failed_often_help": ("توقفنا قليلاً لحماية بياناتك.", "We have paused for a while to protect your data."),
    "failed_wait": ("أعد المحاولة بعد {seconds} ثانية.", "Try again in {seconds} seconds."),
    "failed_refused": ("لم يتم تنفيذ الطلب", "The request was not carried out"),
    "failed_refused_help": (
        "راجع ما كتبته وأعد المحاولة. إذا تكررت المشكلة فاذكر رقم الطلب عند الاتصال بنا.",
        "Look at what you entered and try again. If it happens again, quote the number of the request when you call.",
    ),
    "failed_stale": ("هذه الصفحة لم تعد صالحة", "This page is no longer good"),
    "failed_stale_help": (
        "انتهت مدة الصفحة أو فُتحت في جلسة أخرى. ارجع إلى البداية وافتحها من جديد.",
        "Its time is over, or it was opened in another session. Go back to the start and open it again.",
    ),
    "failed_unknown": ("الصفحة غير موجودة", "There is no such page"),
    "failed_unknown_help": ("ارجع إلى البداية واختر ما تريده.", "Go back to the start and choose what you need."),
    "failed_broken": ("حدث عطل عندنا", "Something broke on our side"),
    "failed_broken_help": (
        "لم يتم حفظ شيء. أعد المحاولة بعد دقيقة، وإذا تكرر العطل فاذكر رقم الطلب عند الاتصال بنا.",
        "Nothing was kept. Try again in a minute; if it happens again, quote the number of the request when you call.",
    ),
}
