"""IAM: roles, users, groups, policies, keys. They are kept; no request is refused for want of a permission."""

from __future__ import annotations

from brickline.baseplate.brick import Brick
from brickline.baseplate.house import Baseplate
from brickline.bricks.iam.account_aliases import AccountAliases
from brickline.bricks.iam.groups import Groups
from brickline.bricks.iam.identities import Identities
from brickline.bricks.iam.identity_policies import IdentityPolicies
from brickline.bricks.iam.instance_profiles import InstanceProfiles
from brickline.bricks.iam.managed_policies import ManagedPolicies
from brickline.bricks.iam.policy_catalogue import PolicyCatalogue
from brickline.bricks.iam.roles import Roles
from brickline.bricks.iam.service_linked_roles import ServiceLinkedRoles
from brickline.bricks.iam.simulation import Simulation
from brickline.bricks.iam.tags import Tags
from brickline.bricks.iam.user_keys import UserKeys
from brickline.bricks.iam.users import Users


def brick(baseplate: Baseplate) -> Brick:
    identities = Identities(baseplate)
    catalogue = PolicyCatalogue(baseplate)
    parts = (
        AccountAliases(identities),
        Groups(identities),
        IdentityPolicies(identities, catalogue),
        InstanceProfiles(baseplate, identities),
        ManagedPolicies(identities, catalogue),
        Roles(baseplate, identities),
        ServiceLinkedRoles(identities),
        Simulation(identities, catalogue),
        Tags(baseplate, identities, catalogue),
        UserKeys(baseplate, identities),
        Users(identities),
    )
    return Brick("iam", parts)
