"""What blog posts and papers claim of GANs, each claim an experiment with a verdict that anyone can repeat."""
