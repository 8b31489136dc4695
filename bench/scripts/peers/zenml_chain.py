"""`python zenml_chain.py STEPS SCRIPT`: a chain of steps by ZenML's local orchestrator."""

import runpy
import sys

from zenml import pipeline, step


@step(enable_cache=False)
def run(script: str) -> None:
    runpy.run_path(script)


@pipeline(enable_cache=False)
def chain(script: str):
    for number in range(int(sys.argv[1])):
        run(script, id=f"step_{number}", after=[f"step_{number - 1}"] if number else None)


if __name__ == "__main__":
    chain(sys.argv[2])
