from __future__ import annotations

import pytest

from brickline.console.addresses import of_uri, short_uri
from brickline.console.rendering import linked, short

PLACE = "us-east-1:123456789012"


@pytest.mark.parametrize(
    ("arn", "text"),
    [
        (f"arn:aws:sagemaker:{PLACE}:pipeline/p/execution/abc", "p/execution/abc"),
        (f"arn:aws:sagemaker:{PLACE}:model-package/lines/2", "lines/2"),
        (f"arn:aws:codepipeline:{PLACE}:serve/execution/1-2", "serve/execution/1-2"),
        (f"arn:aws:codebuild:{PLACE}:build/train:1-2", "train:1-2"),
        (f"arn:aws:codebuild:{PLACE}:build/train:d07c6576-1924-4d64-bd7e-4c43ce2c2ab9", "train:d07c6576"),
        (f"arn:aws:lambda:{PLACE}:function:deploy", "deploy"),
        (f"arn:aws:logs:{PLACE}:log-group:/aws/lambda/f", "/aws/lambda/f"),
        (f"arn:aws:events:{PLACE}:rule/on-approval", "on-approval"),
        ("arn:aws:s3:::bucket", "bucket"),
        ("arn:aws:iam::123456789012:root", "root"),
        ("events.amazonaws.com", "events.amazonaws.com"),
    ],
)
def test_arns_are_shown_by_what_they_name(arn: str, text: str) -> None:
    assert short(arn) == text


def test_arns_in_texts_are_links_and_the_rest_is_text() -> None:
    arn = f"arn:aws:sagemaker:{PLACE}:pipeline/p/execution/abc"
    text = linked(f"since {arn}, <b> changed. {arn}.")
    assert text.count(">p/execution/abc</a>") == 2
    assert "</a>, &lt;b&gt; changed. <a " in text
    assert text.endswith("</a>.")
    assert linked(None) == ""


def test_s3_uris_in_texts_are_links() -> None:
    text = linked('changed from "\\"s3://b/code/1/a.py\\"" to "s3://b/code/2/a.py".')
    assert ">…/1/a.py</a>\\&#34;&#34; to &#34;<a href=" in text
    assert ">…/2/a.py</a>&#34;." in text


@pytest.mark.parametrize(
    ("uri", "address", "text"),
    [
        ("s3://bucket/a b/c.csv", "/console/s3/bucket/a%20b/c.csv", "…/a b/c.csv"),
        ("s3://bucket/c.csv", "/console/s3/bucket/c.csv", "…/bucket/c.csv"),
        ("s3://bucket/x/0123456789abcdef/c", "/console/s3/bucket/x/0123456789abcdef/c", "…/0123456789ab…/c"),
        ("s3://bucket", "/console/s3/bucket", "s3://bucket"),
        ("https://elsewhere", "", "https://elsewhere"),
    ],
)
def test_s3_uris_lead_to_their_pages_and_have_short_forms(uri: str, address: str, text: str) -> None:
    assert of_uri(uri) == address
    if address:
        assert short_uri(uri) == text
