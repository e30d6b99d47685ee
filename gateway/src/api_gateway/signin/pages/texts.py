"""Every word the pages show, in Arabic and English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

TEXTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "system": ("الكارت الموحد", "Unified Card"),
        "training": ("نظام تدريب: لا توجد هنا بيانات حقيقية", "Training: nothing here is real"),
        "other_language": ("English", "العربية"),
        "sign_in": ("تسجيل الدخول", "Sign in"),
        "sign_in_to": ("للدخول إلى", "to go on to"),
        "name": ("اسم المستخدم", "User name"),
        "password": ("كلمة السر", "Password"),
        "continue": ("متابعة", "Continue"),
        "or": ("أو", "or"),
        "passkey": ("الدخول بمفتاح المرور", "Use a passkey"),
        "passkey_help": (
            "بصمة أو وجه أو مفتاح أمان على هذا الجهاز",
            "Fingerprint, face or security key on this device",
        ),
        "external": ("الدخول بحساب الجهة الحكومية", "Use your authority's account"),
        "wrong": (
            "البيانات غير صحيحة، أو يلزم الانتظار قليلاً قبل محاولة أخرى.",
            "That is not right, or you have to wait a while before the next try.",
        ),
        "expired": (
            "انتهت مدة تسجيل الدخول. ابدأ من جديد.",
            "This sign-in has run out of time. Begin again.",
        ),
        "second_factor": ("الخطوة الثانية", "Second step"),
        "second_factor_help": (
            "اكتب الرقم الظاهر في تطبيق المصادقة على هاتفك.",
            "Type the number that the authenticator app on your phone shows.",
        ),
        "code": ("الرقم السري المؤقت", "One-time code"),
        "code_hint": ("٦ أرقام، أو رمز استعادة", "6 digits, or a recovery code"),
        "office": ("اختر جهة العمل", "Choose your office"),
        "office_help": (
            "لك أكثر من جهة عمل. صلاحياتك في هذه الجلسة هي صلاحيات الجهة التي تختارها فقط.",
            "You work in more than one office. What you may do now is what you may do in the one you choose.",
        ),
        "no_office": (
            "ليست لك صلاحيات سارية الآن. راجع مسؤول الصلاحيات في جهتك.",
            "You have no rights that are in force now. Ask whoever manages rights in your authority.",
        ),
        "welcome": ("مرحباً", "Welcome"),
        "invitation_help": (
            "دُعيت إلى العمل على الكارت الموحد. ستختار كلمة سر ثم تربط هاتفك في خطوتين.",
            "You were invited to work with the Unified Card. You will choose a password, then connect your phone.",
        ),
        "invitation_void": (
            "هذه الدعوة غير صالحة أو استُخدمت أو انتهت مدتها. اطلب دعوة جديدة.",
            "This invitation is unknown, used, or too old. Ask for another one.",
        ),
        "begin": ("ابدأ", "Begin"),
        "new_password": ("كلمة سر جديدة", "New password"),
        "new_password_help": (
            "استخدم عدة كلمات لا علاقة بينها. الطول أهم من الرموز.",
            "Take several words that have nothing to do with each other. Length matters more than signs.",
        ),
        "repeat_password": ("كلمة السر مرة أخرى", "The same password again"),
        "unlike": ("الكلمتان غير متطابقتين.", "The two are not the same."),
        "must_change": ("يجب تغيير كلمة السر قبل المتابعة.", "You have to change your password before you go on."),
        "authenticator": ("ربط تطبيق المصادقة", "Connect an authenticator app"),
        "authenticator_help": (
            "صوّر هذا المربع بتطبيق المصادقة على هاتفك، ثم اكتب الرقم الذي يظهر فيه.",
            "Scan this square with the authenticator app on your phone, then type the number it shows.",
        ),
        "seed": ("أو اكتب هذا الرمز في التطبيق", "Or type this key into the app"),
        "qr": ("مربع الربط بتطبيق المصادقة", "QR code for the authenticator app"),
        "wrong_code": ("الرقم غير صحيح. جرب الرقم التالي.", "That number is not right. Try the next one."),
        "recovery_codes": ("رموز الاستعادة", "Recovery codes"),
        "recovery_help": (
            "احفظها في مكان آمن. كل رمز يصلح مرة واحدة بدلاً من الهاتف، ولن تظهر مرة أخرى.",
            "Keep them in a safe place. Each is good once in place of your phone, and they are not shown again.",
        ),
        "kept": ("حفظتها، متابعة", "I have kept them, go on"),
        "account": ("حسابك", "Your account"),
        "sessions": ("الأجهزة التي دخلت منها", "Where you are signed in"),
        "this_device": ("هذا الجهاز", "this device"),
        "since": ("منذ", "since"),
        "end_session": ("إنهاء", "End"),
        "end_others": ("إنهاء كل الجلسات الأخرى", "End all other sessions"),
        "factors": ("وسائل الدخول", "How you sign in"),
        "change_password": ("تغيير كلمة السر", "Change the password"),
        "change_authenticator": ("ربط هاتف آخر", "Connect another phone"),
        "new_codes": ("رموز استعادة جديدة", "New recovery codes"),
        "codes_left": ("رموز استعادة متبقية", "recovery codes left"),
        "passkeys": ("مفاتيح المرور", "Passkeys"),
        "add_passkey": ("إضافة مفتاح مرور", "Add a passkey"),
        "passkey_label": ("اسم تعرفه به", "A name you know it by"),
        "remove": ("حذف", "Remove"),
        "sign_out": ("تسجيل الخروج", "Sign out"),
        "sign_out_question": ("هل تريد تسجيل الخروج من هذا الجهاز؟", "Do you want to sign out on this device?"),
        "signed_out": ("تم تسجيل الخروج.", "You are signed out."),
        "done": ("تم.", "Done."),
        "ready": ("حسابك جاهز.", "Your account is ready."),
        "refused": ("تعذر تنفيذ الطلب", "This cannot be done"),
        "bad_request": (
            "طلب الدخول غير صحيح. ارجع إلى النظام الذي جئت منه وابدأ من جديد.",
            "The request to sign in is not right. Go back to where you came from and begin again.",
        ),
        "no_factor": (
            "لا توجد خطوة ثانية مسجلة لحسابك. اطلب دعوة جديدة من مسؤول الصلاحيات.",
            "Your account has no second step. Ask whoever manages rights for a new invitation.",
        ),
        "not_linked": (
            "حسابك في الجهة غير مرتبط بمستخدم هنا. ادخل مرة واحدة من رابط الدعوة.",
            "Your authority's account is not linked to a user here. Sign in once by the link of your invitation.",
        ),
        "external_failed": (
            "لم يكتمل الدخول عن طريق حساب الجهة. حاول مرة أخرى.",
            "Signing in with your authority's account did not work. Try again.",
        ),
        "local_closed": (
            "الدخول بكلمة السر متوقف. استخدم حساب الجهة.",
            "Signing in with a password is closed. Use your authority's account.",
        ),
        "notice": ("تنبيه يجب قراءته", "Something you must know"),
        "administrator_recovered": (
            "أُضيف مسؤول صلاحيات من الخادم لأن عدد المسؤولين أصبح أقل من اثنين. إذا لم يكن لك علم بذلك فأبلغ مسؤول أمن"
            " المعلومات فوراً.",
            "An administrator was invited on the host, since fewer than two were left. If you know nothing of it, tell"
            " your security officer at once.",
        ),
        "changes": ("آخر التغييرات في حسابك", "What changed lately in your account"),
        "changes_hint": (
            "إذا لم تكن أنت من أجرى أحد هذه التغييرات فأبلغ مسؤول أمن المعلومات فوراً.",
            "If one of these was not you, tell your security officer at once.",
        ),
        "account_set_up": ("تجهيز الحساب للدخول", "The account was set up"),
        "account_linked": ("ربط حساب الجهة", "Your authority's account was linked"),
        "password_set": ("تغيير كلمة السر", "The password was changed"),
        "authenticator_connected": ("ربط هاتف بالحساب", "A phone was connected"),
        "passkey_added": ("إضافة مفتاح مرور", "A passkey was added"),
        "passkey_removed": ("حذف مفتاح مرور", "A passkey was removed"),
        "recovery_codes_renewed": ("إصدار رموز استعادة جديدة", "New recovery codes were made"),
        "recovery_code_used": ("الدخول برمز استعادة", "A recovery code was used to sign in"),
        "read_it": ("قرأت التنبيه", "I have read it"),
        "again": ("ابدأ من جديد", "Begin again"),
        "back": ("رجوع", "Back"),
        "scripts": ("مفاتيح المرور تحتاج إلى تشغيل جافاسكريبت.", "Passkeys need JavaScript."),
    }
)
