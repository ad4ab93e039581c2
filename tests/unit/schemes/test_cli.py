"""`paysync scheme`: what an integrator types, and what it answers."""

import json
import shutil
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from fakes.ledger import MemoryLedger
from fakes.system import FakeClock
from paysync.cli import scheme as scheme_command
from paysync.cli import scheme_rows
from paysync.cli.main import app
from paysync.cli.scheme_rows import Subject, previews_of
from paysync.cli.stack import Stack
from paysync.core.bills import Cell
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.errors import PaysyncError
from paysync.core.keys import PaymentKey
from paysync.core.outcomes import Done, Outcome, Unknown
from paysync.core.reading import payments
from paysync.core.records import Entry, new_row
from paysync.core.scheme import Scheme
from paysync.core.states import Event
from paysync.core.times import from_iso
from paysync.schemes import FOLDER, names
from paysync.schemes.load import load

NAME = "paid-to-paybill"
HERE = Path(__file__).parent
ACCOUNT = "6222000011112222"
ROW = {
    "paymentBizCode": "P-1",
    "payeeTargetBusinessCode": "FK-1",
    "payerAccountNumber": ACCOUNT,
    "payableAmount": "1234.50",
    "auditTimeStamp": 1675152000000,
}


def run(*arguments: str | Path, environment: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(
        app, ["scheme", *map(str, arguments)], env={"COLUMNS": "400", "PAYSYNC_STACK": "", **(environment or {})}
    )


def said(*arguments: str | Path, code: int = 0) -> str:
    result = run(*arguments)
    assert result.exit_code == code, result.output
    return result.output


def refused(*arguments: str | Path) -> PaysyncError:
    error = run(*arguments).exception
    assert isinstance(error, PaysyncError)
    return error


@pytest.fixture
def row(tmp_path: Path) -> Path:
    """A file with one row."""
    file = tmp_path / "row.json"
    file.write_text(json.dumps(ROW), encoding="utf-8")
    return file


def test_list_names_what_is_shipped_and_what_it_needs() -> None:
    """A scheme at a glance: title, systems, and the parameters that must be bound."""
    assert all(name in said("list") for name in names())
    (one,) = [each for each in json.loads(said("list", "--json")) if each["scheme"] == NAME]
    assert one["unbound"] == ["rule_id"]
    assert one["to"] == "k3cloud AP_PAYBILL"


def test_list_and_show_know_collections() -> None:
    """A stack names them among its schemes, so whoever looks for names finds them there."""
    assert "bank-accounts" in said("list")
    (one,) = [each for each in json.loads(said("list", "--json")) if each["kind"] == "collection"]
    assert (one["scheme"], one["from"], one["unbound"]) == ("bank-accounts", "k3cloud CN_BANKACNT", [])
    told = said("show", "bank-accounts")
    for word in ("金蝶银行账号查询", "账号编码", "FUseOrgId.FNumber", "30 min", "kind: scheme"):
        assert word in told
    assert json.loads(said("show", "--json", "bank-accounts"))["form"] == "CN_BANKACNT"


def test_what_only_a_scheme_can_says_that_a_collection_is_none(row: Path) -> None:
    """Instead of a name that was probably meant."""
    for arguments in (
        ("preview", "bank-accounts", "--row", row),
        ("copy", "bank-accounts", "mine"),
        ("test", "bank-accounts"),
    ):
        assert "bank-accounts is a collection" in str(refused(*arguments))


def test_validate_finds_nothing_in_what_is_shipped() -> None:
    """The shipped schemes are valid, and the command says so with exit code 0."""
    assert "no problem found" in said("validate", *sorted(FOLDER.glob("*.yaml")))


def test_validate_tells_every_problem_of_every_file() -> None:
    """File, line, what is wrong, what to do; exit code 1."""
    wrong = HERE / "wrong" / "many-problems.yaml"
    told = said("validate", HERE / "small.yaml", wrong, code=1)
    assert f"{wrong}:13: source.connector cannot be 'maycor'; did you mean maycur?" in told
    assert "4 problems" in told
    documents = json.loads(said("validate", "--json", wrong, code=1))
    assert documents[1] == {
        "file": str(wrong),
        "line": 13,
        "what": "source.connector cannot be 'maycor'",
        "hint": "did you mean maycur?",
    }


def test_validate_knows_the_connectors_own_options(tmp_path: Path) -> None:
    """An option that the connector does not have is found at its line, not by the first payment."""
    file = tmp_path / "small.yaml"
    text = (HERE / "small.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("  currencies:", "  options: { pages: 3 }\n  currencies:"), encoding="utf-8")
    line = text.splitlines().index("  currencies: { CNY: PRE001 }") + 1
    assert f"{file}:{line}: target.options.pages: is no option of the K3Cloud connector" in said(
        "validate", file, code=1
    )


def test_validate_tells_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing file is a problem like others."""
    assert "the file cannot be read (FileNotFoundError)" in said("validate", tmp_path / "none.yaml", code=1)


def test_show_says_all_that_a_scheme_says() -> None:
    """Parameters with where to find them, fields with their labels, every value of every part."""
    told = said("show", NAME)
    for word in (
        "单据转换规则内码",
        "K3Cloud designer",
        "支付账号",
        "push.request.RuleId",
        "{{param.rule_id}}",
        "600 s",
    ):
        assert word in told
    assert json.loads(said("show", "--json", NAME))["target"]["form"] == "AP_PAYBILL"
    assert "small" in said("show", HERE / "small.yaml")


def test_show_refuses_a_name_that_is_not_shipped() -> None:
    """The slip is named with what was probably meant."""
    assert "did you mean paid-to-paybill?" in str(refused("show", "paid-to-paybil"))


def test_preview_shows_every_field_with_its_origin(row: Path) -> None:
    """Each request, each value with its template and source; account numbers only by their last digits."""
    told = said("preview", NAME, "--row", row, "--lookup", "pay_org=100003", "--set", "rule_id=R-1")
    for word in (
        "Push CN_PAYAPPLY",
        "{{payeeTargetBusinessCode}}",
        "单据号 = 'FK-1'",
        "'R-1'",
        "nothing was sent",
        "…2222",
    ):
        assert word in told
    assert ACCOUNT not in told
    assert ACCOUNT in said("preview", NAME, "--row", row, "--lookup", "pay_org=100003", "--reveal")


def test_preview_as_json_is_complete_and_masked(row: Path) -> None:
    """For machines the same, with nothing sensitive in it; a parameter that nobody gave stands as its name."""
    told = said("preview", NAME, "--row", row, "--lookup", "pay_org=100003", "--json")
    (document,) = json.loads(told)
    requests = {one["step"]: one for one in document["requests"]}
    assert list(requests) == ["fetch", "lookup.pay_org", "push", "save", "submit", "audit"]
    assert requests["push"]["data"]["RuleId"] == "<rule_id>"
    assert requests["lookup.pay_org"]["data"] == {"FNumber": "…2222"}
    (origin,) = requests["push"]["fields"][1]["from"]
    assert origin == {"name": "payeeTargetBusinessCode", "label": "单据号", "value": "FK-1"}
    assert ACCOUNT not in told
    assert (document["verdict"], document["diagnosis"]) == ("sent", None)


def test_preview_says_why_a_payment_gets_no_further(row: Path) -> None:
    """Without an answer to its lookup the payment is parked, and so is its preview."""
    assert "lookup.none" in said("preview", NAME, "--row", row)


def test_preview_needs_no_schedule_and_no_start(tmp_path: Path) -> None:
    """When a scheme runs is nothing that a request shows, so nobody is asked to bind it for a look."""
    file = tmp_path / "form.json"
    form = {
        "formCode": "BX1",
        "coverEmployeeId": "E1",
        "legalEntityBizCode": "100",
        "amount": "1",
        "submittedAt": 1675180800000,
    }
    file.write_text(json.dumps(form), encoding="utf-8")
    told = said("preview", "reimbursement-to-paybill", "--row", file, "--lookup", "pay_account=6222")
    assert "'<purpose>'" in told


@pytest.mark.parametrize(
    ("option", "pair", "hint"),
    [("--lookup", "pay_orgs=1", "did you mean pay_org?"), ("--set", "rule=1", "did you mean rule_id?")],
)
def test_preview_refuses_a_name_that_the_scheme_lacks(option: str, pair: str, hint: str, row: Path) -> None:
    """A slip would else leave a payment parked, or a parameter unbound, and nobody would see why."""
    error = str(refused("preview", NAME, "--row", row, option, pair))
    assert option in error
    assert hint in error


def test_preview_takes_yaml_and_several_rows(tmp_path: Path) -> None:
    """Rows may be written as a scheme's tests write them; a row that is kept out is told."""
    file = tmp_path / "rows.yaml"
    fields = 'document: FK-1, account: "1", sum: 1.00, paid: 1675152000000'
    file.write_text(f"- {{ id: P-1, {fields} }}\n- {{ id: P-2, {fields} }}\n", encoding="utf-8")
    told = said("preview", HERE / "small.yaml", "--row", file, "--lookup", "org=7")
    assert "P-1" in told
    assert "P-2" in told
    scheme = tmp_path / "small.yaml"
    text = (HERE / "small.yaml").read_text(encoding="utf-8")
    where = "  where:\n    - - { field: document, logic: eq, value: none }\n  key: id\n"
    scheme.write_text(text.replace("  key: id\n", where).partition("tests:")[0], encoding="utf-8")
    assert "nothing would be sent" in said("preview", scheme, "--row", file)


def test_preview_needs_one_row(row: Path) -> None:
    """Neither none nor two ways to name it: a mistake in the call, exit code 2."""
    assert "name one row" in said("preview", NAME, code=2)
    assert "name one row" in said("preview", NAME, "--row", row, "--key", "P-1", code=2)


@pytest.mark.parametrize("text", ["[]", "5", "{", "[1]"])
def test_preview_refuses_a_file_without_rows(text: str, tmp_path: Path) -> None:
    """What is no row is told, with what would be one."""
    file = tmp_path / "row.json"
    file.write_text(text, encoding="utf-8")
    assert "--row" in str(refused("preview", NAME, "--row", file))


@pytest.mark.parametrize("pair", ["pay_org", "=1"])
def test_preview_refuses_half_a_pair(pair: str, row: Path) -> None:
    """--lookup takes name=value."""
    assert "write name=value" in str(refused("preview", NAME, "--row", row, "--lookup", pair))


def test_copy_leaves_out_what_belongs_to_a_customer(tmp_path: Path) -> None:
    """The copy is a valid scheme of its own name; what must be bound is listed, a default of another is gone."""
    source = tmp_path / "source.yaml"
    text = (HERE / "small.yaml").read_text(encoding="utf-8").replace("scheme: small", "scheme: source")
    source.write_text(text.replace("    find: { en: in", '    default: "R-9"\n    find: { en: in'), encoding="utf-8")
    told = said("copy", source, "my-own", "--to", tmp_path)
    assert "rule_id" in told
    assert "in the designer" in told
    copied = (tmp_path / "my-own.yaml").read_text(encoding="utf-8")
    assert "R-9" not in copied
    assert 'version: "1"' in copied
    assert "no problem found" in said("validate", tmp_path / "my-own.yaml")
    assert "my-own is not bound" in str(refused_load(tmp_path / "my-own.yaml"))


def refused_load(file: Path) -> PaysyncError:
    with pytest.raises(PaysyncError) as error:
        load(file)
    return error.value


@pytest.mark.parametrize("name", names())
def test_the_copy_of_a_shipped_scheme_passes_its_tests(name: str, tmp_path: Path) -> None:
    """Also without the defaults that it has left behind: else it could not be deployed as it is."""
    said("copy", name, "my-own", "--to", tmp_path)
    assert " passed" in said("test", tmp_path / "my-own.yaml")


def test_copy_keeps_the_comments(tmp_path: Path) -> None:
    """A scheme is read by people; its copy keeps what was written for them."""
    said("copy", NAME, "my-own", "--to", tmp_path)
    original = (FOLDER / f"{NAME}.yaml").read_text(encoding="utf-8")
    assert (tmp_path / "my-own.yaml").read_text(encoding="utf-8") == original.replace(
        f"scheme: {NAME}", "scheme: my-own"
    )


@pytest.mark.parametrize(("new", "why"), [("My Own", "small letters"), (NAME, "already"), ("taken", "already")])
def test_copy_refuses_a_name_that_cannot_be_or_is_taken(new: str, why: str, tmp_path: Path) -> None:
    """A copy never overwrites."""
    (tmp_path / "taken.yaml").write_text("mine", encoding="utf-8")
    assert why in str(refused("copy", NAME, new, "--to", tmp_path))
    assert (tmp_path / "taken.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    "arguments",
    [
        ("copy", NAME, "mine", "--to", "no-such-folder"),
        ("copy", "no-such-file.yaml", "mine"),
        ("test", "no-such-file.yaml"),
        ("show", "no-such-file.yaml"),
        ("diff", NAME, "no-such-file.yaml"),
        ("show", "no-such-scheme"),
    ],
    ids=" ".join,
)
def test_a_name_that_leads_nowhere_is_told(arguments: tuple[str, ...]) -> None:
    """As what it is: nothing to deploy again, and no payment to replay."""
    error = refused(*arguments)
    assert error.diagnosis.code is Code.SCHEME_NAME
    assert "no-such-" in str(error)
    assert "deploy" not in str(error)


def test_copy_refuses_a_default_that_it_cannot_leave_out(tmp_path: Path) -> None:
    """A default within a line of other keys is not cut out by guess."""
    source = tmp_path / "source.yaml"
    text = (HERE / "small.yaml").read_text(encoding="utf-8").replace("scheme: small", "scheme: source")
    head, parameters, rest = text.partition("parameters:\n")
    flow = "  rule_id: { label: { en: a, zh: a }, find: { en: a, zh: a }, default: R-9 }\n"
    source.write_text(head + parameters + flow + rest[rest.index("source:") :], encoding="utf-8")
    assert "in a line of its own" in str(refused("copy", source, "my-own", "--to", tmp_path))


def test_diff_names_what_differs_value_by_value(tmp_path: Path) -> None:
    """Comments and order do not count; one more step does not shift the others."""
    other = tmp_path / "small.yaml"
    text = (HERE / "small.yaml").read_text(encoding="utf-8")
    assert "they say the same" in said("diff", HERE / "small.yaml", HERE / "small.yaml")
    other.write_text("# mine\n" + text.replace("    - step: audit\n", "").replace("600 s", "20 min"), encoding="utf-8")
    found = json.loads(said("diff", "--json", HERE / "small.yaml", other))
    assert found == [
        {"place": "target.steps.audit.step", "a": "'audit'", "b": "–"},
        {"place": "policies.quiet_period", "a": "'600 s'", "b": "'20 min'"},
    ]
    assert "target.steps.audit.step" in said("diff", HERE / "small.yaml", other)


def test_diff_spells_values_as_a_file_does(tmp_path: Path) -> None:
    """A kind by its name, and no Python; text stays apart from what is none."""
    other = tmp_path / "small.yaml"
    text = (HERE / "small.yaml").read_text(encoding="utf-8")
    was, now = "type: string, required: true, sensitive: true }", "type: any, required: true }"
    assert text.count(was) == 1
    other.write_text(text.replace(was, now), encoding="utf-8")
    assert json.loads(said("diff", "--json", HERE / "small.yaml", other)) == [
        {"place": "source.fields.account.type", "a": "'string'", "b": "'any'"},
        {"place": "source.fields.account.sensitive", "a": "true", "b": "false"},
    ]


def test_schema_is_a_json_schema() -> None:
    """Editors complete and check a scheme by it."""
    schema = json.loads(said("schema"))
    assert schema["additionalProperties"] is False
    assert {"scheme", "source", "target"} <= set(schema["required"])
    assert "in" in schema["$defs"]["Lookup"]["properties"]


def test_test_runs_the_tests_of_schemes(tmp_path: Path) -> None:
    """All shipped ones without a name; one that fails is exit code 1 with what differs."""
    assert " passed" in said("test")
    file = tmp_path / "small.yaml"
    shutil.copy(HERE / "small.yaml", file)
    assert "3 of 3 passed" in said("test", file)
    file.write_text(file.read_text(encoding="utf-8").replace("TargetOrgId: 7,", "TargetOrgId: 8,"), encoding="utf-8")
    assert "push.TargetOrgId is 7; expected 8" in said("test", file, code=1)
    documents = json.loads(said("test", "--json", file, code=1))
    assert documents[0] == {
        "scheme": str(file),
        "test": "one row",
        "differences": ["push.TargetOrgId is 7; expected 8"],
    }


class Asked:
    """The reading side of a target: what it was asked, and what it answers."""

    def __init__(self, answer: Outcome[dict[tuple[str, ...], tuple[Cell, ...]]]) -> None:
        self.answer = answer
        self.questions: list[tuple[str, list[tuple[str, ...]]]] = []

    def lookup(self, name: str, asked: list[tuple[str, ...]]) -> Any:
        self.questions.append((name, asked))
        return self.answer


def subject(target: Any, **row: Any) -> Subject:
    scheme, now = load(NAME, {"rule_id": "R"}), from_iso("2023-03-01T00:00:00Z")
    raw = {**ROW, "payableAmount": Decimal("1.00"), **row}
    return Subject(scheme, payments(scheme, raw, now=now), now, target)


def test_a_lookup_that_is_not_given_is_asked_of_the_target() -> None:
    """With a stack only lookups are asked, and only those that nobody has given."""
    target = Asked(Done({(ACCOUNT,): (100003,)}))
    (found,) = previews_of(subject(target), {})
    assert found.verdict == "sent"
    assert target.questions == [("pay_org", [(ACCOUNT,)])]
    (given,) = previews_of(subject(target), {"pay_org": "7"})
    assert given.verdict == "sent"
    assert len(target.questions) == 1


def test_a_target_that_cannot_be_asked_ends_the_preview() -> None:
    """Its reason is told, and nothing is made up."""
    with pytest.raises(PaysyncError) as error:
        previews_of(subject(Asked(Unknown(Diagnosis.of(Code.ERP_TIMEOUT)))), {})
    assert error.value.diagnosis.code is Code.ERP_TIMEOUT


def test_a_row_that_does_not_fit_asks_nothing() -> None:
    """A rejected row has nothing to look up."""
    target = Asked(Done({}))
    (found,) = previews_of(subject(target, payableAmount="x"), {})
    assert (found.verdict, target.questions) == ("rejected", [])


class Hands:
    """An operator's ports: a ledger in memory, and a target that only answers lookups."""

    def __init__(self, target: Asked) -> None:
        self.ledger, self.clock, self.asked = MemoryLedger(), FakeClock(from_iso("2023-03-01T00:00:00Z")), target

    def scheme(self, name: str) -> Scheme:
        return load(name, {"rule_id": "R-9"})

    def target(self, name: str) -> Asked:
        assert name == NAME
        return self.asked


class OneScheme(Stack):
    """A stack that runs one scheme, in these hands."""

    def __init__(self, hands: Hands) -> None:
        super().__init__("memory")
        self.hands = hands

    @cached_property
    def operator(self) -> Any:
        return self.hands

    def scheme(self, option: str) -> str:
        return option

    def keys(self, codes: list[str], scheme: str) -> list[PaymentKey]:
        return [PaymentKey(scheme, code) for code in codes]


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> OneScheme:
    """The stack that every command finds, with one payment in its ledger."""
    hands = Hands(Asked(Done({(ACCOUNT,): (100003,)})))
    (payment,) = subject(None).payments
    first = new_row(payment, hands.clock.now(), wake_after=timedelta(minutes=15), versions=("1", "1"))
    hands.ledger.create([first], Entry(first.updated, Event.SEEN, first.state, 0, "fetch"))
    made = OneScheme(hands)
    monkeypatch.setattr(scheme_rows, "stack_of", lambda _ctx, _option: made)
    monkeypatch.setattr(scheme_command, "stack_of", lambda _ctx, _option: made)
    return made


def test_preview_takes_a_payment_from_the_ledger(stack: OneScheme) -> None:
    """By its key, with the stack's own parameters and its target's answer."""
    (document,) = json.loads(said("preview", NAME, "--key", "P-1", "--json"))
    push = next(one["data"] for one in document["requests"] if one["step"] == "push")
    assert (push["RuleId"], push["TargetOrgId"]) == ("R-9", 100003)
    assert stack.hands.asked.questions == [("pay_org", [(ACCOUNT,)])]


@pytest.mark.usefixtures("stack")
def test_preview_of_a_key_that_nobody_has_is_told() -> None:
    """A slip in the key is no empty preview."""
    assert "is not in the ledger" in str(refused("preview", NAME, "--key", "P-9"))


@pytest.mark.usefixtures("stack")
def test_a_row_may_be_previewed_at_a_stack(row: Path) -> None:
    """With a stack named, a file's row gets its parameters and asks its target; without one nobody is asked."""
    (document,) = json.loads(said("preview", NAME, "--row", row, "--stack", "memory", "--json"))
    push = next(one["data"] for one in document["requests"] if one["step"] == "push")
    assert (push["RuleId"], push["TargetOrgId"]) == ("R-9", 100003)
    (offline,) = json.loads(said("preview", NAME, "--row", row, "--json"))
    assert offline["verdict"] == "parked"
