"""The one error of the local AWS."""


class LocalError(Exception):
    """The local AWS cannot do what was asked; the text says what to do. Never holds a secret."""
