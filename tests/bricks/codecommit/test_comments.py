from __future__ import annotations

from dataclasses import replace

from tests.bricks.codecommit.conftest import CodeCommit


def test_comments_and_replies_stand_in_threads(codecommit: CodeCommit) -> None:
    first = codecommit.put("a.txt", b"a")
    codecommit.on("CreateBranch", branchName="topic", commitId=first)
    tip = codecommit.put("a.txt", b"b", "topic")
    target = {"repositoryName": "demo", "sourceReference": "topic"}
    codecommit("CreatePullRequest", title="A change", targets=[target])
    commits = {"beforeCommitId": first, "afterCommitId": tip}
    where = {"filePath": "a.txt", "filePosition": 1, "relativeFileVersion": "AFTER"}
    posted = codecommit.on("PostCommentForPullRequest", pullRequestId="1", **commits, location=where, content="why?")
    codecommit.on("PostCommentForPullRequest", pullRequestId="1", **commits, content="fine otherwise")
    comment = posted["comment"]["commentId"]
    reply = codecommit("PostCommentReply", inReplyTo=comment, content="because")["comment"]
    codecommit("PostCommentReply", inReplyTo=reply["commentId"], content="I see")
    threads = codecommit("GetCommentsForPullRequest", pullRequestId="1")["commentsForPullRequestData"]
    texts = [[one["content"] for one in thread["comments"]] for thread in threads]
    assert texts == [["why?", "because", "I see"], ["fine otherwise"]]
    assert threads[0]["location"] == where
    somebody = CodeCommit(replace(codecommit.context, principal="arn:aws:iam::123456789012:user/grace"))
    somebody.refused("CommentNotCreatedByCallerException", "UpdateComment", commentId=comment, content="mine")
    assert codecommit("UpdateComment", commentId=comment, content="how?")["comment"]["content"] == "how?"
    assert codecommit("DeleteCommentContent", commentId=comment)["comment"]["deleted"] is True
    codecommit.refused("CommentDeletedException", "DeleteCommentContent", commentId=comment)
    codecommit.refused("CommentDoesNotExistException", "GetComment", commentId="none")
    told = [one for one in codecommit.events() if "commentId" in one]
    assert [one["event"] for one in told] == ["commentOnPullRequestCreated"] * 4
    assert told[2]["inReplyTo"] == comment


def test_compared_commits_have_comments_of_their_own(codecommit: CodeCommit) -> None:
    commit = codecommit.put("a.txt", b"a")
    codecommit.on("PostCommentForComparedCommit", afterCommitId=commit, content="good")
    found = codecommit.on("GetCommentsForComparedCommit", afterCommitId=commit)["commentsForComparedCommitData"]
    assert [one["content"] for one in found[0]["comments"]] == ["good"]
    request = {"repositoryName": "demo", "afterCommitId": "a" * 40, "content": "x"}
    codecommit.refused("CommitDoesNotExistException", "PostCommentForComparedCommit", **request)
