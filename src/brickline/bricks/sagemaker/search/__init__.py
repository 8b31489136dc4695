"""Search over the documents of every kind of resource."""
