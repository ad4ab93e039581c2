"""paysync: paid payments from Maycur into Kingdee K3Cloud, neither doubled nor lost."""

__version__ = "0.1.0"
