"""What a stage needs of those before it, made where it is not there: each notebook runs alone.

All of it is the demo's own code: boto3, git and the SageMaker SDK.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import boto3
from rich.console import Console

from brickline.demo import delivery, flights, serving, training
from brickline.demo.account import ENDPOINT, GROUP, ROLE, Account
from brickline.templates.common import cicd

__all__ = ["ENDPOINT", "GROUP", "ROLE", "Account", "Path", "account", "data", "endpoint", "repository", "version"]


def account() -> Account:
    """The account that this notebook works in. Repositories are cloned beside the stages' folders."""
    # A notebook is no terminal: colours there would be escape sequences.
    return Account(Console(highlight=False, width=160, no_color=True, force_jupyter=False), Path.cwd().parent / "git")


def data(account: Account) -> list[str]:
    """The days of 2013, in S3: stage 0."""
    days = list(flights.days())
    try:
        pages = account.s3.get_paginator("list_objects_v2").paginate(Bucket=account.bucket, Prefix="flights/")
        found = set(pages.search("Contents[].Key"))
    except account.s3.exceptions.NoSuchBucket:
        found = set()
    wanted = {"flights/weather/weather.csv", *(f"flights/days/{day}.csv" for day in days)}
    return days if wanted <= found else training.upload(account)


def version(account: Account) -> dict[str, Any]:
    """The newest version of the registry: stage 1."""
    days = data(account)
    try:
        found = account.sagemaker.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"]
    except account.sagemaker.exceptions.ClientError:
        found = []
    if not found:
        training.train(account, days)
    return account.newest_package()


def endpoint(account: Account) -> str:
    """The name of an endpoint that serves a version: stage 2."""
    version(account)
    listed = account.sagemaker.list_endpoints(NameContains=ENDPOINT, StatusEquals="InService")["Endpoints"]
    if not listed:
        serving.serve(account)
    return ENDPOINT


def repository(account: Account, kind: str) -> Path:
    """The working copy of the `training` or the `serving` repository: cloned where it was pushed before."""
    folder = account.repositories / f"flights-{kind}"
    if folder.exists():
        return folder
    try:
        found = account.codecommit.get_repository(repositoryName=folder.name)
    except account.codecommit.exceptions.RepositoryDoesNotExistException:
        return account.repository(kind)
    folder.parent.mkdir(parents=True, exist_ok=True)
    url = found["repositoryMetadata"]["cloneUrlHttp"]
    subprocess.run(["git", "clone", "--quiet", url, str(folder)], check=True)
    return folder


def delivered(account: Account, kind: str) -> Path:
    """The `training` or the `serving` repository, with the CodePipeline around it: stages 4 and 5."""
    endpoint(account)
    folder = repository(account, kind)
    names = [one["name"] for one in account.codepipeline.list_pipelines()["pipelines"]]
    if folder.name not in names:
        delivery.push_and_join(account, folder)
    return folder


def remove(account: Account, name: str) -> None:
    """A CodePipeline, its CodeBuild project and its repository, all of one name."""
    account.codepipeline.delete_pipeline(name=name)
    boto3.client("codebuild").delete_project(name=name)
    account.codecommit.delete_repository(repositoryName=name)


def clone_url(account: Account, name: str) -> str:
    """Where git pushes to; the repository is made where it is not there."""
    url: str = cicd.ensure_repository(account.codecommit, name)
    return url
