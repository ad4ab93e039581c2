"""What the local AWS asks for beyond AWS."""

from paysync.local.permissions import batch_statements


def test_a_batch_is_allowed_where_the_single_action_is_and_nowhere_else() -> None:
    """Same resource; other actions add nothing."""
    document = {
        "Statement": [
            {"Effect": "Allow", "Action": ["sqs:SendMessage", "sqs:GetQueueAttributes"], "Resource": "queue"},
            {"Effect": "Allow", "Action": "sqs:DeleteMessage", "Resource": "dlq"},
            {"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": "table"},
        ]
    }
    assert batch_statements(document) == [
        {"Effect": "Allow", "Action": ["sqs:SendMessageBatch"], "Resource": "queue"},
        {"Effect": "Allow", "Action": ["sqs:DeleteMessageBatch"], "Resource": "dlq"},
    ]
