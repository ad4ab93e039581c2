"""Breadth-first exploration: every world that can be reached, the shortest way to a broken one, and who is stuck."""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from model import protocol
from model.rows import FAULT, PERSON, SYSTEM
from model.world import Rules, World, canonical

START = World()


@dataclass(slots=True)
class Explored:
    """All worlds in the order in which they were reached, and the steps between them by their numbers."""

    rules: Rules
    worlds: list[World] = field(default_factory=list)
    parents: "array[int]" = field(default_factory=lambda: array("l"))
    edges: "dict[str, tuple[array[int], array[int]]]" = field(
        default_factory=lambda: {kind: (array("l"), array("l")) for kind in (SYSTEM, FAULT, PERSON)}
    )
    broken: str = ""
    """The promise that the last world breaks; the exploration ended there."""

    @property
    def steps(self) -> int:
        """How many steps there are between the worlds."""
        return sum(len(to) for _, to in self.edges.values())


def explore(rules: Rules, wrong: Callable[[World], str] | None = None) -> Explored:
    """Every world that can be reached under `rules`, or all up to the first that is `wrong`."""
    wrong = wrong or (lambda world: protocol.broken(rules, world))
    start = canonical(START)
    found = Explored(rules, [start], array("l", [-1]))
    numbers = {start: 0}
    for world in found.worlds:
        mine = numbers[world]
        for kind, _, then in protocol.steps(rules, world):
            after = canonical(then)
            number = numbers.get(after)
            if number is None:
                number = numbers[after] = len(found.worlds)
                found.worlds.append(after)
                found.parents.append(mine)
                found.broken = wrong(after)
            sources, targets = found.edges[kind]
            sources.append(mine)
            targets.append(number)
            if found.broken:
                return found
    return found


def trace(found: Explored) -> Sequence[str]:
    """The shortest way to the last world, in words."""
    path, number = list[World](), len(found.worlds) - 1
    while number >= 0:
        path.append(found.worlds[number])
        number = found.parents[number]
    world, lines = START, list[str]()
    for wanted in reversed(path[:-1]):
        text, world = next((t, w) for _, t, w in protocol.steps(found.rules, world) if canonical(w) == wanted)
        lines.append(text)
    return lines


def stuck(found: Explored, settled: Callable[[World], bool], kinds: Sequence[str]) -> Sequence[World]:
    """Worlds from which no sequence of steps of these `kinds` leads to a settled one."""
    into: list[list[int]] = [[] for _ in found.worlds]
    for kind in kinds:
        for source, target in zip(*found.edges[kind], strict=True):
            into[target].append(source)
    reached = bytearray(map(settled, found.worlds))
    todo = [number for number, yes in enumerate(reached) if yes]
    while todo:
        for source in into[todo.pop()]:
            if not reached[source]:
                reached[source] = 1
                todo.append(source)
    return [found.worlds[number] for number, yes in enumerate(reached) if not yes]
