"""Cases: a client's matter on its way through a published flow, with its checklist and its documents."""
