"""Decoding a set of pictures once, into one array that training reads at any size."""
