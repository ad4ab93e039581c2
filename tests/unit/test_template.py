"""What template.yaml must say for the promises to hold, where a local AWS cannot show it or shows it too late."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from paysync.core.turn import HANDOVER_AT

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = ROOT / "layers" / "paysync" / "python" / "paysync"


FIXED_PARAMETERS: Final = {
    *("Stage", "Scheme", "MaycurBaseUrl", "K3CloudBaseUrl", "MaycurSecretArn", "K3CloudSecretArn", "FetchSchedule"),
    *("SweepSchedule", "ReconcileSchedule", "FetchSince", "RuleId", "K3CloudConcurrency", "QuietPeriodSeconds"),
    *("OnUnresolved", "AlarmEmail", "AllowPlainHttp"),
}
FURTHER_PARAMETERS: Final = {
    *("DeepScanSchedule", "MaycurRequestsPerSecond", "SafetyDelaySeconds", "LogRetentionDays", "PythonRuntime"),
    *("Architecture", "HttpBaseUrl", "HttpSecretArn", "MaycurWriteBack", "SchemeParameters", "Attestation"),
    *("K3CloudSettings", "ReserveConcurrency", "SecretKmsKeyArn", "SubnetIds", "SecurityGroupIds"),
}


class Tagged(str):
    """What stands behind a `!Tag`, as text: `!Ref Queue` is `Ref Queue`."""

    __slots__ = ()


def _tagged(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Tagged:
    inner = loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else yaml.serialize(node)
    return Tagged(f"{suffix} {inner}")


class _Loader(yaml.SafeLoader):
    """Keeps CloudFormation's functions as text."""


_Loader.add_multi_constructor("!", _tagged)
_TEXT: Final = (ROOT / "template.yaml").read_text(encoding="utf-8")
TEMPLATE: Final[dict[str, Any]] = yaml.load(_TEXT, _Loader)  # noqa: S506 - a SafeLoader
RESOURCES: Final[dict[str, Any]] = TEMPLATE["Resources"]


def of_type(kind: str) -> dict[str, Any]:
    """The properties of all resources of a type, by name."""
    return {name: each["Properties"] for name, each in RESOURCES.items() if each["Type"] == kind}


