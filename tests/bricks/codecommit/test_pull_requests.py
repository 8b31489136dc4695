from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.bricks.codecommit.conftest import CodeCommit

LINES = b"one\ntwo\nthree\nfour\nfive\nsix\nseven\n"


@pytest.fixture
def branched(codecommit: CodeCommit) -> CodeCommit:
    """`main` and `topic`, both from one commit; each has a file of its own."""
    first = codecommit.put("shared.txt", LINES)
    codecommit.on("CreateBranch", branchName="topic", commitId=first)
    codecommit.put("topic.txt", b"topic", "topic")
    return codecommit


def sides(**more: Any) -> dict[str, Any]:
    return {"sourceCommitSpecifier": "topic", "destinationCommitSpecifier": "main", **more}


def test_what_is_only_ahead_can_be_merged_in_any_way(branched: CodeCommit) -> None:
    found = branched.on("GetMergeOptions", **sides())
    assert found["mergeOptions"] == ["FAST_FORWARD_MERGE", "SQUASH_MERGE", "THREE_WAY_MERGE"]
    assert found["baseCommitId"] == branched.tip("main")
    merged = branched.on("MergeBranchesByFastForward", **sides())
    assert merged["commitId"] == branched.tip("topic") == branched.tip("main")
    assert branched.events()[-1]["mergeOption"] == "FAST_FORWARD_MERGE"


@pytest.mark.parametrize(("operation", "parents"), [("MergeBranchesBySquash", 1), ("MergeBranchesByThreeWay", 2)])
def test_two_sides_become_one_commit(branched: CodeCommit, operation: str, parents: int) -> None:
    branched.put("main.txt", b"main")
    assert branched.on("GetMergeOptions", **sides())["mergeOptions"] == ["SQUASH_MERGE", "THREE_WAY_MERGE"]
    branched.refused("ManualMergeRequiredException", "MergeBranchesByFastForward", repositoryName="demo", **sides())
    made = branched.on(operation, **sides(authorName="Ada", email="a@b", commitMessage="both"))
    commit = branched.on("GetCommit", commitId=made["commitId"])["commit"]
    assert (len(commit["parents"]), commit["message"], commit["author"]["name"]) == (parents, "both", "Ada")
    names = [one["absolutePath"] for one in branched.on("GetFolder", folderPath="")["files"]]
    assert names == ["main.txt", "shared.txt", "topic.txt"]


def test_files_that_both_have_changed_are_conflicts_by_file_and_may_be_none_by_line(branched: CodeCommit) -> None:
    branched.put("shared.txt", LINES.replace(b"one", b"ONE"))
    branched.put("shared.txt", LINES.replace(b"seven", b"SEVEN"), "topic")
    found = branched.on("GetMergeConflicts", **sides(mergeOption="THREE_WAY_MERGE"))
    assert (found["mergeable"], [one["filePath"] for one in found["conflictMetadataList"]]) == (False, ["shared.txt"])
    assert found["conflictMetadataList"][0]["mergeOperations"] == {"source": "M", "destination": "M"}
    request = sides(repositoryName="demo")
    branched.refused("ManualMergeRequiredException", "MergeBranchesByThreeWay", **request)
    accepted = branched.on(
        "MergeBranchesByThreeWay", **sides(conflictResolutionStrategy="ACCEPT_SOURCE", targetBranch="main")
    )
    text = branched.on("GetFile", filePath="shared.txt", commitSpecifier=accepted["commitId"])["fileContent"]
    assert text == LINES.replace(b"seven", b"SEVEN")


def test_lines_far_apart_are_merged(branched: CodeCommit) -> None:
    branched.put("shared.txt", LINES.replace(b"one", b"ONE"))
    branched.put("shared.txt", LINES.replace(b"seven", b"SEVEN"), "topic")
    branched.on("MergeBranchesByThreeWay", **sides(conflictDetailLevel="LINE_LEVEL"))
    text = branched.on("GetFile", filePath="shared.txt")["fileContent"]
    assert text == LINES.replace(b"one", b"ONE").replace(b"seven", b"SEVEN")


def opened(codecommit: CodeCommit) -> dict[str, Any]:
    target = {"repositoryName": "demo", "sourceReference": "topic"}
    made: dict[str, Any] = codecommit("CreatePullRequest", title="A change", targets=[target])["pullRequest"]
    return made


