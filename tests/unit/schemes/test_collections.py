"""Collections: a form under a name, and lookups in it that run as questions to that form."""

import sys
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from typer.testing import CliRunner

from paysync.cli.main import app
from paysync.core.errors import SchemeError
from paysync.core.scheme import Collected
from paysync.schemes.collections import SHIPPED, collection_of, collections
from paysync.schemes.collections import load as loading
from paysync.schemes.collections.load import collection
from paysync.schemes.compile import compile_folder
from paysync.schemes.load import load
from paysync.schemes.problems import SchemeFileError

SMALL = Path(__file__).with_name("small.yaml").read_text(encoding="utf-8")
TEXT = (SHIPPED / "bank-accounts.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_shipped_collection_is_right(file: Path) -> None:
    """Each is checked under its own name."""
    assert collection_of(file.read_text(encoding="utf-8"), str(file)).collection == file.stem


def test_a_lookup_in_a_collection_asks_its_form(tmp_path: Path) -> None:
    """Form, usable records and secrecy come from the collection; the lookup's own conditions are added."""
    file = tmp_path / "small.yaml"
    changed = SMALL.replace(
        "    in: CN_BANKACNT\n", '    in: bank-accounts\n    kind: scheme\n    usable: { FISDEFAULTBANK: "true" }\n'
    )
    file.write_text(changed.replace("find: FUseOrgId", "find: FNumber"), encoding="utf-8")
    (lookup,) = load(file, {"rule_id": "R"}).lookups
    assert (lookup.kind, lookup.within, lookup.sensitive) == ("form", "CN_BANKACNT", True)
    own = {"FFORBIDSTATUS": ("A",), "FDOCUMENTSTATUS": ("C",), "FIsCancel": ("false",)}
    assert dict(lookup.usable) == {**own, "FISDEFAULTBANK": ("true",)}


def test_a_collection_may_lie_beside_the_scheme(tmp_path: Path) -> None:
    """An integrator adds a file, and lookups of the schemes there know it."""
    folder = tmp_path / "collections"
    folder.mkdir()
    mine = TEXT.replace("collection: bank-accounts", "collection: mine").replace("CN_BANKACNT", "CN_INNERACCOUNT")
    (folder / "mine.yaml").write_text(mine, encoding="utf-8")
    file = tmp_path / "small.yaml"
    assert set(collections(file)) == {"bank-accounts", "mine"}
    file.write_text(SMALL.replace("    in: CN_BANKACNT\n", "    in: mine\n    kind: scheme\n"), encoding="utf-8")
    assert load(file, {"rule_id": "R"}).lookups[0].within == "CN_INNERACCOUNT"


def test_another_collection_is_another_version(tmp_path: Path) -> None:
    """What a lookup asks is a part of the scheme's content, wherever it is written."""
    folder, file = tmp_path / "collections", tmp_path / "small.yaml"
    folder.mkdir()
    file.write_text(SMALL.replace("    in: CN_BANKACNT\n", "    in: mine\n    kind: scheme\n"), encoding="utf-8")
    mine = TEXT.replace("collection: bank-accounts", "collection: mine")
    versions = set()
    for text in (mine, mine.replace("FFORBIDSTATUS: A", "FFORBIDSTATUS: B")):
        (folder / "mine.yaml").write_text(text, encoding="utf-8")
        versions.add(load(file, {"rule_id": "R"}).version)
    assert len(versions) == 2


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("collection: bank-accounts", "collection: accounts", "the collection is called accounts, but its file"),
        ("form: CN_BANKACNT", "from: CN_BANKACNT", "did you mean form?"),
        ("sensitive: true", "sensitive: yes", "yes is neither text nor true nor false"),
        ("FName: {", "F Name: {", "write a field key of the form"),
        ("- [FNumber]", "- [FNumbr]", "by: the collection has no field FNumbr; did you mean FNumber?"),
        ("- [FNumber]", "- []", "by: a set without a field finds nothing"),
        ("max_age: 30 min", "max_age: 5 min", "max_age 5 min is not longer than every 5 min"),
    ],
)
def test_a_wrong_collection_is_refused_with_its_line(old: str, new: str, told: str) -> None:
    """As a scheme is: what is wrong, where, and what to write."""
    assert old in TEXT
    with pytest.raises(SchemeFileError) as refused:
        collection_of(TEXT.replace(old, new, 1), "bank-accounts.yaml")
    assert told in str(refused.value)
    assert str(refused.value).startswith("bank-accounts.yaml:")


def test_a_lookup_gives_what_its_collection_is_found_by(tmp_path: Path) -> None:
    """Else no row could be found by it, and what looks like a collected lookup would always ask live."""
    file = tmp_path / "small.yaml"
    changed = SMALL.replace("    in: CN_BANKACNT\n", "    in: bank-accounts\n    kind: scheme\n")
    file.write_text(changed.replace("where: { FNumber:", "where: { FName:"), encoding="utf-8")
    with pytest.raises(SchemeError) as refused:
        load(file, {"rule_id": "R"})
    assert "is found by FNumber or FUseOrgId.FNumber, which where does not give" in str(refused.value)
    file.write_text(changed, encoding="utf-8")
    (lookup,) = load(file, {"rule_id": "R"}).lookups
    assert lookup.collected == Collected("bank-accounts", ("FNumber",), timedelta(minutes=30))


def test_a_shipped_collection_is_the_same_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Lambda reads the JSON of the build, without pydantic; a JSON of another text is not believed."""
    for folder in (tmp_path, tmp_path / "collections"):
        folder.mkdir(exist_ok=True)
    copy = tmp_path / "collections" / "bank-accounts.yaml"
    copy.write_text(TEXT, encoding="utf-8")
    read = collection("bank-accounts")
    assert compile_folder(tmp_path) == ("bank-accounts",)
    monkeypatch.setattr(loading, "COLLECTIONS", tmp_path / "collections")
    with mock.patch.dict(sys.modules, {"paysync.schemes.collections": None}):
        assert collection("bank-accounts") == read
    copy.write_text(TEXT.replace("30 min", "31 min"), encoding="utf-8")
    assert collection("bank-accounts").max_age == timedelta(minutes=31)


def test_a_collection_that_there_is_not_is_refused_with_its_like() -> None:
    """As a scheme is."""
    with pytest.raises(SchemeError, match="did you mean bank-accounts"):
        collection("bank-acounts")


def test_the_command_line_checks_collections_too(tmp_path: Path) -> None:
    """`paysync scheme validate` knows a collection's file by its first key."""
    good, bad = tmp_path / "mine.yaml", tmp_path / "other.yaml"
    good.write_text(TEXT.replace("collection: bank-accounts", "collection: mine"), encoding="utf-8")
    bad.write_text(TEXT.replace("collection: bank-accounts", "collection: mine"), encoding="utf-8")
    assert CliRunner().invoke(app, ["scheme", "validate", str(good)]).exit_code == 0
    refused = CliRunner().invoke(app, ["scheme", "validate", str(bad)], env={"COLUMNS": "400"})
    assert refused.exit_code == 1
    assert "give both the same name" in refused.output
