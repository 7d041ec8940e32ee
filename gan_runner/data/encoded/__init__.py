"""Encoded pictures as they lie on the disk, one file a format. Nothing here imports torch, so workers start fast."""
