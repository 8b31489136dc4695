"""`brickline new`: a repository to start from."""

from __future__ import annotations

import shutil
import subprocess
from importlib import resources
from pathlib import Path

import click

KINDS = ("training", "serving")
_COMMON = "common"
_HIDDEN = {"gitignore": ".gitignore"}
"""Files whose own name would make tools take the template for a repository."""
_SDK_3 = {
    "buildspec.yml": ("sagemaker>=2.250,<3", "sagemaker>=3.27"),
    "cicd.py": ("public.ecr.aws/sagemaker/sagemaker-distribution:2.6.0-cpu", "aws/codebuild/standard:7.0"),
}
"""What is another text in which file for the third generation of the SageMaker SDK."""


@click.command("new")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--sdk", type=click.Choice(("2", "3")), default="2", show_default=True, help="The SageMaker SDK of builds."
)
@click.option("--git/--no-git", default=True, help="Make it a git repository with a first commit (default).")
def command(kind: str, folder: Path, sdk: str, git: bool) -> None:
    """Copy a repository to start from into DIR: a pipeline, and the CI/CD that runs it.

    \b
    training   flights -> features -> model -> evaluation -> the model registry
    serving    the newest approved version -> an endpoint

    Both come with steps, a `run-pipeline` command, buildspec.yml, config.json, tests, and cicd.py, which makes the
    CodeCommit repository, the CodeBuild project and the CodePipeline.
    """
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"DIR: {folder} is not empty; name a folder that is not there yet")
    copy(kind, folder, sdk)
    if git:
        commit(folder)
    name = folder.absolute().name
    click.echo(f'{folder} is ready. Next, in a shell with `eval "$(brickline env)"`:\n')
    click.echo(f"  cd {folder}\n  python cicd.py --name {name}          # prints the repository's address")
    click.echo("  git push <address> main               # the push is built; the build runs the pipeline")


def copy(kind: str, folder: Path, sdk: str = "2") -> None:
    """What all templates share, and what this kind has beside it."""
    templates = resources.files("brickline") / "templates"
    for part in (_COMMON, kind):
        with resources.as_file(templates / part) as source:
            shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for plain, hidden in _HIDDEN.items():
        (folder / plain).rename(folder / hidden)
    if sdk == "3":
        for name, (second, third) in _SDK_3.items():
            file = folder / name
            file.write_text(file.read_text().replace(second, third))


def commit(folder: Path) -> None:
    """A first commit on `main`. Raises ClickException with git's own words."""
    git = ["git", "-C", str(folder), "-c", "user.name=Brickline", "-c", "user.email=brickline@localhost"]
    for words in (
        ["init", "--quiet", "--initial-branch", "main"],
        ["add", "--all"],
        ["commit", "--quiet", "-m", "Start"],
    ):
        done = subprocess.run([*git, *words], capture_output=True, text=True, check=False)
        if done.returncode:
            raise click.ClickException(f"git {words[0]}: {done.stderr.strip()}; --no-git leaves it out")
