"""One simulated tenant: settings, books, login desk, scripts, faults and counters, and who may call what. No HTTP."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from simulators.common.calls import Call, CallLog
from simulators.common.faults import Fault, FaultPlan
from simulators.common.http import LateWork, Reply
from simulators.common.jsontext import JsonError, JsonObject, parsed_object
from simulators.maycur import answers, lists, voices, writes
from simulators.maycur.books import Books
from simulators.maycur.login import LoginDesk, Refusal
from simulators.maycur.scripts import Stage
from simulators.maycur.settings import Settings

PARTS: Final = ("books", "scripted", "settings", "faults", "calls", "ban", "tokens", "clock")


@dataclass(slots=True)
class Clock:
    """Real time, which a test may move forward."""

    offset_seconds: float = 0.0
    read: Callable[[], float] = time.time

    def now(self) -> float:
        """Seconds since the epoch."""
        return self.read() + self.offset_seconds

    def now_ms(self) -> int:
        """Milliseconds since the epoch."""
        return int(self.now() * 1000)


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as the tenant sees it: which operation, with which headers and body, about which document."""

    operation: str
    body: bytes
    token: str = ""
    ent_code: str = ""
    code: str = ""
    variant: str = ""


@dataclass(slots=True)
class Tenant:
    """All that the simulator remembers."""

    settings: Settings = field(default_factory=Settings)
    desk: LoginDesk = field(default_factory=LoginDesk)
    books: Books = field(default_factory=Books)
    stage: Stage = field(default_factory=Stage)
    faults: FaultPlan = field(default_factory=FaultPlan)
    calls: CallLog = field(default_factory=CallLog)
    late: LateWork = field(default_factory=LateWork)
    clock: Clock = field(default_factory=Clock)
    _start_settings: Settings = field(init=False)
    _recent: deque[float] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._start_settings = self.settings

    def answer(self, asked: Asked, call: Call | None = None) -> Reply:
        """The answer to a call that no fault strikes."""
        reply = self._answer(asked)
        if call is not None:
            call.reply = reply
        return reply

    def words_for(self, fault: Fault) -> Reply:
        """What this vendor says when a fault of its own strikes."""
        if fault.kind == "lost_session":
            self.desk.forget_tokens()
        return voices.reply_to(fault, self.settings)

    def play_scripts(self) -> None:
        """Let happen what is due by now."""
        self.stage.play(self.books, self.clock.now_ms())

    def reset(self, parts: Iterable[str] = PARTS) -> None:
        """Put parts back to how the server was started. Credentials stay."""
        for part in parts:
            self._reset_one(part)

    # --------------------------------------------------------------------------------------------------------------

    def _answer(self, asked: Asked) -> Reply:
        now, settings = self.clock.now(), self.settings
        try:
            body = parsed_object(asked.body)
        except JsonError:
            return answers.nack("请求体不是JSON", settings)
        if asked.operation == "login":
            outcome = self.desk.log_in(body, now=now, settings=settings)
            if isinstance(outcome, Refusal):
                return answers.login_refused(outcome, settings)
            return answers.logged_in(outcome, settings)
        if not self.desk.knows(asked.token, asked.ent_code, now=now, settings=settings):
            return answers.token_refused(settings)
        if self._too_many(now):
            return answers.throttled(settings)
        return self._from_books(asked, body, int(now * 1000))

    def _from_books(self, asked: Asked, body: JsonObject, now_ms: int) -> Reply:
        self.stage.play(self.books, now_ms)
        self.calls.answered[asked.operation] += 1
        reply = _ANSWERS[asked.operation](self, asked, body, now_ms)
        self.stage.answered(asked.operation)
        self.stage.play(self.books, now_ms)
        return reply

    def _too_many(self, now: float) -> bool:
        limit = self.settings.requests_per_second
        if not limit:
            return False
        while self._recent and now - self._recent[0] >= 1:
            self._recent.popleft()
        if len(self._recent) >= limit:
            return True
        self._recent.append(now)
        return False

    def _reset_one(self, part: str) -> None:
        match part:
            case "books":
                self.books = Books()
                self.late.cancel()
            case "scripted":
                self.stage = Stage()
            case "settings":
                self.settings = self._start_settings
            case "faults":
                self.faults = FaultPlan()
            case "calls":
                self.calls = CallLog()
                self.desk.attempts = self.desk.issued = 0
            case "ban":
                self.desk.lift_ban()
            case "tokens":
                self.desk.forget_tokens()
            case "clock":
                self.clock.offset_seconds = 0.0
            case _:
                message = f"nothing to reset named {part!r}; known are {', '.join(PARTS)}"
                raise ValueError(message)


def _paid_list(tenant: Tenant, _: Asked, body: JsonObject, now_ms: int) -> Reply:
    call = tenant.calls.answered["paid_list"]
    return lists.paid_list(body, tenant.books, tenant.settings, now_ms=now_ms, call=call)


def _reimburse_list(tenant: Tenant, _: Asked, body: JsonObject, now_ms: int) -> Reply:
    return lists.reimburse_list(body, tenant.books, tenant.settings, now_ms=now_ms)


def _reimburse_detail(tenant: Tenant, asked: Asked, _: JsonObject, __: int) -> Reply:
    return lists.reimburse_detail(asked.code, tenant.books, tenant.settings)


def _cursor_list(tenant: Tenant, _: Asked, body: JsonObject, __: int) -> Reply:
    return lists.cursor_list(body, tenant.books, tenant.settings)


def _update(tenant: Tenant, asked: Asked, body: JsonObject, now_ms: int) -> Reply:
    if asked.variant == "noSequence":
        return writes.update_documents(body, tenant.books, tenant.settings, now_ms=now_ms)
    return writes.update(body, tenant.books, tenant.settings)


_ANSWERS: Final[Mapping[str, Callable[[Tenant, Asked, JsonObject, int], Reply]]] = {
    "paid_list": _paid_list,
    "reimburse_list": _reimburse_list,
    "reimburse_detail": _reimburse_detail,
    "cursor_list": _cursor_list,
    "update": _update,
}
