"""The demo: an agency with made-up people in which a case can be taken from signing to granted in the browser."""
