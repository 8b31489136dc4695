"""Side-by-side measurements: `make bench` runs a short form, `make bench FULL=1` all of it, into bench/RESULTS.md."""
