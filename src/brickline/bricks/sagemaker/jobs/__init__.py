"""Training and processing jobs: one life, two kinds."""