def test_a_pull_request_is_made_changed_and_closed(branched: CodeCommit) -> None:
    made = opened(branched)
    assert made["pullRequestId"] == "1"
    target = made["pullRequestTargets"][0]
    assert (target["destinationReference"], target["sourceCommit"]) == ("refs/heads/main", branched.tip("topic"))
    assert target["mergeBase"] == branched.tip("main")
    branched("UpdatePullRequestTitle", pullRequestId="1", title="Another")
    branched("UpdatePullRequestDescription", pullRequestId="1", description="Why")
    found = branched("GetPullRequest", pullRequestId="1")["pullRequest"]
    assert (found["title"], found["description"]) == ("Another", "Why")
    assert branched.on("ListPullRequests", pullRequestStatus="OPEN")["pullRequestIds"] == ["1"]
    branched("UpdatePullRequestStatus", pullRequestId="1", pullRequestStatus="CLOSED")
    assert branched.on("ListPullRequests", pullRequestStatus="OPEN")["pullRequestIds"] == []
    branched.refused("PullRequestAlreadyClosedException", "UpdatePullRequestTitle", pullRequestId="1", title="x")
    branched.refused("PullRequestDoesNotExistException", "GetPullRequest", pullRequestId="9")
    told = [one["event"] for one in branched.events() if one["event"].startswith("pullRequest")]
    assert told == ["pullRequestCreated", "pullRequestStatusChanged"]


def test_a_push_to_the_source_makes_a_new_revision_and_a_merge_closes(branched: CodeCommit) -> None:
    before = opened(branched)
    tip = branched.put("topic.txt", b"more", "topic")
    found = branched("GetPullRequest", pullRequestId="1")["pullRequest"]
    assert found["pullRequestTargets"][0]["sourceCommit"] == tip
    assert found["revisionId"] != before["revisionId"]
    request = {"pullRequestId": "1", "repositoryName": "demo"}
    code = "TipOfSourceReferenceIsDifferentException"
    branched.refused(code, "MergePullRequestBySquash", **request, sourceCommitId="a" * 40)
    merged = branched("MergePullRequestBySquash", **request, sourceCommitId=tip)["pullRequest"]
    assert merged["pullRequestStatus"] == "CLOSED"
    assert merged["pullRequestTargets"][0]["mergeMetadata"]["mergeCommitId"] == branched.tip("main")
    assert branched.events()[-1]["isMerged"] == "True"


def test_rules_ask_for_approvals_of_others(branched: CodeCommit) -> None:
    revision = opened(branched)["revisionId"]
    content = {"Version": "2018-11-08", "Statements": [{"Type": "Approvers", "NumberOfApprovalsNeeded": 1}]}
    rule = {"pullRequestId": "1", "approvalRuleName": "one", "approvalRuleContent": json.dumps(content)}
    branched("CreatePullRequestApprovalRule", **rule)
    branched.refused("ApprovalRuleNameAlreadyExistsException", "CreatePullRequestApprovalRule", **rule)
    bad = {**rule, "approvalRuleName": "two", "approvalRuleContent": "{}"}
    branched.refused("InvalidApprovalRuleContentException", "CreatePullRequestApprovalRule", **bad)
    merge = {"pullRequestId": "1", "repositoryName": "demo"}
    branched.refused("PullRequestApprovalRulesNotSatisfiedException", "MergePullRequestByThreeWay", **merge)
    approve = {"pullRequestId": "1", "revisionId": revision, "approvalState": "APPROVE"}
    branched.refused("PullRequestCannotBeApprovedByAuthorException", "UpdatePullRequestApprovalState", **approve)
    old = {**approve, "revisionId": "0" * 64}
    somebody = CodeCommit(replace(branched.context, principal="arn:aws:iam::123456789012:user/grace"))
    somebody.refused("RevisionNotCurrentException", "UpdatePullRequestApprovalState", **old)
    somebody("UpdatePullRequestApprovalState", **approve)
    found = branched("EvaluatePullRequestApprovalRules", pullRequestId="1", revisionId=revision)["evaluation"]
    assert (found["approved"], found["approvalRulesSatisfied"]) == (True, ["one"])
    branched("MergePullRequestByThreeWay", **merge)
