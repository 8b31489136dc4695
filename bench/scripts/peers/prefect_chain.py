"""`python prefect_chain.py STEPS SCRIPT`: a chain of tasks in a Prefect flow, by its own temporary server."""

import runpy
import sys

from prefect import flow, task


@task
def step(script, _after):
    runpy.run_path(script)
    return True


@flow
def chain(steps: int, script: str):
    done = None
    for _ in range(steps):
        done = step(script, done)


if __name__ == "__main__":
    chain(int(sys.argv[1]), sys.argv[2])
