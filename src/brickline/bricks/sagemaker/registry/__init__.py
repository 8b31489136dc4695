"""The model registry: groups, and the packages in them."""
