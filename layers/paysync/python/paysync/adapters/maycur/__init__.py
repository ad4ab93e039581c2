"""Maycur (每刻报销): the signature, one shared login, the client, the judge of its answers, and the source of payments."""
