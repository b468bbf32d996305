"""Seen: a customer with everything a view can show, and the statements that a view takes."""
