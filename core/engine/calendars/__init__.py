"""Calendars that ship with Banli, as data; an agency may replace any of them."""
