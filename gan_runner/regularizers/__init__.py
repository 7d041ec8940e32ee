"""Regularizers: penalties and weight constraints, one file each."""
