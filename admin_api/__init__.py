"""The admin API: how an agency's admins and systems see and do things over HTTP."""
