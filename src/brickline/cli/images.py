"""`brickline images`: which image names there are environments for, and building them ahead of need."""

from __future__ import annotations

import json
from pathlib import Path

import click

from brickline.baseplate.settings import BadSetting, load
from brickline.cli.common import data_option
from brickline.images.catalogue import CatalogueError
from brickline.images.environments import Environments
from brickline.images.installer import EnvironmentFailed
from brickline.images.resolve import UnknownImage

_DEMO = (
    "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3",
    "lambda-python:3.11",
    "public.ecr.aws/sagemaker/sagemaker-distribution:2.6.0-cpu",
)


@click.group("images", invoke_without_command=True)
@data_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_context
def command(context: click.Context, data: Path, as_json: bool) -> None:
    """List the images that jobs can name, and what stands for each on this machine.

    An entry of your own goes into <data>/images.toml, in the form of brickline's images/catalogue.toml.
    """
    context.obj = _environments(data)
    if context.invoked_subcommand is None:
        rows = context.obj.listing()
        click.echo(json.dumps(rows) if as_json else _table(rows))


@command.command("build")
@click.argument("images", nargs=-1, metavar="[IMAGE]...")
@click.option("--for-demo", is_flag=True, help="The environments that `make demo` uses.")
@click.pass_obj
def build(environments: Environments, images: tuple[str, ...], for_demo: bool) -> None:
    """Build the environments of IMAGEs, so that the first job does not wait."""
    wanted = [*images, *(_DEMO if for_demo else ())]
    if not wanted:
        raise click.UsageError("name an image (see `brickline images`), or --for-demo")
    for image in wanted:
        try:
            built = environments.ensure(image, lambda line: click.echo(f"  {line}"))
        except (UnknownImage, EnvironmentFailed) as error:
            raise click.ClickException(str(error)) from None
        click.echo(f"{image}: {built.prefix}")


def _environments(data: Path) -> Environments:
    try:
        return Environments.of_server(load(data, {}))
    except (BadSetting, CatalogueError) as error:
        raise click.ClickException(str(error)) from None


def _table(rows: list[dict[str, object]]) -> str:
    lines = [("IMAGE", "STANDS FOR", "READY")]
    for row in rows:
        package = f"{row['package']} {row['version']}, " if row["package"] else ""
        what = f"{package}Python {row['python']}"
        lines.append((str(row["image"]), what, "yes" if row["ready"] else "no"))
    widths = [max(len(line[column]) for line in lines) for column in range(2)]
    return "\n".join(f"{image:<{widths[0]}}  {what:<{widths[1]}}  {ready}" for image, what, ready in lines)
