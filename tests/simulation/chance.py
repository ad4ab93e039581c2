"""A whole run from one seed: its tenant, its payments, what people do meanwhile, and which calls go wrong."""

import random
from collections import deque
from datetime import timedelta
from decimal import Decimal
from typing import Final

from fakes.system import START
from paysync.core.bills import BillStatus
from paysync.core.replay import ReplayPorts, plan, replay
from paysync.core.review import ReviewPorts
from paysync.core.scheme import Paging
from paysync.core.times import epoch_ms
from simulation.books import ACCOUNTS, PERSON, Application
from simulation.hub import MINUTE
from simulation.maycur import paid_row
from simulation.pair import scheme
from simulation.world import Load, World

_ACCOUNTS: Final = tuple(ACCOUNTS)
_READINGS: Final = (Paging.PAGE_FROM_1, Paging.OFFSET_FROM_0, Paging.PAGE_FROM_0, Paging.OFFSET_FROM_1)


def chance_world(seed: int, *, trace: bool = False) -> World:
    """The run of a seed, ready to start."""
    rng = random.Random(seed)
    load = Load(
        query_lag=timedelta(minutes=rng.choice((0, 0, 0, 5))),
        over_push_guard=rng.random() < 0.5,
        reading=rng.choice(_READINGS),
        scheme=scheme(closed_period=rng.choice(("hold", "reject")), repush=rng.random() < 0.3),
        duplicates=rng.choice((0.0, 0.1, 0.3)),
        disorder=rng.choice((0.0, 0.2)),
    )
    world = World(seed, load=load, rate=rng.choice((0.0, 0.01, 0.03, 0.08)))
    if trace:
        world.trace = deque(maxlen=5000)
    for number in range(rng.randint(1, 5)):
        _document(world, rng, number)
    if rng.random() < 0.1:
        world.books.closed_until = "2025-03-03"
        world.later(timedelta(hours=4), lambda: setattr(world.books, "closed_until", ""))
    for _ in range(rng.randint(1, 4)):
        world.later(timedelta(minutes=rng.randint(0, 90)), world.fetch)
    if rng.random() < 0.3:
        world.later(timedelta(minutes=rng.randint(1, 120)), lambda: world.person("replay", _replay_all))
    return world


def play_seed(seed: int, *, trace: bool = False) -> World:
    """A run to its end. Raises ViolationError."""
    world = chance_world(seed, trace=trace)
    world.fetch()
    world.run_for(timedelta(hours=2))
    world.rate /= 4  # what follows shall come to an end
    world.settle()
    return world


def _document(world: World, rng: random.Random, number: int) -> None:
    parts = [Decimal(rng.randint(100, 99999)) / 100 for _ in range(rng.choice((1, 1, 1, 2, 3)))]
    name = f"{rng.choice(('FK', '付款'))}-{number}"
    status = BillStatus.AUDITED if rng.random() < 0.9 else BillStatus.SUBMITTED
    application = Application(f"id-{number}", name, sum(parts, Decimal(0)), status=status, draft=rng.random() < 0.1)
    world.books.add(application)
    if status is not BillStatus.AUDITED:
        world.later(timedelta(hours=5), lambda: setattr(application, "status", BillStatus.AUDITED))
    for place, amount in enumerate(parts):
        _payment(world, rng, f"P{number}{place}", name, amount)
    if rng.random() < 0.1:
        _by_hand(world, rng, application)


def _payment(world: World, rng: random.Random, code: str, number: str, amount: Decimal) -> None:
    account = _ACCOUNTS[0] if rng.random() < 0.97 else rng.choice((_ACCOUNTS[1], "6222000099990000"))
    paid = START - timedelta(minutes=rng.randint(1, 300), milliseconds=rng.randint(0, 999))
    appears = START + timedelta(minutes=rng.choice((-400, -400, -400, 3, 30)))
    row = paid_row(code, number, account, amount, paid, appears)
    if rng.random() < 0.05:
        row.raw["payableAmount"] = "1,000.00"
    world.maycur.rows.append(row)
    if rng.random() < 0.05:  # corrected in Maycur after it was seen
        changed = row.raw | {"payableAmount": amount, "auditTimeStamp": epoch_ms(paid + timedelta(seconds=5))}
        world.later(timedelta(minutes=rng.randint(1, 100)), lambda: setattr(row, "raw", changed))


def _by_hand(world: World, rng: random.Random, application: Application) -> None:
    """A person makes a bill of a part, and perhaps voids it later."""
    amount = (application.applied / 2).quantize(Decimal("0.01"))

    def made() -> None:
        bill = world.books.make_by_hand(application, amount, now=world.now, meant_for=None, creator=PERSON)
        if rng.random() < 0.5:
            world.later(30 * MINUTE, lambda: setattr(bill, "voided", True))

    world.later(timedelta(minutes=rng.randint(0, 60)), made)


def _replay_all(ports: ReviewPorts) -> None:
    keys = list(ports.ledger.table)  # type: ignore[attr-defined]  # the fake's own
    decided = ReplayPorts(ports.ledger, ports.outbox, ports.clock, "op-replay")
    for _ in replay(decided, plan(ports.ledger, keys, ports.clock.now()), pause=timedelta(seconds=1)):
        pass
