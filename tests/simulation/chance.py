"""A whole run from one seed: its tenant, its payments, what people do meanwhile, and which calls go wrong."""

import random
from collections import deque
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from fakes.system import START
from paysync.core.bills import BillStatus
from paysync.core.keys import PaymentKey
from paysync.core.scheme import Paging, Scheme
from paysync.core.states import State
from paysync.core.times import epoch_ms
from simulation import people
from simulation.books import ACCOUNTS, PERSON, Application
from simulation.faults import Fault
from simulation.hub import MINUTE
from simulation.invariants import ViolationError, said_with
from simulation.maycur import paid_row
from simulation.pair import NAME, scheme
from simulation.world import Load, World

_ACCOUNT, _WRONG_ORGANISATION = ACCOUNTS
_UNKNOWN: Final = "6222000099990000"
_READINGS: Final = (Paging.PAGE_FROM_1, Paging.OFFSET_FROM_0, Paging.PAGE_FROM_0, Paging.OFFSET_FROM_1)
_ALL_KINDS: Final = tuple(Fault)
WHENEVER: Final = (3, 4, 30, 1800, 5400)
"""So many seconds after the start does somebody do by hand what the system may be about to do."""
_HARMLESS: Final = (people.replay_all, people.adopt_the_right_one, World.backfill, World.reconcile, World.deep_scan)
_BY_HAND: Final = (people.void_the_bills, people.edit_the_bills, people.finish_the_bills, people.close_all)


