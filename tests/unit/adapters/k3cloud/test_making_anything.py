"""The judge of a Push on answers that nobody thought of: noise, cut answers, names in strange places."""

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from paysync.adapters.k3cloud.making import made_of
from paysync.adapters.k3cloud.replies import Heard
from paysync.core.bills import Made
from paysync.core.outcomes import DefinitelyNot, Done, Outcome, Unknown
from unit.adapters.k3cloud.doubles import PUSH, entity, refusal, result, said, status

GOOD = result(status(entities=[entity()]), ConvertResponseStatus=status())


def judged(document: object, http: int = 200) -> Outcome[Made]:
    """What an answer to a Push proves."""
    return made_of(said(document, http), PUSH)


json_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
vendor_keys = st.sampled_from(
    ["Result", "ResponseStatus", "ConvertResponseStatus", "IsSuccess", "MsgCode", "Errors", "SuccessEntitys", "Message",
     "SuccessMessages", "DIndex", "FieldName", "Ids", "errcode"]
)  # fmt: skip
vendor_like: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from(["true", "false", "", "保存失败", "没有可下推的数据"])
    | st.integers(-1, 20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(vendor_keys, inner, max_size=5),
    max_leaves=25,
)


@given(st.binary(max_size=200), st.integers(100, 599))
def test_bytes_are_never_a_bill(body: bytes, http: int) -> None:
    """No noise is Done, and no judge raises."""
    assert not isinstance(made_of(Heard(http, body), PUSH), Done)


@pytest.mark.parametrize(
    "inner",
    ["[" * 400 + "]" * 400, '{"a":' * 400 + "1" + "}" * 400, "1e9999999999999999999", "9" * 5_000],
    ids=["lists", "objects", "an exponent", "digits"],
)
@pytest.mark.parametrize("key", ["Id", "DIndex", "Message", "Other"])
def test_a_monstrous_answer_is_unknown(inner: str, key: str) -> None:
    """Nested deeper than a judge can walk, or with a number that is none: it raises past nobody."""
    body = f'{{"Result":{{"ResponseStatus":{{"IsSuccess":false,"MsgCode":11,"Errors":[{{"{key}":{inner}}}]}}}}}}'
    assert isinstance(judged(body), Unknown)


@given(json_values | vendor_like, st.sampled_from([200, 206, 500]))
def test_json_that_names_no_bill_is_never_one(document: Any, http: int) -> None:
    """Built from the vendor's own keys, but without an id: never Done, and no judge raises."""
    outcome = judged(document, http)
    assert not isinstance(outcome, Done) or '"Ids"' in json.dumps(document)


@given(st.integers(0, len(json.dumps(GOOD)) - 1))
def test_an_answer_that_was_cut_is_unknown(at: int) -> None:
    """A good answer and a refusal, cut anywhere: neither is believed."""
    assert isinstance(judged(json.dumps(GOOD)[:at]), Unknown)
    refused = json.dumps(refusal(11))
    assert isinstance(judged(refused[: at % len(refused)]), Unknown)


def _injected(tree: Any, path: list[int], key: str, value: object) -> Any:
    """`tree` with `key: value` put into one of its objects, chosen by `path`."""
    if isinstance(tree, dict):
        inner = [name for name, one in tree.items() if isinstance(one, (dict, list)) and one]
        if path and inner:
            name = inner[path[0] % len(inner)]
            return {**tree, name: _injected(tree[name], path[1:], key, value)}
        assume(key not in tree)
        return {**tree, key: value}
    if isinstance(tree, list):
        at = (path[0] if path else 0) % len(tree)
        return [*tree[:at], _injected(tree[at], path[1:], key, value), *tree[at + 1 :]]
    return {key: value}


@given(
    st.lists(st.integers(0, 5), max_size=4),
    st.sampled_from(["Id", "ID", "FID", "Number", "FBillNo", "EntryIds"]),
    st.sampled_from([7, "7", "FKD7", [7]]),
    st.sampled_from([2, 8, 9, 10, 11, 12, 13, 14]),
)
def test_a_refusal_with_an_id_anywhere_is_not_a_no(path: list[int], key: str, value: object, code: int) -> None:
    """However deep in the Result it stands."""
    document = refusal(code)
    document["Result"] = _injected(document["Result"], path, key, value)
    assert not isinstance(judged(document), DefinitelyNot)


@given(st.lists(st.integers(0, 5), max_size=4), st.sampled_from(["Id", "FID", "Number"]), st.integers(1, 9))
def test_a_second_name_anywhere_is_not_done(path: list[int], key: str, value: int) -> None:
    """A good answer that names yet another document is several, or not understood."""
    document: dict[str, Any] = {"Result": _injected(GOOD["Result"], path, key, value)}
    outcome = judged(document)
    assert isinstance(outcome, Unknown)
