"""Questions: what a citizen wrote again and again and no keyword answers, for a person to answer."""

TABLES = ("question", "question_text", "unclear_text")
KEPT = ("question",)