FUNCTIONS: Final = of_type("AWS::Serverless::Function")
ALARMS: Final = of_type("AWS::CloudWatch::Alarm")
ROLES: Final = of_type("AWS::IAM::Role")


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement of every role."""
    for name, role in ROLES.items():
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                yield from ((name, each) for each in _branches(statement))


def _branches(statement: Any) -> list[dict[str, Any]]:
    """The statement itself; of one that depends on a condition, what it may be."""
    if not isinstance(statement, Tagged):
        return [statement]
    either = yaml.load(statement.replace("If !If", "", 1), _Loader)  # noqa: S506 - a SafeLoader
    return [each for each in either if isinstance(each, dict)]


def listed(value: Any) -> list[Any]:
    """One or several."""
    return value if isinstance(value, list) else [value]


def metrics_of_the_code() -> set[str]:
    """Every metric that some line counts."""
    texts = [file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.py")]
    standing = re.findall(r'State\.\w+: "(\w+)"', (PACKAGE / "core" / "standing.py").read_text(encoding="utf-8"))
    return {name for text in texts for name in re.findall(r'\.count\("(\w+)"', text)} | set(standing)


def test_the_ledger_outlives_everything() -> None:
    """Kept when the stack goes, protected, recoverable, encrypted; nothing in it ever expires."""
    ledger = RESOURCES["Ledger"]
    assert (ledger["DeletionPolicy"], ledger["UpdateReplacePolicy"]) == ("Retain", "Retain")
    properties = ledger["Properties"]
    assert properties["DeletionProtectionEnabled"] is True
    assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert properties["SSESpecification"]["SSEEnabled"] is True
    assert "TimeToLiveSpecification" not in properties


def test_a_message_outlives_its_push_and_waiting_does_not_bury_it() -> None:
    """Visibility is six times the timeout; whoever waits hands over to sweep before SQS counts it as dead."""
    queue, dlq = of_type("AWS::SQS::Queue")["Queue"], of_type("AWS::SQS::Queue")["Dlq"]
    assert queue["VisibilityTimeout"] >= 6 * FUNCTIONS["PushFunction"]["Timeout"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] > HANDOVER_AT
    assert dlq["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]


def test_push_answers_for_each_message_and_k3cloud_is_not_overrun() -> None:
    """Only what a row explains is deleted; how many pushes run at once is a parameter."""
    messages = FUNCTIONS["PushFunction"]["Events"]["Messages"]["Properties"]
    assert messages["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert messages["BatchSize"] == 10
    assert messages["ScalingConfig"] == {"MaximumConcurrency": "Ref K3CloudConcurrency"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_a_role_and_a_log_of_its_own(name: str) -> None:
    """What one may, another may not; logs are JSON and end some day."""
    function, short = FUNCTIONS[name], name.removesuffix("Function")
    assert function["Role"] == f"GetAtt {short}Role.Arn"
    assert function["LoggingConfig"]["LogFormat"] == "JSON"
    log = of_type("AWS::Logs::LogGroup")[function["LoggingConfig"]["LogGroup"].removeprefix("Ref ")]
    assert log["RetentionInDays"] == "Ref LogRetentionDays"


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name != "PushFunction"])
def test_a_run_that_failed_leaves_a_trace(name: str) -> None:
    """Whether it could not be started or failed at every try, its event is in a queue with an alarm."""
    function = FUNCTIONS[name]
    assert function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"] == "GetAtt FailedRuns.Arn"
    for event in function["Events"].values():
        assert event["Type"] == "ScheduleV2"
        assert event["Properties"]["DeadLetterConfig"] == {"Arn": "GetAtt FailedRuns.Arn"}
        assert event["Properties"]["ScheduleExpressionTimezone"] == "Asia/Shanghai"
        assert "${AWS::StackName}" in event["Properties"]["Name"], "two stacks in one account must not collide"


def test_no_role_may_more_than_is_named() -> None:
    """No wildcard in an action; of resources only tracing's and a network interface's, which have none."""
    seen = list(statements())
    assert len(seen) > 15
    for name, statement in seen:
        assert not [action for action in listed(statement["Action"]) if "*" in action], name
        if "*" in listed(statement["Resource"]):
            actions = set(statement["Action"])
            tracing = actions == {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
            assert tracing or all("NetworkInterface" in a or "PrivateIp" in a or "Subnets" in a for a in actions), name


@pytest.mark.parametrize("name", FUNCTIONS)
def test_who_calls_a_vendor_can_do_so_from_a_vpc_and_nobody_else_is_in_it(name: str) -> None:
    """With the rights that Lambda needs to put it there; sweep calls no vendor."""
    mine = [each for role, each in statements() if role == FUNCTIONS[name]["Role"].removeprefix("GetAtt ")[:-4]]
    interfaces = [each for each in mine if "ec2:CreateNetworkInterface" in each["Action"]]
    keys = [each for each in mine if "kms:Decrypt" in each["Action"]]
    calls_vendors = name != "SweepFunction"
    assert calls_vendors == ("VpcConfig" in FUNCTIONS[name]) == bool(interfaces) == bool(keys)
    assert all("kms:ViaService" in each["Condition"]["StringEquals"] for each in keys)


def test_a_function_s_settings_fit_into_lambda() -> None:
    """Lambda takes 4 KB of them; names, ARNs and addresses fill about 1.6, the free texts share what is left."""
    longest = {name: each.get("MaxLength", 0) for name, each in TEMPLATE["Parameters"].items()}
    texts = (longest["Scheme"] * 2, longest["SchemeParameters"], longest["Attestation"] * 3)
    assert all(texts)
    assert sum(texts) <= 2400


@pytest.mark.parametrize("role", ["FetchRole", "PushRole", "SweepRole", "ReconcileRole"])
def test_whoever_writes_rows_may_send_their_messages(role: str) -> None:
    """Push too: what it has booked it hands on to another scheme, and a local AWS would not refuse it."""
    mine = [statement for name, statement in statements() if name == role]
    to_the_queue = [each for each in mine if "GetAtt Queue.Arn" in listed(each["Resource"])]
    assert "sqs:SendMessage" in {action for each in to_the_queue for action in listed(each["Action"])}


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_reaches_somebody_and_watches_what_there_is(name: str) -> None:
    """Its topic, a page that says what to do, and a metric that some line of the code really counts."""
    alarm = ALARMS[name]
    assert alarm["AlarmActions"] == ["Ref AlarmTopic"]
    assert "docs/operations.md#" in alarm["AlarmDescription"]
    if alarm["Namespace"] == "paysync":
        assert alarm["MetricName"] in metrics_of_the_code()
        assert alarm["Dimensions"] == [{"Name": "service", "Value": "Ref Scheme"}]
    else:
        assert alarm["Namespace"] in {"AWS/SQS", "AWS/Lambda"}


def test_a_queue_s_policy_speaks_of_that_queue_alone() -> None:
    """SQS takes no other, which no local AWS says: the first deployment would fail."""
    policies = of_type("AWS::SQS::QueuePolicy")
    queues = {name: one["Queues"] for name, one in policies.items()}
    assert {one for (one,) in queues.values()} == {f"Ref {name}" for name in of_type("AWS::SQS::Queue")}
    for name, one in policies.items():
        (statement,) = one["PolicyDocument"]["Statement"]
        assert statement["Resource"] == f"GetAtt {queues[name][0].removeprefix('Ref ')}.Arn"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_two_failures_of_push_are_told_although_the_visibility_lies_between_them() -> None:
    """A batch that failed as a whole comes again only after it; two of the alarm's periods in a row never see two."""
    alarm, queue = ALARMS["PushErrorsAlarm"], of_type("AWS::SQS::Queue")["Queue"]
    assert alarm["Period"] * alarm["EvaluationPeriods"] > 2 * queue["VisibilityTimeout"]
    assert alarm["DatapointsToAlarm"] == 2


