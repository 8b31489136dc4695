"""`python kfp_chain.py STEPS SCRIPT`: a chain of components by kfp's local runner, a process for each."""

import sys

from kfp import dsl, local

local.init(runner=local.SubprocessRunner(use_venv=False))


@dsl.component(install_kfp_package=False)
def step(script: str) -> bool:
    import runpy

    runpy.run_path(script)
    return True


@dsl.pipeline
def chain(script: str):
    done = None
    for _ in range(int(sys.argv[1])):
        task = step(script=script)
        if done:
            task.after(done)
        done = task


if __name__ == "__main__":
    chain(script=sys.argv[2])
