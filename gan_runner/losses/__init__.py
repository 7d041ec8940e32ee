"""Losses: maths on scores, one file each."""
