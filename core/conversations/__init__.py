"""Conversations: one chat each, whoever it is with, what was said in it, and how a person can be reached."""
