"""Metrics: how good the generated samples are, one file each."""
