"""The hot list: cards that a terminal without a network refuses, told to it in signed parts."""

TABLES = ("hot_card", "hot_list_floor")
