"""One mismatch of the local AWS: it asks for SQS's batch calls as actions of their own, AWS only for the single ones.

So after a deploy each role gets the batch names where it has the single one, on the same resource. Only here: in the
template they would be actions that IAM does not know.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

Statement: TypeAlias = Mapping[str, Any]
POLICY_NAME = "local-batch-actions"
_BATCHED = {"sqs:SendMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"}


def batch_statements(document: Mapping[str, Any]) -> list[Statement]:
    """The statements that allow as batches what `document` allows singly."""
    return [
        {"Effect": each["Effect"], "Action": names, "Resource": each["Resource"]}
        for each in _listed(document["Statement"])
        if (names := _batches(each))
    ]


def policies_of(iam: "IAMClient", role: str) -> list[Mapping[str, Any]]:
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    found = [iam.get_role_policy(RoleName=role, PolicyName=name) for name in names if name != POLICY_NAME]
    return [cast("Mapping[str, Any]", policy["PolicyDocument"]) for policy in found]


def _batches(statement: Statement) -> list[str]:
    return sorted(f"{action}Batch" for action in _BATCHED.intersection(_listed(statement["Action"])))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
