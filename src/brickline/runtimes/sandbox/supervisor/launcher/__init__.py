"""The process that keeps an environment's interpreter loaded, and forks it for each job.

Run by the environment's own Python, outside of any sandbox: it imports nothing but the standard library, `supervisor`,
and what is installed in the environment. A forked child does what a supervisor does; the one difference is that the
job's process, once it is confined, goes on as the job's script instead of executing an interpreter anew. Where the
script could tell the difference, the interpreter is executed after all, in the same place, and the job's log says why.
"""
