"""`python dagster_chain.py STEPS SCRIPT`: a chain of ops by Dagster's default executor, a process for each op."""

import os
import runpy
import sys

from dagster import DagsterInstance, In, Nothing, execute_job, job, op, reconstructable

if len(sys.argv) == 3 and sys.argv[1].isdigit():
    os.environ["STEPS"], os.environ["SCRIPT"] = sys.argv[1:]


@op(ins={"after": In(Nothing)})
def step():
    runpy.run_path(os.environ["SCRIPT"])


def make():
    @job
    def chain():
        done = step.alias("step_0")()
        for number in range(1, int(os.environ["STEPS"])):
            done = step.alias(f"step_{number}")(done)

    return chain


if __name__ == "__main__":
    with DagsterInstance.local_temp() as instance, execute_job(reconstructable(make), instance=instance) as done:
        assert done.success
