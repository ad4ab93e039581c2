"""Running a module's own tests on its mutants, each in a process of its own, so that nothing of a mutant is left.

A change within a function is swapped into a fork of a session that has collected its tests. Any other change, and all
that seems to survive the swap, is imported anew in the place of the true module, in a fork that knows neither.
"""

from __future__ import annotations

import ast
import importlib.machinery
import os
import pickle
import resource
import signal
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, Phase, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import CodeType, FunctionType, ModuleType

_PATIENCE: Final = 10
"""So many times the CPU time of the unchanged module may a mutant take."""
_SHORTEST_LIMIT: Final = 3
_MEMORY: Final = 3 << 30
_BROKEN: Final = 70
_FAILED: Final = frozenset({1, 2, 3, -signal.SIGSEGV, -signal.SIGABRT})
"""A test failed, the module could not be imported, pytest stumbled over it, the interpreter gave up: all noticed."""
_OPTIONS: Final = (
    *("-x", "-q", "--tb=no", "--assert=plain", "-o", "cache_dir=.cache/mutants"),
    *("-p", "_hypothesis_pytestplugin", "--hypothesis-profile=mutants"),
)


class Fate(Enum):
    """What became of a mutant."""

    KILLED = "killed"
    TIMEOUT = "timeout"
    SURVIVED = "survived"


@dataclass(frozen=True)
class Target:
    """A module, and the tests that alone must notice."""

    file: Path
    tests: tuple[str, ...]


class UnusableError(Exception):
    """The tests cannot be run at all, or fail without any change."""


def prepared() -> None:
    """What every child inherits: no chance, no shrinking, no plugin that is not needed."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    settings.register_profile(
        "mutants",
        deadline=None,
        derandomize=True,
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def in_child(work: Callable[[], Any]) -> Any:
    """The answer of a function that is run in a fork: what it imports is not imported here."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _exit_with(lambda: _answer(work(), writing))
    os.close(writing)
    with os.fdopen(reading, "rb") as answers:
        answer = answers.read()
    _, status = os.waitpid(child, 0)
    if status:
        raise UnusableError(f"a child ended with {os.waitstatus_to_exitcode(status)}")
    return pickle.loads(answer)  # noqa: S301 - our own child's


def patience(target: Target) -> int:
    """Seconds of CPU that a mutant may take. Raises UnusableError where the tests fail without any change."""
    fate, taken = _waited_for(_forked(lambda: _tests(target)))
    if fate is not Fate.SURVIVED:
        raise UnusableError("its tests fail without any change")
    return max(_SHORTEST_LIMIT, round(taken * _PATIENCE))


def anew(target: Target, source: str, limit: int) -> Fate:
    """What becomes of a module with this source instead of its own."""

    def work() -> int:
        _bound(limit)
        _give(target.file, source)
        return _tests(target)

    return _waited_for(_forked(work))[0]


def swapped_in(target: Target, sources: Sequence[str], limit: int) -> Iterator[Fate | None]:
    """The same for mutants in the order given; None for a change that is more than the inside of functions."""
    reading, writing = os.pipe()
    child = _forked(lambda: _tests(target, plugins=[_Session(target.file, sources, limit, writing)]))
    os.close(writing)
    with os.fdopen(reading) as answers:
        for line in answers:
            yield Fate(line.strip()) if line.strip() else None
    _waited_for(child)


# ---- processes


def _forked(work: Callable[[], int]) -> int:
    child = os.fork()
    if child == 0:
        _exit_with(work)
    return child


def _answer(answer: Any, writing: int) -> int:
    with os.fdopen(writing, "wb") as out:
        pickle.dump(answer, out)
    return 0


def _exit_with(work: Callable[[], int]) -> None:
    code = _BROKEN
    try:
        code = work()
    finally:
        os._exit(code)


def _waited_for(child: int) -> tuple[Fate, float]:
    _, status, used = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGXCPU:
        fate = Fate.TIMEOUT
    elif code == 0 or code in _FAILED:
        fate = Fate.KILLED if code else Fate.SURVIVED
    else:
        raise UnusableError(f"its tests could not be run ({code})")
    return fate, used.ru_utime + used.ru_stime


