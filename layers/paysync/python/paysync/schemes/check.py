"""Is this text a scheme? Its YAML, its shape and its sense, judged in this order, with every problem at its line."""

from pydantic import ValidationError

from paysync.schemes.complaints import complaints
from paysync.schemes.model import SchemeFile
from paysync.schemes.plain import Plain
from paysync.schemes.problems import Problem, SchemeFileError
from paysync.schemes.yamltext import read


def checked(text: str, file: str) -> SchemeFile:
    """The scheme that the text writes. Raises SchemeFileError with every problem that was found."""
    document = read(text, file)
    problems: list[Problem] = list(document.problems)
    scheme: SchemeFile | None = None
    try:
        scheme = SchemeFile.model_validate(document.data)
    except ValidationError as error:
        problems += complaints(error.errors(include_url=False), document, SchemeFile)
    if problems or scheme is None:
        raise SchemeFileError(file, problems)
    return scheme


def plain_form(scheme: SchemeFile) -> Plain:
    """The scheme's data as `build` takes it, with every default filled in and without what is not run."""
    plain: Plain = scheme.model_dump(by_alias=True, exclude={"schema_", "tests"})
    return plain
