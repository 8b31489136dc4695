"""Running functions: workers in sandboxes, kept warm in a pool."""
