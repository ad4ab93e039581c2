"""A build is found again by the content of what it was made of."""

from pathlib import Path

from paysync.local.build import digest


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
