"""What may befall a stack while payments run, drawn by a seed: the acts of `make chaos`."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from cloud.command import paysync
from cloud.deployed import K3CLOUD, codes
from paysync import local

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from cloud.deployed import Deployed

PAYLOADS: Final[dict[str, dict[str, str]]] = {"fetch": {"mode": "run"}, "sweep": {}, "reconcile": {}}
_UNAUDITED: Final = 0.06
"""This share of the applications is audited only later: their payments are rejected, and redriven."""
_SOON_SECONDS: Final = 3.0


def faults(seed: int) -> list[dict[str, object]]:
    """K3Cloud's: sockets reset before and after the effect, commits after the client gave up, and other trouble."""
    kinds: list[dict[str, object]] = [
        {"kind": "reset_after", "operation": "Push", "share": 0.02},
        {"kind": "late_commit", "operation": "Push", "share": 0.01, "seconds": 2},
        {"kind": "reset_before", "share": 0.015},
        {"kind": "reset_after", "share": 0.015},
        {"kind": "cut_body", "share": 0.008},
        {"kind": "status", "status": 502, "effect": True, "share": 0.008},
        {"kind": "lost_session", "share": 0.003},
    ]
    return [{**kind, "seed": seed + place} for place, kind in enumerate(kinds)]  # with one seed all would hit one call


