"""Files of rows as offices have them, CSV (RFC 4180) and NDJSON: one reader for every file the system takes in.

The reader recognises the encoding and the delimiter (`recognition`), divides the text into records (`csv_records`,
`json_lines`) and names each row that is not one; what the cells mean is for whoever asked. No I/O.
"""

from chassis.row_files.reader import Columns, Form, Row, RowFile, form_of, read_all
from chassis.row_files.recognition import Found, NotRows, WrongColumns
from chassis.row_files.words import FAULT_WORDS, ROW_FAULTS, words_of

__all__ = [
    "FAULT_WORDS",
    "ROW_FAULTS",
    "Columns",
    "Form",
    "Found",
    "NotRows",
    "Row",
    "RowFile",
    "WrongColumns",
    "form_of",
    "read_all",
    "words_of",
]
