"""One login token for all runs: logging in often gets the account disabled (maycur-openapi.md 3).

The token lives in the shared store. It is renewed before use once it is 20 minutes old, by whoever gets the right to;
the others wait for it. A token that Maycur refuses is replaced once in a run. A refused login opens a circuit,
recorded in the store, so that a wrong secret does not become a ban; corrected credentials close it at once.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, Protocol

from paysync.adapters.maycur import answers
from paysync.adapters.maycur.client import Call, Lost, MaycurClient
from paysync.adapters.maycur.signing import login_secret, mark_of
from paysync.core.codes import Code
from paysync.core.diagnosis import Diagnosis
from paysync.core.outcomes import DefinitelyNot, Done, Outcome
from paysync.core.ports import Clock, Journal, TokenStore
from paysync.core.records import LoginRefusal, Token
from paysync.core.times import epoch_ms, iso

LOGIN_PATH: Final = "/auth/login"
TOKEN_LIFE: Final = timedelta(seconds=1200)
"""The vendor's is 1800 s; clients take less, so that a token does not end in the middle of a run."""
LEASE: Final = timedelta(seconds=60)
PATIENCE: Final = timedelta(seconds=30)
CIRCUIT: Final = timedelta(hours=1)
"""How long nobody logs in with credentials that were refused."""
_POLL: Final = timedelta(seconds=1)
_REFUSALS: Final = frozenset({Code.MAYCUR_LOGIN, Code.MAYCUR_DISABLED})


class Credentials(Protocol):
    """What the vendor issues to an API account."""

    @property
    def app_code(self) -> str:
        """Who logs in."""
        ...

    @property
    def app_secret(self) -> str:
        """What proves it; never logged."""
        ...


class Login:
    """The token of **one run**: make one for each run, since a refused token is replaced once in its life.

    `credentials` is asked only when somebody must log in, or may not.
    """

    def __init__(
        self,
        client: MaycurClient,
        store: TokenStore,
        credentials: Callable[[], Credentials],
        *,
        clock: Clock,
        journal: Journal,
    ) -> None:
        self._client = client
        self._store = store
        self._credentials = credentials
        self._clock = clock
        self._journal = journal
        self._token: Token | None = None
        self._replaced = False

    def token(self) -> Outcome[Token]:
        """A token that is good for a call now: this run's, the store's, or by a login."""
        if self._token is None or self._token.expires_at <= self._clock.now():
            self._token = self._store.current()
        return Done(self._token) if self._token else self._obtained(None)

    def replacement(self, refused: Token) -> Outcome[Token] | None:
        """Another token instead of one that Maycur refused; None when this run has had its replacement already."""
        if self._replaced:
            return None
        self._replaced = True
        self._token = None
        return self._obtained(refused)

    def _obtained(self, refused: Token | None) -> Outcome[Token]:
        """By another run's login or by our own, whichever comes first."""
        until = self._clock.now() + PATIENCE
        while True:
            token = self._store.current()
            if token and not (refused and token.value == refused.value):
                self._token = token
                return Done(token)
            if blocked := self._circuit():
                return blocked
            if self._store.acquire_right_to_login(self._clock.now(), LEASE, instead_of=refused):
                return self._logged_in()
            if self._clock.now() >= until:
                return DefinitelyNot(Diagnosis.of(Code.MAYCUR_LOGIN_TOO_SOON), transient=True)
            self._clock.pause(_POLL)

    def _circuit(self) -> DefinitelyNot | None:
        refusal = self._store.refusal()
        if refusal is None or self._clock.now() >= refusal.at + CIRCUIT or refusal.mark != self._mark():
            return None
        said = f"refused at {iso(refusal.at)}; no login with this secret before {iso(refusal.at + CIRCUIT)}"
        return DefinitelyNot(Diagnosis.of(Code.MAYCUR_LOGIN, vendor=said))

    def _logged_in(self) -> Outcome[Token]:
        """Use the right to log in: one request, and its result into the store.

        Where it is not known what became of the login, the right is neither used up nor given back: it ends with its
        lease, and the floor between two logins counts from when it was given.
        """
        now = self._clock.now()
        reply = self._client.once(self._call(epoch_ms(now)))
        if isinstance(reply, Lost):
            if not reply.sent:
                self._store.give_back()
            return reply.failure
        self._journal.count("MaycurLogin")
        outcome = answers.session(reply)
        if isinstance(outcome, Done):
            token = Token(outcome.value.token_id, outcome.value.ent_code, now + TOKEN_LIFE)
            self._store.store(token)
            self._token = token
            self._journal.tell("logged in to Maycur")
            return Done(token)
        if outcome.diagnosis.code in _REFUSALS:
            self._store.refuse(LoginRefusal(self._clock.now(), self._mark()))
            self._journal.tell("Maycur refused the login", diagnosis=outcome.diagnosis)
        return outcome

    def _mark(self) -> str:
        known = self._credentials()
        return mark_of(known.app_secret, known.app_code)

    def _call(self, timestamp_ms: int) -> Call:
        known = self._credentials()
        secret = login_secret(known.app_secret, known.app_code, timestamp_ms)
        return Call(LOGIN_PATH, {"appCode": known.app_code, "secret": secret, "timestamp": timestamp_ms})
