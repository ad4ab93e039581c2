"""Bodies of the queues: fixed forms out, strict types in."""

import json

import pytest

from fakes import builders as b
from paysync.adapters.aws.bodies import attribute, letter_body, main_body, parse_body, parse_code
from paysync.core.diagnosis import Code, Diagnosis
from paysync.core.records import Letter, Message


def test_a_main_body_has_just_the_fixed_keys() -> None:
    """`attempt` only where it is set."""
    assert json.loads(main_body(Message(b.key(), "d"))) == {"scheme": b.SCHEME, "key": "PAY-1", "digest": "d"}
    assert json.loads(main_body(Message(b.key(), "d", 0)))["attempt"] == 0


@pytest.mark.parametrize("message", [Message(b.key(), "d"), Message(b.key("键#1"), "", 3)])
def test_bodies_are_read_as_they_were_written(message: Message) -> None:
    """Those of the main queue, and those of dead letters that somebody moved back."""
    letter = Letter(message, Diagnosis.of(Code.ERP_RULE))
    assert parse_body(main_body(message)) == message
    assert parse_body(letter_body(letter)) == message
    assert parse_code(letter_body(letter)) == "erp.rule"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        '{"scheme": "s", "key": 1, "digest": "d"}',
        '{"scheme": "", "key": "k", "digest": "d"}',
        '{"scheme": "s#t", "key": "k", "digest": "d"}',
        '{"scheme": "s", "key": "", "digest": "d"}',
        '{"scheme": "s", "key": "k"}',
        '{"scheme": "s", "key": "k", "digest": "d", "attempt": "1"}',
        '{"scheme": "s", "key": "k", "digest": "d", "attempt": true}',
        '{"scheme": "s", "key": "k", "digest": "d", "attempt": 1.0}',
        '{"scheme": "s", "key": "k", "digest": "d", "attempt": -1}',
    ],
)
def test_what_is_not_a_message_is_none(text: str) -> None:
    """Never an exception, never a message with a wrong type in it."""
    assert parse_body(text) is None
    assert parse_code(text) == ""


@pytest.mark.parametrize(
    ("code", "fits"), [("键" * 300, True), ("键" * 350, False), ("x" * 1_018, True), ("x" * 1_019, False)]
)
def test_a_key_that_no_row_can_have_is_no_message(code: str, fits: bool) -> None:  # noqa: FBT001 - drawn
    """DynamoDB would refuse the whole batch that it is read with, and nine good messages with it."""
    body = main_body(Message(b.key(code, "s"), "d"))
    assert (parse_body(body) is not None) is fits


def test_further_keys_do_not_matter() -> None:
    """A later version may add some."""
    body = '{"scheme": "s", "key": "k", "digest": "d", "attempt": null, "more": {"x": 1}}'
    assert parse_body(body) == Message(b.key("k", "s"), "d")


@pytest.mark.parametrize(
    ("text", "kept"), [("", "-"), ("a\x00b", "a?b"), ("付" * 300, "付" * 256), ("\t好😀", "\t好😀")]
)
def test_attributes_are_what_sqs_takes(text: str, kept: str) -> None:
    """Never empty, never forbidden, at most 256 characters."""
    assert attribute(text) == kept
