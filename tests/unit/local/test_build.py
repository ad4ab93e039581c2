"""A build is found again by the content of what it was made of."""

from pathlib import Path

import pytest

from paysync.local.build import built, digest
from paysync.local.deploy import deploy_environment
from paysync.local.errors import LocalError
from paysync.local.project import Project


def tree(root: Path) -> Path:
    for name in ("template.yaml", "functions/fetch/app.py", "layers/paysync/python/paysync/core/a.py"):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, encoding="utf-8")
    return root


def test_the_same_content_has_the_same_digest(tmp_path: Path) -> None:
    """Also after a checkout that touched every file."""
    first = digest(tree(tmp_path), "python3.11")
    (tmp_path / "template.yaml").touch()
    assert digest(tmp_path, "python3.11") == first


def test_other_content_or_another_python_has_another(tmp_path: Path) -> None:
    """Both change what is built."""
    first = digest(tree(tmp_path), "python3.11")
    assert digest(tmp_path, "python3.12") != first
    (tmp_path / "functions/fetch/app.py").write_text("changed", encoding="utf-8")
    assert digest(tmp_path, "python3.11") != first


def test_what_is_not_shipped_does_not_count(tmp_path: Path) -> None:
    """Work on the command line must not cost a build."""
    first = digest(tree(tmp_path), "python3.11")
    command = tmp_path / "layers/paysync/python/paysync/cli/main.py"
    command.parent.mkdir()
    command.write_text("command", encoding="utf-8")
    assert digest(tmp_path, "python3.11") == first


SAM = """#!/bin/sh
echo "$@" >> "$0.calls"
[ -e "$0.fails" ] && { echo 'Uploading 3%'; echo 'no such layer'; exit 1; }
while [ "$1" != --build-dir ]; do shift; done
mkdir -p "$2" && echo built > "$2/template.yaml"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Project:
    """A tree with a sam that only writes down how it was called."""
    here = Project(tree(tmp_path), tmp_path / "home")
    here.sam.parent.mkdir(parents=True)
    here.sam.write_text(SAM, encoding="utf-8")
    here.sam.chmod(0o755)
    return here


def calls(here: Project) -> list[str]:
    """The calls of sam."""
    return here.sam.with_name("sam.calls").read_text(encoding="utf-8").splitlines()


def test_an_unchanged_tree_is_built_once(checkout: Project) -> None:
    """The second command finds the build; a change builds anew."""
    first, anew = built(checkout, "python3.11")
    assert (anew, first.read_text(encoding="utf-8")) == (True, "built\n")
    assert built(checkout, "python3.11") == (first, False)
    (checkout.root / "functions/fetch/app.py").write_text("changed", encoding="utf-8")
    assert built(checkout, "python3.11")[1]
    assert len(calls(checkout)) == 2


def test_only_the_last_builds_are_kept(checkout: Project) -> None:
    """The disk does not fill up with trees of last week."""
    for number in range(6):
        (checkout.root / "functions/fetch/app.py").write_text(str(number), encoding="utf-8")
        built(checkout, "python3.11")
    assert len(list(checkout.builds.glob("*/template.yaml"))) == 4


def test_a_build_that_fails_says_what_sam_said_and_leaves_no_half(checkout: Project) -> None:
    """The next command builds again; progress of uploads is noise."""
    checkout.sam.with_name("sam.fails").touch()
    with pytest.raises(LocalError) as failed:
        built(checkout, "python3.11")
    assert "`sam build` failed" in str(failed.value)
    assert "no such layer" in str(failed.value)
    assert "Uploading" not in str(failed.value)
    checkout.sam.with_name("sam.fails").unlink()
    assert built(checkout, "python3.11")[1]


def test_a_deploy_gets_nothing_of_the_developers(checkout: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """No profile and no proxy: nothing may reach a real account from here."""
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:8080")
    environment = deploy_environment(checkout, 1234)
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1234"
    assert not {"AWS_PROFILE", "HTTPS_PROXY"} & environment.keys()
    assert not Path(environment["AWS_CONFIG_FILE"]).exists()
