"""Report groups, and the reports that builds make of their test results."""
