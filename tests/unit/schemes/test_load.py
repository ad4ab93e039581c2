"""Loading: bound or refused, the same by either road, and named by its content."""

import shutil
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import example
from paysync import schemes
from paysync.core.codes import Code
from paysync.core.errors import SchemeError
from paysync.core.templates import render
from paysync.schemes import FOLDER, names
from paysync.schemes import load as loading
from paysync.schemes.check import checked, plain_form
from paysync.schemes.compile import compile_folder, main
from paysync.schemes.load import Overrides, load
from paysync.schemes.plain import from_json, to_json

NAME = "paid-to-paybill"
BOUND = {"rule_id": "R-1"}
PACKAGE = FOLDER.parents[1]


def refused(*arguments: Any, **more: Any) -> str:
    with pytest.raises(SchemeError) as error:
        load(*arguments, **more)
    assert error.value.diagnosis.code in {Code.SCHEME, Code.SCHEME_NAME}
    return str(error.value)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of shipped schemes that a test may change."""
    for file in FOLDER.glob("*.yaml"):
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(loading, "FOLDER", tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", names())
def test_every_shipped_scheme_loads_when_bound(name: str) -> None:
    """What is shipped is whole: each scheme runs once its parameters have values."""
    parameters = dict.fromkeys(loading.plain_of(name)["parameters"], "1") | {
        "since": "2025-01-01",
        "schedule": "rate(1 hour)",
    }
    scheme = load(name, parameters)
    assert scheme.name == name
    assert scheme.title["en"]
    assert scheme.title["zh"]


@pytest.mark.parametrize("given", [{}, {"rule_id": ""}, {"rule_id": "  "}, {"other": "x"}])
def test_an_unbound_scheme_does_not_run(given: dict[str, str]) -> None:
    """A parameter without default that nobody has bound stops it, and the message says where to find the value."""
    said = refused(NAME, given)
    assert "rule_id" in said
    assert "designer" in said


def test_an_unbound_scheme_can_be_looked_at() -> None:
    """Showing and checking need no stack; the parameter then has no value at all."""
    scheme = load(NAME, unbound_ok=True)
    assert "rule_id" not in scheme.parameters
    assert scheme.parameters["strategy_id"] == ""


def test_parameters_of_other_schemes_pass_by() -> None:
    """A stack runs several schemes with one set of parameters."""
    assert load(NAME, {**BOUND, "other": "x"}).parameters == {"rule_id": "R-1", "strategy_id": ""}


def test_a_stack_overrides_what_it_decides() -> None:
    """What a stack's parameters say goes before the file; what they do not say stays."""
    chosen = Overrides(
        quiet_period=timedelta(minutes=20),
        on_unresolved="repush_once",
        attestation="A. Person, 2025-01-31, tenant 1",
        requests_per_second=Decimal(7),
        safety_delay=timedelta(0),
        wake_after=timedelta(minutes=2),
    )
    scheme = load(NAME, BOUND, chosen)
    assert (scheme.policies.quiet_period, scheme.policies.wake_after) == (timedelta(minutes=20), timedelta(minutes=2))
    assert (scheme.policies.on_unresolved, scheme.policies.attestation) == ("repush_once", chosen.attestation)
    assert (scheme.source.requests_per_second, scheme.source.safety_delay) == (Decimal(7), timedelta(0))
    plain = load(NAME, BOUND)
    assert load(NAME, BOUND, Overrides()) == plain
    assert scheme.target == plain.target


def test_a_stacks_pace_is_maycurs_alone(tmp_path: Path) -> None:
    """Another system is asked as fast as the scheme's own file says."""
    file = tmp_path / example.FILE
    file.write_text(
        example.text().replace("  page_size: 50", "  page_size: 50\n  requests_per_second: 9"), encoding="utf-8"
    )
    assert load(file, {}, Overrides(requests_per_second=Decimal(2))).source.requests_per_second == Decimal(9)


def test_a_second_push_is_never_allowed_without_an_attestation() -> None:
    """repush_once by a stack's parameter alone is refused: somebody must have said that it is safe."""
    assert "attestation" in refused(NAME, BOUND, Overrides(on_unresolved="repush_once"))
    assert "attestation" in refused(NAME, BOUND, Overrides(on_unresolved="repush_once", attestation=" "))
    assert "park or repush_once" in refused(NAME, BOUND, Overrides(on_unresolved="again"))


def test_a_name_that_is_not_shipped_is_told_with_what_was_meant() -> None:
    """A slip in the stack's parameter is found before any payment."""
    assert "did you mean paid-to-paybill?" in refused("paid-to-paybil")


def test_a_path_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A missing file and one that is no text are scheme errors like others."""
    assert "cannot be read (FileNotFoundError)" in refused(tmp_path / "none.yaml")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe")
    assert "cannot be read (UnicodeDecodeError)" in refused(binary)


def test_a_file_loads_by_its_path(tmp_path: Path) -> None:
    """A scheme need not be shipped to be tried."""
    shutil.copy(FOLDER / f"{NAME}.yaml", tmp_path)
    assert load(str(tmp_path / f"{NAME}.yaml"), BOUND) == load(NAME, BOUND)


def test_the_version_names_the_content(tmp_path: Path) -> None:
    """The file's own version and a fingerprint: a comment does not change it, a value does."""
    text = (FOLDER / f"{NAME}.yaml").read_text(encoding="utf-8")
    file = tmp_path / f"{NAME}.yaml"
    versions = []
    for changed in (text, f"# more words\n{text}", text.replace("page_size: 50", "page_size: 40")):
        file.write_text(changed, encoding="utf-8")
        versions.append(load(file, BOUND).version)
    assert versions[0] == versions[1] == load(NAME, BOUND).version
    assert versions[2] != versions[0]
    assert all(version.startswith("1+") and len(version) == 10 for version in versions)


