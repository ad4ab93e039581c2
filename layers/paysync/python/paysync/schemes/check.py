"""Is this text a scheme? Its YAML, its shape and its sense, with every problem at its line, all at once."""

from pathlib import Path

from pydantic import ValidationError

from paysync.schemes.call_backs import call_back_problems
from paysync.schemes.collections import collections, lookup_problems, resolved
from paysync.schemes.complaints import complaints
from paysync.schemes.model import SchemeFile
from paysync.schemes.plain import Plain
from paysync.schemes.problems import Problem, SchemeFileError
from paysync.schemes.rules import sense_problems, template_problems
from paysync.schemes.yamltext import Document, read


def checked(text: str, file: str) -> SchemeFile:
    """The scheme that the text writes. Raises SchemeFileError with every problem that was found.

    What values say to each other is judged only when each has its right shape and every template can be read.
    """
    document = read(text, file)
    problems = [*document.problems, *template_problems(document)]
    scheme = _shaped(document, problems)
    if scheme is not None:
        problems += _name_problems(scheme, document, file)
    if scheme is not None and not problems:
        problems += sense_problems(scheme, document)
        problems += lookup_problems(scheme, document, collections(Path(file)))
        problems += call_back_problems(scheme, document, Path(file).parent)
    if problems or scheme is None:
        raise SchemeFileError(file, problems)
    return scheme


def plain_form(scheme: SchemeFile, file: str | Path = "") -> Plain:
    """The scheme's data as `build` takes it: every default filled in, lookups resolved, without what is not run."""
    known = collections(Path(file))
    lookups = {name: resolved(lookup, known) for name, lookup in scheme.lookups.items()}
    return {**scheme.model_dump(by_alias=True, exclude={"schema_", "tests", "lookups"}), "lookups": lookups}


def _shaped(document: Document, problems: list[Problem]) -> SchemeFile | None:
    try:
        return SchemeFile.model_validate(document.data)
    except ValidationError as error:
        told = {problem.line for problem in document.problems}
        found = complaints(error.errors(include_url=False), document, SchemeFile)
        problems += [problem for problem in found if problem.line not in told]
        return None


def _name_problems(scheme: SchemeFile, document: Document, file: str) -> list[Problem]:
    if scheme.scheme == Path(file).stem:
        return []
    what = f"the scheme is called {scheme.scheme}, but its file {Path(file).name}"
    return [Problem(document.line(("scheme",)), what, "give both the same name: it is a part of every payment's key")]
