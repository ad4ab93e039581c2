"""What holds for every test: properties are judged by what they find, never by how long a busy machine takes."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("paysync", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("paysync")
os.environ["COLUMNS"] = "200"  # a worker of xdist has no terminal: what a command prints must not be cut to its width
