"""Surveys: one question of satisfaction, asked once, answered in a tap."""
