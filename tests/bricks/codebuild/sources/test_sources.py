"""Where sources come from, and where artifacts go."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from pathlib import Path

import pytest
from tests.accounts import zipped
from tests.bricks.codebuild.conftest import BUCKET, Account, buildspec, phase

from brickline.baseplate.errors import Refused

ARTIFACTS = {"artifacts": "  files:\n    - '**/*'\n  base-directory: out\n"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a branch, whose buildspec says which one it is."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    for branch in ("main", "feature"):
        (folder / "buildspec.yml").write_text(buildspec(f"echo on {branch}", "git log --oneline | wc -l"))
        git(folder, "checkout", "-q", "-B", branch)
        git(folder, "add", "-A")
        git(folder, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", branch)
    git(folder, "checkout", "-q", "main")
    return folder


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_a_zip_in_s3_keeps_the_modes_of_its_files(account: Account) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        script = zipfile.ZipInfo("run.sh")
        script.external_attr = 0o755 << 16
        archive.writestr(script, "#!/bin/sh\necho ran\n")
        archive.writestr("buildspec.yml", buildspec("./run.sh", "ls -l data/x.csv | cut -c1-10"))
        archive.writestr("data/x.csv", "1")
    account.put("source.zip", buffer.getvalue())
    account.project(source={"type": "S3", "location": f"{BUCKET}/source.zip"})
    build = account.wait(account.start()["id"])
    assert account.output(build) == ["ran", "-rw-r--r--"]


def test_a_folder_in_s3_is_a_source(account: Account) -> None:
    account.put("source/build/spec.yml", buildspec("cat data.txt"))
    account.put("source/data.txt", "text\n")
    account.project(source={"type": "S3", "location": f"{BUCKET}/source/", "buildspec": "build/spec.yml"})
    build = account.wait(account.start()["id"])
    assert account.output(build) == ["text"]


def test_a_zip_cannot_write_outside_of_its_folder(account: Account) -> None:
    account.put("bad.zip", zipped({"../../bad": "x", "buildspec.yml": buildspec("true")}))
    account.project(source={"type": "S3", "location": f"{BUCKET}/bad.zip"})
    build = account.wait(account.start()["id"])
    context = phase(build, "DOWNLOAD_SOURCE")["contexts"][0]
    assert (build["buildStatus"], context["statusCode"]) == ("FAILED", "CLIENT_ERROR")
    assert "outside of the source folder" in context["message"]


@pytest.mark.parametrize(
    ("version", "depth", "output"),
    [("", 0, ["on main", "1"]), ("feature", 0, ["on feature", "2"]), ("refs/heads/feature", 1, ["on feature", "1"])],
)
def test_a_git_repository_is_cloned(
    account: Account, repository: Path, version: str, depth: int, output: list[str]
) -> None:
    account.project(source={"type": "GITHUB", "location": f"file://{repository}", "gitCloneDepth": depth})
    build = account.wait(account.start(**({"sourceVersion": version} if version else {}))["id"])
    assert account.output(build) == output, account.log(build)
    assert build["resolvedSourceVersion"] == git(repository, "rev-parse", "feature" if version else "main")


def test_a_commit_of_a_repository_is_checked_out(account: Account, repository: Path) -> None:
    commit = git(repository, "rev-parse", "feature")
    account.project(source={"type": "GITHUB", "location": f"file://{repository}", "gitCloneDepth": 1})
    build = account.wait(account.start(sourceVersion=commit)["id"])
    assert account.output(build) == ["on feature", "2"]


def test_a_version_that_is_not_there_is_said(account: Account, repository: Path) -> None:
    account.project(source={"type": "GITHUB", "location": f"file://{repository}"})
    build = account.wait(account.start(sourceVersion="nowhere")["id"])
    message = phase(build, "DOWNLOAD_SOURCE")["contexts"][0]["message"]
    assert message == "reference not found for primary source and source version nowhere"


def test_secondary_sources_have_folders_of_their_own(account: Account) -> None:
    account.put("one.zip", zipped({"buildspec.yml": buildspec('cat "$CODEBUILD_SRC_DIR_two/name"')}))
    account.put("two.zip", zipped({"name": "second\n"}))
    second = {"type": "S3", "location": f"{BUCKET}/two.zip", "sourceIdentifier": "two"}
    account.project(source={"type": "S3", "location": f"{BUCKET}/one.zip"}, secondarySources=[second])
    assert account.output(account.wait(account.start()["id"])) == ["second"]


def test_a_pipeline_gives_its_artifacts(account: Account) -> None:
    """As CodePipeline starts builds: the source's place is told by its version, the artifact's by an override."""
    spec = buildspec("mkdir out; echo made > out/file; echo $CODEBUILD_RESOLVED_SOURCE_VERSION", **ARTIFACTS)
    account.put("pipe/Source/abc", zipped({"buildspec.yml": spec}), Metadata={"resolved-source-version": "c0ffee"})
    account.project(source={"type": "CODEPIPELINE"}, artifacts={"type": "CODEPIPELINE"})
    place = {"type": "CODEPIPELINE", "location": BUCKET, "path": "pipe/Build", "name": "xyz", "packaging": "ZIP"}
    build = account.wait(
        account.start(sourceVersion=f"arn:aws:s3:::{BUCKET}/pipe/Source/abc", artifactsOverride=place)["id"]
    )
    assert build["resolvedSourceVersion"] == "c0ffee"
    assert account.output(build) == ["c0ffee"]
    assert zipfile.ZipFile(io.BytesIO(account.object("pipe/Build/xyz"))).namelist() == ["file"]


def test_a_pipeline_without_an_artifacts_section_uploads_nothing_and_succeeds(account: Account) -> None:
    account.put("pipe/Source/abc", zipped({"buildspec.yml": buildspec("true")}))
    account.project(source={"type": "CODEPIPELINE"}, artifacts={"type": "CODEPIPELINE"})
    place = {"type": "CODEPIPELINE", "location": BUCKET, "path": "pipe/Build", "name": "xyz", "packaging": "ZIP"}
    version = f"arn:aws:s3:::{BUCKET}/pipe/Source/abc"
    build = account.wait(account.start(sourceVersion=version, artifactsOverride=place)["id"])
    assert build["buildStatus"] == "SUCCEEDED"
    assert account.keys("pipe/Build") == []


def test_several_outputs_of_a_pipeline_are_secondary_artifacts(account: Account) -> None:
    section = "  files: a\n  secondary-artifacts:\n    one:\n      files: a\n"
    account.put("pipe/Source/abc", zipped({"buildspec.yml": buildspec("touch a", artifacts=section)}))
    account.project(source={"type": "CODEPIPELINE"}, artifacts={"type": "CODEPIPELINE"})
    place = {"type": "CODEPIPELINE", "location": BUCKET, "path": "pipe", "packaging": "ZIP"}
    build = account.wait(
        account.start(
            sourceVersion=f"arn:aws:s3:::{BUCKET}/pipe/Source/abc",
            artifactsOverride={"type": "CODEPIPELINE"},
            secondaryArtifactsOverride=[{**place, "name": name, "artifactIdentifier": name} for name in ("one", "two")],
        )["id"]
    )
    assert build["buildStatus"] == "SUCCEEDED", account.log(build)
    assert account.keys("pipe") == ["pipe/Source/abc", "pipe/one"]


def test_a_pipelines_project_is_not_started_by_hand(account: Account) -> None:
    account.project(source={"type": "CODEPIPELINE"}, artifacts={"type": "CODEPIPELINE"})
    with pytest.raises(Refused, match="Project source type must not be CODEPIPELINE"):
        account.start()


def test_artifacts_are_a_folder_or_a_zip(account: Account) -> None:
    files = "mkdir -p out/a && touch out/x.txt out/a/y.txt out/a/z.log"
    for packaging, name in (("NONE", "loose"), ("ZIP", "packed.zip")):
        target = {"type": "S3", "location": BUCKET, "path": "made", "name": name, "packaging": packaging}
        account.project(f"project-{packaging}", artifacts=target)
        build = account.build(buildspec(files, **ARTIFACTS), f"project-{packaging}")
        assert build["artifacts"]["location"] == f"arn:aws:s3:::{BUCKET}/made/{name}"
    assert account.keys("made/loose") == ["made/loose/a/y.txt", "made/loose/a/z.log", "made/loose/x.txt"]
    names = zipfile.ZipFile(io.BytesIO(account.object("made/packed.zip"))).namelist()
    assert sorted(names) == ["a/y.txt", "a/z.log", "x.txt"]
    assert build["artifacts"]["sha256sum"]


def test_artifacts_may_be_flat_chosen_and_named_by_the_shell(account: Account) -> None:
    target = {"type": "S3", "location": BUCKET, "overrideArtifactName": True, "namespaceType": "BUILD_ID"}
    account.project(artifacts=target)
    section = (
        "  files: ['**/*.txt', top]\n  discard-paths: yes\n  exclude-paths: [skip/**/*]\n"
        "  name: model-$VERSION-$(echo x)\n"
    )
    commands = "mkdir -p a skip && touch a/1.txt skip/2.txt top; export VERSION=7"
    build = account.build(buildspec(commands, artifacts=section))
    uuid = build["id"].partition(":")[2]
    assert account.keys() == [f"{uuid}/model-7-x/1.txt", f"{uuid}/model-7-x/top"], account.log(build)


def test_secondary_artifacts_go_to_their_own_places(account: Account) -> None:
    targets = [
        {"type": "S3", "location": BUCKET, "name": f"{name}.zip", "packaging": "ZIP", "artifactIdentifier": name}
        for name in ("one", "two")
    ]
    account.project(secondaryArtifacts=targets)
    section = "  secondary-artifacts:\n    one:\n      files: a\n    two:\n      files: b\n"
    build = account.build(buildspec("touch a b", artifacts=section))
    assert account.keys() == ["one.zip", "two.zip"], account.log(build)
    assert [one["artifactIdentifier"] for one in build["secondaryArtifacts"]] == ["one", "two"]


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("  files: nothing.*\n", "no matching artifact paths found"),
        ("  files: '**/*'\n  base-directory: dist\n", "no matching base directory path found for dist"),
    ],
)
def test_artifacts_that_are_not_there_fail_the_upload(account: Account, section: str, message: str) -> None:
    account.project(artifacts={"type": "S3", "location": BUCKET})
    build = account.build(buildspec("true", artifacts=section))
    context = phase(build, "UPLOAD_ARTIFACTS")["contexts"][0]
    assert context == {"statusCode": "CLIENT_ERROR", "message": message}
    assert build["buildStatus"] == "FAILED"


def test_a_link_to_the_machine_is_no_artifact(account: Account) -> None:
    """What a build leaves for the server to upload is read without following links."""
    account.project(artifacts={"type": "S3", "location": BUCKET, "name": "x"})
    later = (
        "(sleep 0.2; rm -rf /codebuild/collected; ln -s /etc /codebuild/collected) & mkdir out; touch out/a; sleep 1"
    )
    build = account.build(buildspec(later, **ARTIFACTS))
    assert account.keys() in ([], ["x/a"]), build


def test_a_local_cache_comes_back(account: Account) -> None:
    account.project(cache={"type": "LOCAL", "modes": ["LOCAL_CUSTOM_CACHE"]})
    spec = buildspec("ls cached 2>/dev/null; mkdir -p cached; touch cached/model", cache="  paths: ['cached/**/*']\n")
    assert account.output(account.build(spec)) == []
    assert account.output(account.build(spec)) == ["model"]
    account("InvalidateProjectCache", projectName="project")
    assert account.output(account.build(spec)) == []


def test_a_cache_in_s3_comes_back(account: Account) -> None:
    account.project(cache={"type": "S3", "location": f"{BUCKET}/cache"})
    spec = buildspec(
        "ls /root/.models 2>/dev/null; mkdir -p /root/.models; touch /root/.models/m",
        cache="  paths:\n    - /root/.models/**/*\n",
    )
    assert account.output(account.build(spec)) == []
    assert account.output(account.build(spec)) == ["m"]


def test_the_whole_log_goes_to_s3_where_that_is_asked_for(account: Account) -> None:
    logs = {"s3Logs": {"status": "ENABLED", "location": f"{BUCKET}/logs"}}
    account.project(logsConfig=logs)
    build = account.build(buildspec("echo hello"))
    account.wait_until(lambda: not account.is_unfinished(build))
    assert json.dumps(account.keys("logs")) == json.dumps([f"logs/{build['id'].partition(':')[2]}.gz"])
