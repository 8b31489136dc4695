"""A job's hosts: their folders filled, their sandboxes started and stopped, what they wrote taken away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from brickline.baseplate.brick import Context
from brickline.baseplate.client_environment import client_environment
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.bricks.sagemaker.jobs import layout, uploads
from brickline.bricks.sagemaker.jobs.downloads import fetch, fetch_object, items_of
from brickline.bricks.sagemaker.jobs.plan import Ending, Input, Output, Plan
from brickline.bricks.sagemaker.jobs.sandboxes import HostFolder, addresses_of, inside_addresses, sandbox_job
from brickline.bricks.sagemaker.jobs.sources import InputError, Item, share
from brickline.bricks.sagemaker.roles import job_principal
from brickline.bricks.sagemaker.s3_uris import s3_location
from brickline.images.environments import Environments
from brickline.runtimes import Runtime

_SPARE_SECONDS = 12 * 3600.0
"""A job's credentials outlive its longest run by this."""


class Hosts:
    """Everything about hosts that touches the disk, S3 or a runtime."""

    def __init__(self, baseplate: Baseplate, environments: Environments, runtime: Runtime) -> None:
        self._baseplate = baseplate
        self._environments = environments
        self._runtime = runtime
        self._looks: dict[Path, tuple[uploads.Seen, uploads.Seen]] = {}

    def folder(self, job: Resource, host: str) -> HostFolder:
        return HostFolder(self._baseplate.job_folder(job.id, host))

    def stage(self, context: Context, job: Resource, plan: Plan, host: str, files: Mapping[str, str]) -> None:
        """Fill a host's folder from nothing. Raises InputError."""
        folder = self.folder(job, host)
        folder.make(plan)
        folder.write(files)
        for one in plan.inputs:
            _download(context, plan, one, host, folder)
        if plan.source_archive:
            fetch_object(context, s3_location(plan.source_archive), folder.place(layout.CODE_ARCHIVE))

    def start(self, job: Resource, plan: Plan, hosts: Iterable[str]) -> None:
        """Start the hosts that do not run yet, and watch over all. Raises LaunchFailed."""
        for host in hosts:
            built = self._environments.ensure(plan.image, lambda _: None, plan.client_sdk)
            environment = self._environment(job, plan)
            sandbox = sandbox_job(
                plan,
                host,
                self.folder(job, host),
                built,
                environment,
                addresses_of(plan, job.id),
                ca_bundle=self._baseplate.addresses.ca_bundle,
                notify=self._baseplate.watcher.address,
                token=str(job.id),
            )
            self._runtime.start(sandbox)
        for host in plan.hosts:
            if pid := self._runtime.supervisor_pid(self.folder(job, host).root):
                self._baseplate.watcher.watch_process(pid, job.id)

    def stop(self, job: Resource, hosts: Iterable[str]) -> None:
        for host in hosts:
            self._runtime.stop(self.folder(job, host).root)

    def sync(self, context: Context, job: Resource, plan: Plan) -> None:
        """Upload what continuous outputs have by now; a file that still changes waits for the next look."""
        for output in (one for one in plan.outputs if one.continuous):
            for host in plan.hosts:
                folder = self.folder(job, host).place(output.path)
                uploaded, before = self._looks.get(folder, ({}, {}))
                quiet, now = uploads.quiet_files(folder, before)
                uploads.upload_files(context, s3_location(output.uri), folder, uploaded, paths=quiet)
                self._looks[folder] = (uploaded, now)

    def upload(self, context: Context, job: Resource, plan: Plan, ending: Ending) -> None:
        for output in plan.outputs:
            if ending.verdict in output.verdicts:
                folders = [self.folder(job, host).place(output.path) for host in plan.hosts]
                uploads.upload(context, output, folders, self._scratch(job, plan, output), self._uploaded(folders))

    def remove(self, job: Resource, plan: Plan) -> None:
        """End what still runs, and remove every trace on disk."""
        for host in plan.hosts:
            folder = self.folder(job, host)
            self._runtime.forget(folder.root)
            for output in plan.outputs:
                self._looks.pop(folder.place(output.path), None)

    def _uploaded(self, folders: list[Path]) -> uploads.Seen:
        return {path: mark for folder in folders for path, mark in self._looks.get(folder, ({}, {}))[0].items()}

    def _scratch(self, job: Resource, plan: Plan, output: Output) -> Path:
        return self.folder(job, plan.hosts[0]).root / f"upload-{plan.outputs.index(output)}"

    def _environment(self, job: Resource, plan: Plan) -> dict[str, str]:
        """What the platform sets; the request's own variables win."""
        principal = job_principal(job.account, plan.role_arn)
        credential = self._baseplate.credentials.issue(
            job.account, principal, plan.max_runtime + _SPARE_SECONDS, job.arn
        )
        platform = client_environment(inside_addresses(self._baseplate.addresses), credential, job.region)
        platform["S3_ENDPOINT_URL"] = self._baseplate.addresses.endpoint_url
        if plan.source_archive:
            platform[layout.CODE_ARCHIVE_VARIABLE] = layout.CODE_ARCHIVE
        return {**platform, **plan.environment}


def _download(context: Context, plan: Plan, one: Input, host: str, folder: HostFolder) -> None:
    items = items_of(context, one.source) if one.required else _items_if_any(context, one)
    if one.source.sharded:
        items = share(items, plan.hosts.index(host), len(plan.hosts))
    elif not items and one.required:
        raise InputError(
            f'No S3 objects found under S3 URL "{one.source.uri}" given in input data source {one.name!r}. Please '
            "ensure that the bucket exists in the selected region, and that objects exist under that S3 prefix"
        )
    target = folder.read_only(one.name) if one.read_only else folder.place(one.path)
    target.mkdir(parents=True, exist_ok=True)
    for item in items:
        fetch(context, item, target, one.read_only)


def _items_if_any(context: Context, one: Input) -> list[Item]:
    try:
        return items_of(context, one.source)
    except InputError:
        return []
