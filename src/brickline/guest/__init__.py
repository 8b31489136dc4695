"""Code that runs inside a job's sandbox, as /opt/brickline/guest. Standard library only, Python 3.8 or later.

The files with a `main` are started by their path (`python /opt/brickline/guest/start.py train`); their first lines make
`guest` a package, so that they find their neighbours whatever folder they are mounted in.
"""
