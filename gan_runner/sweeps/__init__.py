"""Sweeps: many runs, a process each, that can be left alone and taken up again."""