class Story:
    """What a seed has chosen: the world, and which payments cannot miss being booked."""

    def __init__(self, seed: int, *, trace: bool = False) -> None:
        self.seed = seed
        self.rng = rng = random.Random(seed)
        self.sure: set[PaymentKey] = set()
        reading = rng.choice(_READINGS)
        load = Load(
            query_lag=timedelta(minutes=rng.choice((0, 0, 0, 5))),
            over_push_guard=rng.random() < 0.5,
            reading=reading,
            scheme=self._scheme(
                scheme(
                    paging=rng.choice((Paging.UNION, reading)),
                    closed_period=rng.choice(("hold", "reject")),
                    repush=rng.random() < 0.3,
                )
            ),
            duplicates=rng.choice((0.0, 0.1, 0.3)),
            disorder=rng.choice((0.0, 0.2)),
        )
        self.world = world = self._world(load, rng.choice((0.0, 0.01, 0.03, 0.1)))
        world.kinds = _swarm(rng)
        if trace:
            world.trace = deque(maxlen=5000)
        for number in range(self._documents()):
            self._document(number)
        self._people()

    def goes_on(self) -> None:
        """What comes to pass between the first fetch and the time in which all shall come to rest."""
        self.world.run_for(timedelta(hours=2))

    # ---- how much of everything: for stories of another size

    def _world(self, load: Load, rate: float) -> World:
        return World(self.seed, load=load, rate=rate)

    def _scheme(self, chosen: Scheme) -> Scheme:
        return chosen

    def _documents(self) -> int:
        return self.rng.choice((1, 1, 2))

    def _payments_of_one(self) -> int:
        return self.rng.choice((1, 1, 1, 2, 3))

    def _entries(self) -> int:
        """Of a bill that is pushed from an application."""
        return 1

    def _not_paid(self) -> Decimal:
        """What has been applied for and is not paid."""
        return Decimal(0)

    # ---- what it is made of

    def _people(self) -> None:
        world, rng = self.world, self.rng
        if rng.random() < 0.1:
            world.books.closed_until = "2025-03-03"
            world.later(timedelta(hours=4), lambda: setattr(world.books, "closed_until", ""))
        for _ in range(rng.randint(0, 2)):
            world.later(timedelta(minutes=rng.randint(0, 90)), world.fetch)
        for _ in range(rng.choice((0, 0, 1, 2))):
            act = rng.choice(_HARMLESS)
            world.later(timedelta(seconds=rng.randint(1, 7200)), lambda act=act: act(world))  # type: ignore[misc]  # bound now
        self._people_by_hand()

    def _people_by_hand(self) -> None:
        """Whatever the people do to the bills there are, no payment is sure to be booked any more."""
        world, rng = self.world, self.rng
        if rng.random() < 0.1:
            act = rng.choice(_BY_HAND)
            self.sure.clear()
            world.later(timedelta(seconds=rng.choice(WHENEVER)), lambda: act(world))

    def _document(self, number: int) -> None:
        world, rng = self.world, self.rng
        parts = [Decimal(rng.randint(100, 99999)) / 100 for _ in range(self._payments_of_one())]
        name = f"{rng.choice(('FK', '付款'))}-{number}"
        status = BillStatus.AUDITED if rng.random() < 0.9 else BillStatus.SUBMITTED
        applied = sum(parts, self._not_paid())
        application = Application(f"id-{number}", name, applied, status=status, draft=rng.random() < 0.1)
        application.parts = self._entries()
        world.books.add(application)
        if status is not BillStatus.AUDITED:
            world.later(timedelta(hours=5), lambda: setattr(application, "status", BillStatus.AUDITED))
        by_hand = rng.random() < 0.1
        for place, amount in enumerate(parts):
            sure = self._payment(f"P{number}{place}", name, amount)
            if sure and not by_hand and (application.parts == 1 or parts == [applied]):
                self.sure.add(PaymentKey(NAME, f"P{number}{place}"))
        if by_hand:
            self._by_hand(application)

    def _payment(self, code: str, number: str, amount: Decimal) -> bool:
        """A paid row; whether nothing about it can keep it from being booked."""
        world, rng = self.world, self.rng
        account = _ACCOUNT if rng.random() < 0.97 else rng.choice((_WRONG_ORGANISATION, _UNKNOWN))
        paid = START - timedelta(minutes=rng.randint(1, 300), milliseconds=rng.randint(0, 999))
        appears = START + timedelta(minutes=rng.choice((-400, -400, -400, 3, 30)))
        row = paid_row(code, number, account, amount, paid, appears)
        if rng.random() < 0.05:
            row.raw["payableAmount"] = "1,000.00"
        world.maycur.rows.append(row)
        if rng.random() < 0.05:  # corrected in Maycur after it was seen
            corrected = row.raw | {"payableAmount": amount, "auditTimeStamp": epoch_ms(paid + timedelta(seconds=5))}
            for after, raw in zip((rng.randint(1, 100), *self._back(code)), (corrected, row.raw), strict=False):
                world.later(timedelta(minutes=after), partial(world.maycur.edit, row, raw))
            return False
        return account == _ACCOUNT and row.raw["payableAmount"] == amount

    def _back(self, code: str) -> tuple[int, ...]:
        """When a correction is taken back, if it is; drawn apart, so that seeds stay what they were."""
        apart = random.Random(f"{self.seed} {code}")
        return (apart.randint(101, 400),) if apart.random() < 0.5 else ()

    def _by_hand(self, application: Application) -> None:
        """A person makes a bill of a part, and perhaps voids it later."""
        world, rng = self.world, self.rng
        amount = (application.applied / 2).quantize(Decimal("0.01"))

        def made() -> None:
            bill = world.books.make_by_hand(application, amount, now=world.now, meant_for=None, creator=PERSON)
            if rng.random() < 0.5:
                world.later(30 * MINUTE, lambda: setattr(bill, "voided", True))

        world.later(timedelta(minutes=rng.randint(0, 60)), made)


def play_seed(seed: int, *, trace: bool = False) -> World:
    """A run to its end. Raises ViolationError, noted with the seed."""
    with said_with(f"play_seed({seed})"):
        return played(Story(seed, trace=trace))


def played(story: Story) -> World:
    """To its end: every payment that nothing hinders is booked."""
    world = story.world
    world.fetch()
    story.goes_on()
    world.rate /= 4  # what follows shall come to an end
    world.settle()
    for key in story.sure:
        row = world.ledger.table.get(key)
        if row is None or row.state is not State.DONE:
            raise ViolationError(f"I2: {key.code} could be booked, but is {row.state if row else 'unknown'}")
    return world


def _swarm(rng: random.Random) -> frozenset[Fault] | None:
    """All kinds of fault, or only a few, so that each of them also rages alone."""
    return None if rng.random() < 0.5 else frozenset(rng.sample(_ALL_KINDS, rng.randint(2, 12)))
