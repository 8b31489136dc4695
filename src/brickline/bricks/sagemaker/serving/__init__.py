"""Model containers: what endpoints and transform jobs run, and speak to.

`Containers` makes a ContainerDefinition into a job: the image's environment, the model's files at /opt/ml/model, the
image's `serve` (guest/serving.py). A `Container` is the client of one that was started: HTTP over a Unix socket in the
job's folder. Both need nothing but the folder, so that a restarted server finds its containers again.

    containers = Containers(baseplate, environments, runtime)
    order = Order(folder=baseplate.job_folder(id, "1"), definition=..., model=..., token=str(id))
    containers.start(context, order, say)       # idempotent; raises NotStarted
    container = containers.container(order)
    container.is_healthy()                      # False until the model is loaded
    answer = container.invoke(body, {"content-type": "text/csv", "accept": "*/*"}, timeout=60)
    runtime.stop(order.folder); runtime.state(order.folder); read_output(order.folder, 0); runtime.forget(order.folder)

Until the first good ping look at `runtime.state`: a model that cannot be loaded ends its container, and the last lines
of its output say why.
"""
