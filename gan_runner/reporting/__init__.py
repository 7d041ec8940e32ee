"""What a person sees of a run: scalars, pictures, the progress line, run.json."""