def _bound(limit: int) -> None:
    """CPU time and not the time of day: a busy machine must not pass for a test that fails."""
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _tests(target: Target, plugins: Sequence[object] = ()) -> int:
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        return int(pytest.main([*_OPTIONS, *target.tests], plugins=[_ExamplesFirst(), *plugins]))


class _ExamplesFirst:
    """Properties are slow, and most mutants die of an example."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """In the order of the files otherwise."""
        items.sort(key=lambda item: hasattr(getattr(item, "obj", None), "hypothesis"))


def _give(file: Path, source: str) -> None:
    """Whoever imports this file gets this source."""
    true = importlib.machinery.SourceFileLoader.get_code

    def get_code(self: importlib.machinery.SourceFileLoader, name: str) -> CodeType | None:
        return compile(source, self.path, "exec", dont_inherit=True) if Path(self.path) == file else true(self, name)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign,assignment]  # the mutant


# ---- swapped in


@dataclass
class _Session:
    """Instead of running the collected tests once: once for each mutant, in a child that goes on as usual."""

    file: Path
    sources: Sequence[str]
    limit: int
    answers: int

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Runs no test itself: its children do."""
        module = next(one for one in sys.modules.values() if getattr(one, "__file__", None) == str(self.file))
        functions = dict(_functions(module))
        true = ast.parse(self.file.read_text(encoding="utf-8"))
        rest, bodies = _parts(true)
        for source in self.sources:
            swaps = _swaps(source, rest, bodies, functions)
            os.write(self.answers, f"{self._fate(session, swaps).value if swaps else ''}\n".encode())
        return True

    def _fate(self, session: pytest.Session, swaps: Sequence[tuple[FunctionType, CodeType]]) -> Fate:
        def work() -> int:
            _bound(self.limit)
            for function, code in swaps:
                function.__code__ = code
            return _first_failure(session)

        return _waited_for(_forked(work))[0]


def _first_failure(session: pytest.Session) -> int:
    for item, following in zip(session.items, [*session.items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return int(pytest.ExitCode.TESTS_FAILED)
    return int(pytest.ExitCode.OK)


def _swaps(
    source: str, rest: str, bodies: Mapping[str, str], functions: Mapping[str, FunctionType]
) -> list[tuple[FunctionType, CodeType]]:
    """The functions whose inside differs, with their new code; none where anything else differs."""
    tree = ast.parse(source)
    other_rest, other_bodies = _parts(tree)
    changed = [name for name, body in other_bodies.items() if bodies.get(name) != body]
    if rest != other_rest or not set(changed) <= functions.keys():
        return []
    codes = dict(_codes(compile(source, "mutant", "exec", dont_inherit=True)))
    swaps = [(functions[name], codes[name]) for name in changed]
    return swaps if all(f.__code__.co_freevars == code.co_freevars for f, code in swaps) else []


def _parts(tree: ast.Module) -> tuple[str, dict[str, str]]:
    """The module without the insides of its functions and methods, and those insides. Empties the tree."""
    bodies: dict[str, str] = {}

    def empty(holder: ast.AST, prefix: str) -> None:
        for node in ast.iter_child_nodes(holder):
            if isinstance(node, ast.FunctionDef):
                bodies[f"{prefix}{node.name}"] = "".join(ast.dump(one) for one in node.body)
                node.body = []
            elif isinstance(node, ast.ClassDef):
                empty(node, f"{prefix}{node.name}.")

    empty(tree, "")
    return ast.dump(tree), bodies


def _functions(holder: ModuleType | type, prefix: str = "") -> Iterator[tuple[str, FunctionType]]:
    for name, value in list(vars(holder).items()):
        inner: Any = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        if getattr(inner, "__qualname__", "") == f"{prefix}{name}" and hasattr(inner, "__code__"):
            yield inner.__qualname__, inner
        elif isinstance(value, type) and not prefix and value.__module__ == holder.__name__:
            yield from _functions(value, f"{name}.")


def _codes(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    for constant in code.co_consts:
        if hasattr(constant, "co_qualname"):
            yield constant.co_qualname, constant
            yield from _codes(constant)
