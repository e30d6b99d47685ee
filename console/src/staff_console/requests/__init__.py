"""Requests for changes of the register: a list, a page with before and after, entering one and deciding on one."""
