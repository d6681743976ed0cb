"""Dialogs: what is answered to whom. Each is a function of a turn; the router says which one."""
