"""What both simulators share: faults, their application to an HTTP answer, and starting a server in a test."""
