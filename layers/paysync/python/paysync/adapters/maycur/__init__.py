"""Maycur (每刻报销): signature, one shared login, client, the judge of its answers, and the source of payments."""
