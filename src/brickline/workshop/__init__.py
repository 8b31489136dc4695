"""The workshop: notebooks for stages 0 to 6, and what each needs of those before it (`blocks`)."""
