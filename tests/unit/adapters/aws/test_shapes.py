"""The known shape in DynamoDB: a trouble there fails no run."""

from fakes import aws
from fakes.journal import MemoryJournal
from paysync.adapters.aws.shapes import DynamoShapes
from paysync.core.shape import Field, Shape


def test_what_aws_refuses_is_told_and_fails_no_run() -> None:
    """The rows are in the ledger by then, and the run's start is still to be noted."""
    with aws.in_process():
        journal = MemoryJournal()
        shapes = DynamoShapes(aws.client("dynamodb"), "no-such-table", journal)
        assert shapes.shape("s") is None
        assert not shapes.keep("s", None, Shape(1, {"id": Field(frozenset({"string"}))}))
    assert [line.what for line in journal.lines] == ["the shape of the source's rows is not looked at this time"] * 2
