"""Webhooks that rules call: a send-only channel for each that the operator has configured, and where it may go."""
