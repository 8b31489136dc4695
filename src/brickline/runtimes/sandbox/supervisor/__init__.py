"""The process that stands over one job: it makes the sandbox, keeps its output, enforces its limits, writes its status.

Run as `python -I -S`, standard library only and as little of that as will do: every job waits for these imports.
"""
