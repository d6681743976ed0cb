"""The ledger: rows that are appended once and settled once. Inbox, outbox, timers, buttons, errands, audit."""
