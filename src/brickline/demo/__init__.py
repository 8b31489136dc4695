"""What `make demo` runs: a flight-delay model from raw data to a registered version, by the unmodified SageMaker SDK."""
