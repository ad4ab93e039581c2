"""Wrong schemes, one file each: the first lines of a file say what must be said of it, with the line."""

from pathlib import Path

import pytest

from paysync.core.codes import Code
from paysync.schemes.check import checked
from paysync.schemes.load import load
from paysync.schemes.problems import SchemeFileError

FOLDER = Path(__file__).parent / "wrong"
FILES = sorted(FOLDER.glob("*.yaml"))


def told(file: Path) -> list[str]:
    """What the file's first comments announce."""
    lines = file.read_text(encoding="utf-8").splitlines()
    announced = [line.removeprefix("# ") for line in lines if line.startswith("# ") and line[2].isdigit()]
    assert announced, f"{file.name} says nothing of what is wrong with it"
    return announced


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_wrong_scheme_is_refused_with_line_reason_and_remedy(file: Path) -> None:
    """Every problem of the file is named at once, each as file:line: what is wrong; what to do."""
    with pytest.raises(SchemeFileError) as refused:
        checked(file.read_text(encoding="utf-8"), file.name)
    assert str(refused.value).splitlines() == [f"{file.name}:{one}" for one in told(file)]
    assert refused.value.diagnosis.code is Code.SCHEME


def test_there_are_at_least_fifty() -> None:
    """The directory is not empty by a slip, so the test above is not either."""
    assert len(FILES) >= 50


def test_a_wrong_file_is_refused_when_it_is_loaded() -> None:
    """Loading a path takes the same road as checking it: a wrong scheme never runs."""
    with pytest.raises(SchemeFileError):
        load(FOLDER / "no-reference.yaml", {"rule_id": "R"})
