"""Which version is served, asked of a registry that is written down here."""

import unittest

from botocore.stub import Stubber
from pipelines.serving.functions import select_version

ARN = "arn:aws:sagemaker:us-east-1:123456789012:model-package/flights/"


def approved(*versions):
    """The registry's answer to which versions are approved."""
    return {
        "ModelPackageSummaryList": [
            {
                "ModelPackageVersion": version,
                "ModelPackageArn": f"{ARN}{version}",
                "ModelPackageGroupName": "flights",
                "CreationTime": 0,
                "ModelPackageStatus": "Completed",
            }
            for version in versions
        ]
    }


class Chosen(unittest.TestCase):
    def setUp(self):
        self.registry = Stubber(select_version.sagemaker)
        self.registry.activate()
        self.addCleanup(self.registry.deactivate)

    def test_the_newest_approved_version(self):
        self.registry.add_response("list_model_packages", approved(2, 5, 3))
        self.assertEqual(select_version.chosen("flights", 0), f"{ARN}5")

    def test_one_that_is_named(self):
        self.registry.add_response("list_model_packages", approved(5, 3))
        self.assertEqual(select_version.chosen("flights", 3), f"{ARN}3")

    def test_nothing_that_nobody_approved(self):
        self.registry.add_response("list_model_packages", approved(5))
        with self.assertRaisesRegex(RuntimeError, "version 4 of flights is not approved"):
            select_version.chosen("flights", 4)
        self.registry.add_response("list_model_packages", approved())
        with self.assertRaisesRegex(RuntimeError, "no version of flights is approved"):
            select_version.chosen("flights", 0)


if __name__ == "__main__":
    unittest.main()
