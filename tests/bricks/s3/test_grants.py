from __future__ import annotations

import pytest

from brickline.baseplate.errors import Refused
from brickline.bricks.s3.grants import acl_of, described, owner


def test_a_canned_list_grants_its_owner_everything_and_others_what_it_says() -> None:
    answer = described("public-read", "123456789012")
    assert answer["Owner"] == owner("123456789012")
    assert [grant["Permission"] for grant in answer["Grants"]] == ["FULL_CONTROL", "READ"]
    assert answer["Grants"][1]["Grantee"]["URI"].endswith("/AllUsers")


def test_headers_grant_by_id_by_group_and_by_address() -> None:
    acl = acl_of({"GrantRead": 'id="abc", uri="http://group"', "GrantWriteACP": "emailAddress=a@b.c"})
    assert isinstance(acl, dict)
    assert acl["Grants"] == [
        {"Grantee": {"Type": "CanonicalUser", "ID": "abc"}, "Permission": "READ"},
        {"Grantee": {"Type": "Group", "URI": "http://group"}, "Permission": "READ"},
        {"Grantee": {"Type": "AmazonCustomerByEmail", "EmailAddress": "a@b.c"}, "Permission": "WRITE_ACP"},
    ]


def test_two_ways_of_asking_at_once_are_refused() -> None:
    with pytest.raises(Refused, match="InvalidRequest"):
        acl_of({"ACL": "private", "GrantRead": "id=a"})
    with pytest.raises(Refused, match="InvalidArgument"):
        acl_of({"GrantRead": "somebody"})
