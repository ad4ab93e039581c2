"""What the promise rests on: the safe policies, and each guard or assumption with what happens without it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from model import protocol
from model.explore import Explored, explore
from model.world import Rules, World

SAFE: Final = {
    "park, one payment application": Rules(),
    "park, two payment applications": Rules(one_source=False),
    "repush once with a true attestation, one payment application": Rules(policy="repush_once"),
    "repush once with a true attestation, two payment applications": Rules(policy="repush_once", one_source=False),
}
"""Under these nothing may go wrong, whatever crashes, comes late, comes twice or is lost."""


@dataclass(frozen=True, slots=True)
class Without:
    """One guard or assumption taken out, and what must then be found."""

    what: str
    rules: Rules
    wrong: Callable[[World], str] = protocol.doubled

    def found(self) -> Explored:
        """The exploration up to the shortest way to it."""
        return explore(self.rules, self.wrong)


def _mistaken(world: World) -> str:
    return protocol.broken(Rules(), world)


WITHOUT: Final = (
    Without("the sender is dead (repush)", Rules(policy="repush_once", sender_is_dead=False)),
    Without("no late commit (repush)", Rules(policy="repush_once", nothing_comes_late=False)),
    Without("the query is complete (repush)", Rules(policy="repush_once", query_is_complete=False)),
    Without("the sender is dead (a person confirms none)", Rules(sender_is_dead=False)),
    Without("no late commit (a person confirms none)", Rules(nothing_comes_late=False)),
    Without("the query is complete (a person confirms none)", Rules(query_is_complete=False)),
    Without("source lock", Rules(source_lock=False)),
    Without("baseline", Rules(baseline=False)),
    Without("unique claim", Rules(unique_claim=False)),
    Without("lock kept in review", Rules(lock_kept_in_review=False)),
    Without("fence", Rules(fence=False)),
    Without("intent before effect", Rules(durable_intent=False)),
    Without("unknown is the default", Rules(unknown_is_the_default=False)),
    Without("the doubt is decided before other content is accepted", Rules(doubt_before_content=False)),
    Without("an answer names a bill that is new", Rules(answer_is_new=False), _mistaken),
    Without("nobody books by hand what paysync has in hand", Rules(hands_off=False)),
)