@dataclass
class Storm:
    """`payments` get paid bit by bit while `kills` processes die."""

    stack: Deployed
    chance: Random
    payments: int
    kills: int
    keys: list[str] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    _unaudited: list[str] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether all that was to be paid is paid, all that were to die are dead, and every act was done once."""
        return self.killed.total() >= self.kills and len(self.keys) >= self.payments and not self._owed()

    def begin(self, seed: int) -> None:
        """From now on calls are slow, so that there is something to hit, and some of them go wrong."""
        self.stack.fetch()  # with a login: who is killed at it has to wait for ten minutes
        self.stack.k3cloud.settings(latency_ms=60)
        self.stack.k3cloud.faults(*faults(seed))
        self.stack.maycur.faults({"kind": "reset_after", "operation": "paid_list", "share": 0.1, "seed": seed})

    def step(self) -> None:
        """Some get paid, and something happens."""
        self._pay()
        if self.done["restarts"] < 2 and self.killed.total() * 3 >= self.kills * (self.done["restarts"] + 1):
            self._restart()
            return
        if self.killed.total() >= self.kills and (owed := self._owed()):
            owed[0]()
            return
        acts: dict[Callable[[], None], int] = {
            self._kill_push: 12,
            self._kill_another: 5,
            self._fire_twice: 2,
            self._send_again: 1,
        }
        self.chance.choices(list(acts), list(acts.values()))[0]()

    def end(self) -> None:
        """Nothing goes wrong any more, and every cause is mended."""
        self.stack.k3cloud.faults()
        self.stack.maycur.faults()
        self.stack.k3cloud.settings(latency_ms=0)
        self._mend(len(self._unaudited))

    def _owed(self) -> list[Callable[[], None]]:
        """What chance has left out of the acts that are promised."""
        acts = {"schedules fired twice": self._fire_twice, "redrives by SQS": self._redrive}
        owed = [act for name, act in acts.items() if not self.done[name]]
        return owed if self.killed["fetch"] else [*owed, self._kill_fetch]

    # the acts

    def _pay(self) -> None:
        """In step with the kills, so that every kill meets work; some are paid now, some show up late."""
        due = self.payments * (self.killed.total() + 2) // (self.kills + 1)
        while len(self.keys) < min(due, self.payments):
            many = min(self.chance.choice((1, 1, 1, 1, 2, 3)), self.payments - len(self.keys))
            amounts = [f"{self.chance.randrange(1, 9_999_999) / 100:.2f}" for _ in range(many)]
            status = "B" if not self.keys or self.chance.random() < _UNAUDITED else "C"
            rows = self.stack.pay(*amounts, status=status, ago=timedelta(seconds=self.chance.randrange(3, 7200)))
            self.keys += codes(rows)
            if status == "B":
                self._unaudited.append(rows[0]["payeeTargetBusinessCode"])

    def _kill_push(self) -> None:
        """In the middle of its work: a call to K3Cloud has begun, and a moment later, whatever it does then."""
        if not _soon(lambda: bool(self.stack.k3cloud.calls()["in_flight"])):
            self._fire("fetch")
            return
        time.sleep(self.chance.uniform(0, 0.8))
        self.killed["push"] += self.stack.kill("push", at_most=self.chance.choice((1, 1, 1, 2)))

    def _kill_another(self) -> None:
        """fetch, sweep or reconcile, a moment after it was started."""
        self._kill_one(self.chance.choice(("fetch", "fetch", "sweep", "reconcile")))

    def _kill_fetch(self) -> None:
        self._kill_one("fetch")

    def _kill_one(self, name: str) -> None:
        self._fire(name)
        _soon(lambda: bool(self.stack.workers(name)))
        time.sleep(self.chance.uniform(0, 1))
        self.killed[name] += self.stack.kill(name)

    def _fire_twice(self) -> None:
        """A schedule may start its function twice for one moment; both run at once."""
        for name in ("fetch", "fetch", "sweep", "sweep"):
            self._fire(name)
        self.done["schedules fired twice"] += 2

    def _send_again(self) -> None:
        """Some causes are mended, and dead letters come back: by SQS itself, or by an operator, while all goes on.

        One cause stays until the end, so that there will be a letter whenever SQS shall still send one again.
        """
        self._mend(len(self._unaudited) // 2)
        if self.chance.random() < 0.5:
            self._redrive()
        else:
            paysync("replay", "--all", "--yes", "--rate", "100", ends=None)  # 1 where push was quicker
            self.done["replays of all"] += 1

    def _redrive(self) -> None:
        """Dead letters come back under new ids; of none there is nothing to send."""
        if not _soon(lambda: bool(self._letters())):
            self._fire("fetch")
            return
        self.done["letters found by redrives of SQS"] += self._letters()
        self.stack.redrive()
        self.done["redrives by SQS"] += 1

    def _letters(self) -> int:
        return self.stack.messages(self.stack.outputs.dlq_url)

    def _restart(self) -> None:
        """The whole local AWS stops gracefully, and comes back with all that it had."""
        local.restart()
        self.done["restarts"] += 1

    def _fire(self, name: str) -> None:
        """As a schedule does it: nobody waits for the answer."""
        payload = json.dumps(PAYLOADS[name]).encode()
        self.stack.functions.invoke(FunctionName=self.stack.function(name), InvocationType="Event", Payload=payload)

    def _mend(self, many: int) -> None:
        for _ in range(many):
            self.stack.k3cloud.post(f"applications/{self._unaudited.pop(0)}", {"status": "C"})


def _soon(condition: Callable[[], bool]) -> bool:
    """Whether it comes true within a few seconds: then there is something to hit."""
    deadline = time.monotonic() + _SOON_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def decide(stack: Deployed) -> Counter[str]:
    """What a person does about payments in REVIEW after a look into K3Cloud: adopts a bill, or says there is none."""
    decided: Counter[str] = Counter()
    bills = [bill for bill in stack.k3cloud.books()["bills"] if not bill["voided"]]
    for row in paysync("review", "list", "--json").document:
        if row["waits_for"]:
            continue
        mine = [bill for bill in bills if _may_be(bill, row)]
        act = ("adopt", row["key"], str(mine[0]["id"])) if len(mine) == 1 else ("confirm-none", row["key"])
        paysync("review", *act, "--reason", "looked into K3Cloud after the storm", "--yes", ends=None)
        decided[act[0]] += 1
    return decided


def _may_be(bill: dict[str, Any], row: dict[str, Any]) -> bool:
    """Made by us from this document, and nobody else's: it carries this payment's key, or none yet."""
    ours = bill["creator"] == K3CLOUD["user_name"] and row["source"] in bill["source_numbers"]
    return ours and bill["third_bill_no"] in {"", row["key"]}
