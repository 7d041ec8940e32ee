"""What `gan-sample` does with a trained run: pictures, files, arrays, and the generator itself for other programs."""
