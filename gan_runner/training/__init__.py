"""The engine plays turns, the loop keeps time, and a checkpoint holds it all."""
