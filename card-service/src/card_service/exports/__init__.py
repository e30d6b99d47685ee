"""Files of lists of the register: made by a job, of one moment's rows, kept sealed, for their owner and for a day."""

TABLES = ("register_export", "register_export_part", "register_export_shown")
