"""Source actions of CodeCommit and of connections: the commit at the tip of a branch, or the one that a start names."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from brickline.baseplate import git_access
from brickline.baseplate.bodies import FileBody
from brickline.baseplate.git_clones import Checkout, CloneFailed, archive, clone, commit_facts
from brickline.bricks.codepipeline.actions.work import Outcome, Work, failed, succeeded
from brickline.bricks.codepipeline.remotes import Remote, codecommit_remote, connection_remote


class CodeCommitSource:
    is_long = True

    def begin(self, work: Work) -> Outcome:
        remote = codecommit_remote(work.context, work.configuration["RepositoryName"])
        named = {name: work.configuration[name] for name in ("RepositoryName", "BranchName")}
        return _fetched(work, remote, named, ("CommitId", "CommitMessage", "AuthorDate", "CommitterDate"))

    def look(self, work: Work) -> Outcome:
        return self.begin(work)

    def says(self, work: Work) -> str:
        return f"The repository {work.configuration['RepositoryName']} cannot be read: "


class ConnectionSource:
    is_long = True

    def begin(self, work: Work) -> Outcome:
        configuration = work.configuration
        remote = connection_remote(work.context, configuration["FullRepositoryId"])
        named = {
            "BranchName": configuration["BranchName"],
            "ConnectionArn": configuration["ConnectionArn"],
            "FullRepositoryName": configuration["FullRepositoryId"],
            "ProviderType": "GitHub",
        }
        facts = ("CommitId", "CommitMessage", "AuthorDate", "AuthorDisplayName", "AuthorEmail")
        return _fetched(work, remote, named, facts)

    def look(self, work: Work) -> Outcome:
        return self.begin(work)

    def says(self, work: Work) -> str:
        return f"The repository {work.configuration['FullRepositoryId']} cannot be read: "


def _fetched(work: Work, remote: Remote, named: Mapping[str, str], shown: tuple[str, ...]) -> Outcome:
    """Clone, and keep the commit's files, or a reference to it, as the artifact. `shown` names the facts to tell."""
    with tempfile.TemporaryDirectory(dir=work.context.baseplate.data) as scratch:
        folder, target = Path(scratch) / "clone", Path(scratch) / "artifact"
        try:
            clone(_checkout(work, remote), folder, lambda: True)
            facts = commit_facts(folder)
            reference = _write_artifact(work, remote, folder, target, facts)
        except CloneFailed as error:
            return failed("ConfigurationError", f"{work.action.provider}: {error}")
        _put(work, target, facts["CommitId"])
    return _outcome(facts, {**named, **{name: facts[name] for name in shown}}, reference)


def _checkout(work: Work, remote: Remote) -> Checkout:
    override = work.execution.private["overrides"].get(work.action.name) or {}
    branch = work.configuration["BranchName"]
    version = override.get("COMMIT_ID") or f"refs/heads/{branch}"
    url, settings = git_access.address(work.context, remote.url) if remote.is_ours else (remote.url, {})
    return Checkout(url, version, f"branch {branch}", origin=remote.url, settings=settings)


def _write_artifact(
    work: Work, remote: Remote, folder: Path, target: Path, facts: Mapping[str, str]
) -> dict[str, str] | None:
    """The ZIP file; or with CODEBUILD_CLONE_REF what tells a build to clone for itself."""
    if work.configuration.get("OutputArtifactFormat", "CODE_ZIP") == "CODE_ZIP":
        archive(folder, target)
        return None
    reference = {"type": remote.source_type, "location": remote.url, "commit": facts["CommitId"]}
    target.write_text(json.dumps(reference))
    return reference


def _put(work: Work, path: Path, commit: str) -> None:
    (place,) = work.outputs.values()
    body = FileBody(path)
    try:
        metadata = {"resolved-source-version": commit}
        work.context.call("s3", "PutObject", Bucket=place["bucket"], Key=place["key"], Body=body, Metadata=metadata)
    finally:
        body.close()


def _outcome(facts: Mapping[str, str], variables: Mapping[str, str], reference: dict[str, str] | None) -> Outcome:
    commit, summary = facts["CommitId"], facts["CommitMessage"].strip()
    return Outcome(
        "Succeeded",
        succeeded(commit, summary),
        variables,
        revision={"revisionId": commit, "revisionSummary": summary[:2048]},
        clone=reference,
    )
