"""The K3Cloud WebAPI: signed calls, pure judges of what comes back, and the target port on top of them."""
