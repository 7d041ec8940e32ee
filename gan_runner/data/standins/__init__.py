"""Drawn stand-ins for sets that no package may ship, written in the genuine formats. Nothing here imports torch."""
