"""What `gan-compare` does: read run folders, group them, say how sure one is of what. Imports no torch."""
