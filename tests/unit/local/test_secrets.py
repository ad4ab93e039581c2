"""Secrets are checked before anything starts, and never shown."""

import json
from pathlib import Path

import pytest

from paysync.local import LocalError
from paysync.local.secrets import Secrets

MAYCUR = {"app_code": "code", "app_secret": "hush-hush"}
K3CLOUD = dict.fromkeys(("acct_id", "user_name", "app_id", "app_secret", "lcid", "org_num"), "hush-hush")


def files(folder: Path, maycur: str, k3cloud: str) -> tuple[Path, Path]:
    first, second = folder / "maycur.json", folder / "k3cloud.json"
    first.write_text(maycur, encoding="utf-8")
    second.write_text(k3cloud, encoding="utf-8")
    return first, second


def test_good_secrets_are_passed_on_as_they_are(tmp_path: Path) -> None:
    """What is in the file is what the function gets."""
    texts = json.dumps(MAYCUR), json.dumps(K3CLOUD)
    found = Secrets.of(*files(tmp_path, *texts))
    assert (found.maycur, found.k3cloud) == texts


@pytest.mark.parametrize("text", ['{"app_code": "x", "app_secre": "hush-hush"}', '["hush-hush"]', "hush-hush"])
def test_a_wrong_secret_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    """The error names file and field only."""
    with pytest.raises(LocalError, match=r"maycur\.json") as raised:
        Secrets.of(*files(tmp_path, text, json.dumps(K3CLOUD)))
    assert "hush-hush" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_secrets_do_not_show_themselves(tmp_path: Path) -> None:
    """A traceback with locals must not hold them."""
    assert "hush" not in repr(Secrets.of(*files(tmp_path, json.dumps(MAYCUR), json.dumps(K3CLOUD))))
