"""Maycur's list as a source: the scheme's request, the token on it, and what happens when the token is gone."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from paysync.adapters.replies import Page
from paysync.core.codes import Code
from paysync.core.errors import SchemeError
from paysync.core.outcomes import Done, Outcome
from paysync.core.templates import parse
from paysync.core.times import Window, from_epoch_ms
from unit.adapters.maycur.doubles import World, logged_in, nack, rows, said, source_part

WINDOW = Window(from_epoch_ms(1_700_000_000_000), from_epoch_ms(1_700_000_060_000))


def tenant(*answers: httpx.Response) -> World:
    """Logins always succeed, with T1, T2, …; list calls are answered in order, the last one for ever."""
    coming = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/auth/login"):
            return logged_in(f"T{world.paths.count('login')}")
        return coming.pop(0) if len(coming) > 1 else coming[0]

    world = World(answer)
    return world


def code_of(outcome: Outcome[Page]) -> Code:
    assert not isinstance(outcome, Done)
    return outcome.diagnosis.code


def test_the_request_is_the_published_one_with_the_start_a_millisecond_early() -> None:
    """A flat body of strings; with `start - 1 ms` no row falls between two windows, whatever the bounds include."""
    world = tenant(rows("P1"))
    source = world.source()
    outcome = source.page(WINDOW, 0)
    assert isinstance(outcome, Done)
    assert [*outcome.value.rows] == [{"paymentBizCode": "P1"}]
    request = world.requests[-1]
    assert request.url.path == "/api/openapi/paymenttransaction/paid/list"
    assert request.method == "POST"
    assert json.loads(request.content) == {
        "startPaidTime": "1699999999999",
        "endPaidTime": "1700000060000",
        "pageSize": "50",
        "pageNum": "0",
    }
    assert (request.headers["entCode"], request.headers["tokenId"]) == ("EC1", "T1")


def test_endpoint_method_and_parameters_come_from_the_scheme() -> None:
    """Another list of Maycur is another scheme, and no code."""
    world = tenant(rows())
    part = source_part(method="GET", endpoint="/form/list", request={"who": parse("{{param.who}}")})
    source = world.source()
    source._part, source._parameters = part, {"who": "审批"}
    assert isinstance(source.page(WINDOW, 1), Done)
    assert world.requests[-1].method == "GET"
    assert world.requests[-1].url.params["who"] == "审批"


@pytest.mark.parametrize("changes", [{"method": "DELETE"}, {"method": "PUT"}])
def test_a_source_only_reads(changes: dict[str, Any]) -> None:
    """A scheme that asks for another method is refused when it is wired, not at the first call."""
    with pytest.raises(SchemeError):
        tenant(rows()).source(**changes)


def test_a_request_that_is_no_mapping_is_the_schemes_fault() -> None:
    """It says so instead of sending something else."""
    with pytest.raises(SchemeError):
        tenant(rows()).source(request=("a",)).page(WINDOW, 1)


def test_row_path_and_the_meaning_of_null_come_from_the_scheme() -> None:
    """Both are settings of the tenant."""
    null = said(code="ACK", success=True, data=None)
    assert code_of(tenant(null).source().page(WINDOW, 1)) is Code.MAYCUR_NULL
    assert tenant(null).source(null_means_empty=True).page(WINDOW, 1) == Done(Page((), None, "data"))
    assert code_of(tenant(rows("P1")).source(row_path="data.list").page(WINDOW, 1)) is Code.MAYCUR_SHAPE


def test_a_whole_run_reads_the_store_once() -> None:
    """Every page uses the run's own copy of the token; a hundred pages need one login."""
    world = tenant(rows("P1"))
    source = world.source()
    for number in range(100):
        assert isinstance(source.page(WINDOW, number), Done)
    assert world.paths.count("login") == 1


@pytest.mark.parametrize("gone", [nack("token已失效, 请重新登录"), said(401), said(403), nack("fail to login")])
def test_a_token_that_is_gone_is_replaced_once_and_the_page_is_read(gone: httpx.Response) -> None:
    """However the tenant says it. The floor between logins has passed here."""
    world = tenant(rows(), gone, rows("P1"))
    source = world.source()
    assert isinstance(source.page(WINDOW, 1), Done)
    world.clock.advance(timedelta(minutes=11))
    outcome = source.page(WINDOW, 1)
    assert isinstance(outcome, Done)
    assert [request.headers.get("tokenId") for request in world.requests] == [None, "T1", "T1", None, "T2"]


def test_a_token_that_is_gone_again_fails_the_run() -> None:
    """One re-login a run: a tenant that refuses every token does not get us banned."""
    world = tenant(nack("token已失效"))
    world.floor = timedelta()
    source = world.source()
    assert code_of(source.page(WINDOW, 1)) is Code.MAYCUR_TOKEN
    assert code_of(source.page(WINDOW, 1)) is Code.MAYCUR_TOKEN
    assert world.paths.count("login") == 2
    assert code_of(world.source().page(WINDOW, 1)) is Code.MAYCUR_TOKEN
    assert world.paths.count("login") == 3


def test_without_a_token_nothing_is_asked() -> None:
    """A refused login is the outcome of the page."""
    world = World(lambda _: nack("fail to login"))
    assert code_of(world.source().page(WINDOW, 1)) is Code.MAYCUR_LOGIN
    assert world.paths == ["login"]


def test_a_replacement_that_is_refused_is_the_outcome() -> None:
    """It tells more than the token that was refused before."""
    world = tenant(nack("token已失效"))
    outcome = world.source().page(WINDOW, 1)
    assert code_of(outcome) is Code.MAYCUR_LOGIN_TOO_SOON


@pytest.mark.parametrize("message", ["账号已被禁用", "无权限", "请求过于频繁"])
def test_other_refusals_do_not_log_in(message: str) -> None:
    """Above all not a disabled account."""
    world = tenant(nack(message))
    assert not isinstance(world.source().page(WINDOW, 1), Done)
    assert world.paths.count("login") == 1


def test_where_the_rows_lie_is_told_once() -> None:
    """With row_path `auto` the journal shows what was found; again only if it changes."""
    elsewhere = said(code="ACK", success=True, data={"list": [{"paymentBizCode": "P1"}]})
    world = tenant(rows("P1"), rows("P1"), elsewhere)
    source = world.source()
    for _ in range(4):
        source.page(WINDOW, 1)
    assert [line.details["path"] for line in world.journal.lines if "path" in line.details] == ["data", "data.list"]


def test_neither_account_numbers_nor_tokens_are_told() -> None:
    """The journal hears of paths and logins, never of rows."""
    row = {"paymentBizCode": "P1", "payerAccountNumber": "6222000011112222"}
    world = tenant(said(code="ACK", success=True, data=[row]), nack("账号 6222000011112222"))
    source = world.source()
    source.page(WINDOW, 1)
    outcome = source.page(WINDOW, 1)
    told = repr((world.journal.lines, outcome))
    assert "6222000011112222" not in told
    assert "T1" not in told


def test_the_source_part_is_not_changed() -> None:
    """The scheme is shared by all runs."""
    part = source_part()
    tenant(rows()).source().page(WINDOW, 1)
    assert part == replace(part)
