"""What `make demo` runs: a model of late flights, from raw data to a registered version, by the unmodified SDK."""
