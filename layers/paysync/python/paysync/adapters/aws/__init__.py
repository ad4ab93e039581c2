"""AWS: the ledger on DynamoDB, the queue on SQS, secrets, the shared token, logs and metrics, Lambda events."""
