"""The SAM template as CloudFormation gets it, on stdout.

`sam validate --lint` looks at what we wrote; roles, schedules and permissions that SAM adds are seen only here.
Runs in the .local-aws environment, where the translator is.
"""

import json
import sys
from pathlib import Path
from typing import Any

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


class NoManagedPolicies:
    """Our policies are written by hand: a template that asks for a managed one has gone wrong."""

    def load(self) -> dict[str, str]:
        return {}


def transformed(path: Path) -> dict[str, Any]:
    template = yaml_parse(path.read_text(encoding="utf-8"))
    for resource in template["Resources"].values():
        for folder in {"CodeUri", "ContentUri"} & resource.get("Properties", {}).keys():
            resource["Properties"][folder] = "s3://bucket/as-packaged.zip"  # what `sam package` puts there
    result: dict[str, Any] = transform(template, {}, NoManagedPolicies())
    return result


if __name__ == "__main__":
    json.dump(transformed(Path(sys.argv[1])), sys.stdout, indent=2)
