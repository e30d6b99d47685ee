"""Words of the session's end and of the lock."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "session": ("جلسة العمل", "Your session"),
    "session_until": ("تنتهي الجلسة إن لم تُستعمل الساعة", "If it is not used, the session ends at"),
    "session_locks": ("تُقفل الشاشة إن لم تُستعمل الساعة", "If it is not used, the screen is locked at"),
    "session_extend": ("مدّ الجلسة في صفحة أخرى", "Extend it on another page"),
    "session_extended": (
        "مُدّت الجلسة. أغلق هذه الصفحة وواصل عملك حيث كنت.",
        "The session goes on. Close this page and continue where you were.",
    ),
    "session_ending": ("تنتهي الجلسة بعد أقل من دقيقتين", "The session ends in less than two minutes"),
    "session_ending_help": (
        "اضغط Enter لتواصل. ما كتبته يبقى محفوظاً لك في كل حال.",
        "Press Enter to continue. What you typed is kept for you in any case.",
    ),
    "session_continue": ("واصل العمل", "Continue working"),
    "lock": ("اقفل الشاشة", "Lock the screen"),
    "locked": ("الشاشة مقفلة", "The screen is locked"),
    "locked_help": ("لا يظهر شيء من عملك حتى تفتحها.", "Nothing of your work is shown until you open it."),
    "unlock": ("افتح", "Open"),
    "unlock_anew": ("ادخل من جديد بمفتاح المرور أو بكلمة السر", "Sign in anew by passkey or by password"),
    "unlock_other": (
        "إن كنت شخصاً آخر فادخل بحسابك: لا يظهر لك شيء مما كُتب هنا.",
        "If you are somebody else, sign in as yourself: nothing that was typed here is shown to you.",
    ),
    "lock_no_pin": (
        "لم تختر رقماً لهذه الجلسة، فافتحها بتسجيل الدخول من جديد.",
        "You chose no PIN for this session: open it by signing in anew.",
    ),
    "session_pin": ("الرقم السري لهذه الجلسة", "PIN of this session"),
    "pin_choose": ("اختر رقماً سرياً لقفل الشاشة", "Choose a PIN for the lock"),
    "pin_choose_help": (
        "من 4 إلى 8 أرقام تفتح الشاشة المقفلة، لهذه الجلسة وحدها. لا تستعمل رقم كارت.",
        "4 to 8 digits that open the locked screen, for this session alone. Do not use the PIN of a card.",
    ),
    "pin_again": ("اكتبه مرة أخرى", "Type it once more"),
    "pin_choose_button": ("احفظ الرقم", "Keep the PIN"),
    "pin_chosen": ("تُقفل الشاشة الآن وحدها وتُفتح برقمك.", "The screen now locks by itself and opens by your PIN."),
    "pin_missing": ("اكتب الرقم السري.", "Type the PIN."),
    "pin_form": ("اكتب من 4 إلى 8 أرقام.", "Type 4 to 8 digits."),
    "pin_easy": (
        "لا تختر رقماً مكرراً أو متتابعاً مثل 1111 أو 1234.",
        "Choose no repeated or counted digits, such as 1111 or 1234.",
    ),
    "pin_differs": ("الرقمان غير متطابقين.", "The two are not alike."),
    "pin_wrong": ("الرقم السري غير صحيح.", "The PIN is wrong."),
    "pin_tries_left": ("المحاولات الباقية", "Tries that are left"),
}