@pytest.mark.parametrize("name", ["ReconcileDifferencesAlarm", "TargetCheckAlarm"])
def test_what_is_looked_at_once_a_night_is_not_called_good_an_hour_later(name: str) -> None:
    """Only the next look may say so; both numbers are told when they are nought, too."""
    assert ALARMS[name]["TreatMissingData"] == "ignore"


@pytest.mark.parametrize("name", ["ReviewAlarm", "InDoubtAlarm", "RejectedAlarm"])
def test_what_waits_is_watched_as_it_stands(name: str) -> None:
    """A number that is counted once, when a payment got there, is gone a quarter of an hour later, the payment not."""
    assert ALARMS[name]["MetricName"] in {"PaymentsInReview", "PaymentsInDoubt", "PaymentsRejected"}


def test_the_dashboard_shows_numbers_that_there_are() -> None:
    """A name that nobody counts would be an empty curve that looks like peace."""
    (dashboard,) = of_type("AWS::CloudWatch::Dashboard").values()
    shown = set(re.findall(r'\["paysync", "(\w+)"', str(dashboard["DashboardBody"])))
    assert shown
    assert shown <= metrics_of_the_code()


def test_the_parameters_are_those_that_were_promised() -> None:
    """Names are what a deployment relies on; a parameter more is no harm, but it is a decision."""
    assert TEMPLATE["Parameters"].keys() == FIXED_PARAMETERS | FURTHER_PARAMETERS


def test_what_moves_money_has_no_default() -> None:
    """Where to read from, where to write to, since when, by which rule: a deployment must say it."""
    parameters = TEMPLATE["Parameters"]
    assert {name for name, each in parameters.items() if "Default" not in each} == {
        *("MaycurBaseUrl", "K3CloudBaseUrl", "FetchSince", "RuleId"),
    }
    assert parameters["OnUnresolved"]["Default"] == "park"
    assert parameters["AllowPlainHttp"]["Default"] == "false"
    assert all(each.get("Description") for each in parameters.values())


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_samconfig_deploys_each_stage_as_a_stack_of_its_own(stage: str) -> None:
    """Every override is a parameter, and a value with a blank has its quotes inside, or it would arrive cut off."""
    config = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))[stage]
    assert config["global"]["parameters"]["stack_name"] == f"paysync-{stage}"
    overrides = dict(each.split("=", 1) for each in config["deploy"]["parameters"]["parameter_overrides"])
    assert overrides["Stage"] == stage
    assert overrides.keys() <= TEMPLATE["Parameters"].keys()
    assert all(value.startswith('"') for value in overrides.values() if " " in value)


def test_fetch_deletes_nothing_but_what_it_has_collected() -> None:
    """Its right to delete ends at the items of collections; a row, a lock and a claim are out of its reach."""
    deleting = [s for name, s in statements() if name == "FetchRole" and "dynamodb:DeleteItem" in listed(s["Action"])]
    assert [s["Condition"] for s in deleting] == [{"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["COLL#*"]}}]


def test_an_operator_may_what_the_command_line_does() -> None:
    """All that push may do to the ledger, which review and replay do too; no wildcard in an action."""
    policy = json.loads((ROOT / "docs" / "operator-policy.json").read_text(encoding="utf-8"))["Statement"]
    actions = {action for each in policy for action in each["Action"]}
    of_push = {a for name, s in statements() if name == "PushRole" for a in listed(s["Action"])}
    assert {action for action in of_push if action.startswith(("dynamodb:", "sqs:", "secretsmanager:"))} <= actions
    assert not [action for action in actions if "*" in action]
    of_the_code = {"lambda:InvokeFunction", "lambda:GetFunctionConfiguration", "cloudformation:DescribeStacks"}
    assert of_the_code | {"sts:GetCallerIdentity"} <= actions
