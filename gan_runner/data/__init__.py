"""Data sources, one file each, and the stream that turns one into batches."""
