"""CodePipelines with what their actions use, and CodeBuild projects."""

from __future__ import annotations

from brickline.baseplate.brick import Shape
from brickline.console.architecture.model import Architecture, Ask, Block, Joint, join, pages

MOST = 12


def find(ask: Ask) -> Architecture:
    return join([_codepipelines(ask), _projects(ask)])


def _codepipelines(ask: Ask) -> Architecture:
    found = list(pages(ask, "codepipeline", "ListPipelines", "pipelines", 10 * MOST))
    newest = sorted(found, key=lambda one: one["updated"], reverse=True)[:MOST]
    parts = [_codepipeline(ask, one) for one in newest]
    return join([*parts, Architecture(cut=frozenset({"codepipeline"} if len(found) > MOST else ()))])


def _codepipeline(ask: Ask, summary: Shape) -> Architecture:
    answer = ask("codepipeline", "GetPipeline", name=summary["name"])
    if answer is None:
        return Architecture()
    arn: str = answer["metadata"]["pipelineArn"]
    last = next(
        pages(
            ask,
            "codepipeline",
            "ListPipelineExecutions",
            "pipelineExecutionSummaries",
            1,
            pipelineName=summary["name"],
            maxResults=1,
        ),
        {},
    )
    block = Block(
        "codepipeline",
        arn,
        summary["name"],
        last.get("status", ""),
        f"{len(answer['pipeline']['stages'])} stages",
        summary["updated"],
    )
    actions = [action for stage in answer["pipeline"]["stages"] for action in stage["actions"]]
    return Architecture([block], [joint for action in actions for joint in _joint(arn, action)])


def _joint(pipeline: str, action: Shape) -> list[Joint]:
    """What an action reads comes before the pipeline, what it starts or writes after it."""
    kind, given = action["actionTypeId"], action.get("configuration", {})
    _, _, _, region, account, _ = pipeline.split(":", 5)
    match kind["category"], kind["provider"]:
        case "Source", "CodeCommit":
            return [Joint(f"arn:aws:codecommit:{region}:{account}:{given['RepositoryName']}", pipeline)]
        case "Source", "S3":
            return [Joint(f"arn:aws:s3:::{given['S3Bucket']}", pipeline)]
        case _, "CodeBuild":
            return [Joint(pipeline, f"arn:aws:codebuild:{region}:{account}:project/{given['ProjectName']}")]
        case _, "Lambda":
            return [Joint(pipeline, f"arn:aws:lambda:{region}:{account}:function:{given['FunctionName']}")]
        case "Deploy", "S3":
            return [Joint(pipeline, f"arn:aws:s3:::{given['BucketName']}")]
    return []


def _projects(ask: Ask) -> Architecture:
    names = list(
        pages(
            ask, "codebuild", "ListProjects", "projects", MOST + 1, sortBy="LAST_MODIFIED_TIME", sortOrder="DESCENDING"
        )
    )
    described = (ask("codebuild", "BatchGetProjects", names=names[:MOST]) or {}) if names else {}
    parts = [_project(ask, one) for one in described.get("projects", ())]
    return join([*parts, Architecture(cut=frozenset({"project"} if len(names) > MOST else ()))])


def _project(ask: Ask, project: Shape) -> Architecture:
    ids = (ask("codebuild", "ListBuildsForProject", projectName=project["name"]) or {}).get("ids", [])
    builds = (ask("codebuild", "BatchGetBuilds", ids=ids[:1]) or {}).get("builds", []) if ids else []
    state = builds[0]["buildStatus"] if builds else ""
    block = Block("project", project["arn"], project["name"], state, order=project["lastModified"])
    return Architecture([block], _source(project))


def _source(project: Shape) -> list[Joint]:
    source = project["source"]
    if source["type"] != "CODECOMMIT":
        return []
    _, _, _, region, account, _ = project["arn"].split(":", 5)
    name = source["location"].rstrip("/").rpartition("/")[2]
    return [Joint(f"arn:aws:codecommit:{region}:{account}:{name}", project["arn"])]
