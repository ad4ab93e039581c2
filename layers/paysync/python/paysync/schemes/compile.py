"""`python -m paysync.schemes.compile FOLDER`: check each NAME.yaml there and in `collections`, and write its NAME.json.

Run by the layer's build. A scheme that is wrong, or whose own tests fail, ends the build.
"""

import sys
from pathlib import Path

from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.errors import SchemeError
from paysync.schemes import COLLECTIONS
from paysync.schemes.check import checked, plain_form
from paysync.schemes.collections import collection_of, plain_collection
from paysync.schemes.load import digest_of
from paysync.schemes.plain import to_json
from paysync.schemes.trial import trials_of


def compile_folder(folder: Path) -> tuple[str, ...]:
    """Compile every scheme and collection of the folder; the names of those that were. Raises SchemeError."""
    files = [*sorted(folder.glob("*.yaml")), *sorted((folder / COLLECTIONS.name).glob("*.yaml"))]
    return tuple(_compile(file) for file in files)


def compiled(text: str, file: str) -> str:
    """The JSON text that stands for this scheme's YAML text. Raises SchemeError, also where a test of its own fails."""
    scheme = checked(text, file)
    wrong = [f"{file}: test “{one.name}”: {what}" for one in trials_of(scheme, file) for what in one.differences]
    if wrong:
        raise SchemeError(Diagnosis.of(Code.SCHEME, what="; ".join(wrong)))
    return to_json({"of": digest_of(text), "scheme": plain_form(scheme, file)})


def compiled_collection(text: str, file: str) -> str:
    """The JSON text that stands for this collection's YAML text. Raises SchemeError."""
    return to_json({"of": digest_of(text), "collection": plain_collection(collection_of(text, file))})


def _compile(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    make = compiled_collection if file.parent.name == COLLECTIONS.name else compiled
    file.with_suffix(".json").write_text(make(text, str(file)), encoding="utf-8")
    return file.stem


def main(arguments: list[str]) -> int:
    """Compile the folder that is named, and say so."""
    try:
        names = compile_folder(Path(arguments[0]))
    except SchemeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"schemes compiled: {', '.join(names)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
