"""Where the sources of builds come from."""