@pytest.mark.parametrize("name", names())
def test_both_roads_give_the_same_scheme(name: str, folder: Path) -> None:
    """What a Lambda reads from compiled JSON is equal to what the YAML says."""
    parameters = dict.fromkeys(loading.plain_of(name)["parameters"], "1") | {
        "since": "2025-01-01",
        "schedule": "rate(1 hour)",
    }
    by_yaml = load(name, parameters)
    assert set(compile_folder(folder)) == set(names())
    assert (folder / f"{name}.json").is_file()
    assert load(name, parameters) == by_yaml


def test_the_compiled_scheme_is_what_is_read(folder: Path) -> None:
    """The fast road is really taken where the JSON is of just this text, and left where the text has changed since."""
    compile_folder(folder)
    ready = folder / f"{NAME}.json"
    ready.write_text(ready.read_text(encoding="utf-8").replace('"page_size":50', '"page_size":40'), encoding="utf-8")
    assert load(NAME, BOUND).source.page_size == 40
    file = folder / f"{NAME}.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert load(NAME, BOUND).source.page_size == 50


def test_a_lambda_needs_neither_pydantic_nor_yaml(tmp_path: Path) -> None:
    """From a built layer a scheme is there without the two packages that would double a cold start."""
    layer = tmp_path / "paysync"
    shutil.copytree(PACKAGE / "paysync", layer, ignore=shutil.ignore_patterns("__pycache__"))
    compile_folder(layer / "schemes")
    program = (
        "import sys; sys.modules['pydantic'] = sys.modules['yaml'] = None\n"
        f"from paysync.schemes.load import load; print(load({NAME!r}, {BOUND!r}).version)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert done.stdout.decode().strip() == load(NAME, BOUND).version, done.stderr.decode()


def test_a_build_stops_at_a_wrong_scheme(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A layer is not built with a scheme that could not run, or whose own test fails."""
    assert main([str(folder)]) == 0
    file = folder / f"{NAME}.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("Numbers: [FK230131001]", "Numbers: [FK230131002]"), encoding="utf-8")
    assert main([str(folder)]) == 1
    file.write_text(text.replace("key: paymentBizCode", "key: paymentBizcode"), encoding="utf-8")
    assert main([str(folder)]) == 1
    told = capsys.readouterr()
    assert NAME in told.out
    assert "expected 'FK230131002'" in told.err
    assert "did you mean paymentBizCode?" in told.err


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_compiled_data_keeps_every_value(data: Any) -> None:
    """Text, numbers, order and kinds go through JSON unchanged, decimals to the last place."""
    again = from_json(to_json(data))
    assert again == data
    assert repr(again) == repr(data)


def test_nothing_but_plain_data_is_compiled() -> None:
    """A value that JSON would change in silence is a defect that shows itself."""
    with pytest.raises(TypeError):
        to_json({"span": timedelta(1)})


def test_the_package_names_what_it_ships() -> None:
    """The shipped schemes are the files of the folder, each checked under its own name."""
    assert names() == tuple(sorted(file.stem for file in schemes.FOLDER.glob("*.yaml")))
    assert NAME in names()
    for name in names():
        text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
        assert plain_form(checked(text, f"{name}.yaml"))["scheme"] == name


def test_literals_of_every_kind_go_into_requests(tmp_path: Path) -> None:
    """Numbers, null and truth values are sent as they are written, exact and typed."""
    text = (Path(__file__).with_name("small.yaml")).read_text(encoding="utf-8")
    literals = "        Literals: { whole: 1, exact: 1.50, yes: true, none: null, list: [2, a] }\n"
    changed = text.replace("        TargetFormId:", f"{literals}        TargetFormId:")
    changed = changed.replace('        FDATE: "', '        FCOUNT: 3\n        FDATE: "').partition("tests:")[0]
    file = tmp_path / "small.yaml"
    file.write_text(changed, encoding="utf-8")
    request = load(file, BOUND).target.make_request
    assert isinstance(request, dict)
    sent = render(request["Literals"], {})
    assert sent == {"whole": 1, "exact": Decimal("1.50"), "yes": True, "none": None, "list": [2, "a"]}
    assert repr(sent) == repr({"whole": 1, "exact": Decimal("1.50"), "yes": True, "none": None, "list": [2, "a"]})


def test_no_code_names_a_scheme_that_is_not_the_default() -> None:
    """Another pair of documents is one file: neither functions nor layers nor the template know of it."""
    root = FOLDER.parents[4]
    code = [*(root / "functions").rglob("*.py"), *(root / "layers").rglob("*.py"), root / "template.yaml"]
    told = {file.name for file in code for name in names() if name != NAME and name in file.read_text(encoding="utf-8")}
    assert len(code) > 100
    assert not told
