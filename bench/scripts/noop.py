"""A step that does nothing: what is left is the overhead."""
