"""Rooms and buildings drawn in perspective from boxes and patches; rooms.py composes them."""
