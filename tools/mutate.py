"""`make mutants`: change one thing at a time in the modules on which money rests; their own tests must notice.

Each mutant is one change of one expression or statement, imported in a process of its own in the place of the true
module, with that module's unit tests run on it until the first failure. (A change within one function is put into a
copy of a process that has loaded everything; any other is imported anew.) docs/mutants.md explains every survivor; ends
with 1 when one survives that is not explained there, or when fewer than nine in ten are killed.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.machinery
import io
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = ROOT / "layers" / "paysync" / "python" / "paysync"
PAGE: Final = ROOT / "docs" / "mutants.md"
ENOUGH: Final = 0.9
LONGEST_SECONDS: Final = 120
"""A mutant that runs for ever is noticed as well."""

LONGEST_WORDS: Final = 90

K3: Final = "tests/unit/adapters/k3cloud"
MODULES: Final[Mapping[str, Sequence[str]]] = {
    "core/states.py": ("tests/unit/core/test_states.py",),
    "core/judge.py": ("tests/unit/core/test_judge.py",),
    "core/money.py": ("tests/unit/core/test_money.py",),
    "core/paging.py": ("tests/unit/core/test_paging.py",),
    "core/pages.py": ("tests/unit/core/test_pages.py", "tests/unit/core/test_paging.py"),
    "adapters/k3cloud/filters.py": (f"{K3}/test_filters.py",),
    "adapters/k3cloud/refusals.py": (f"{K3}/test_refusals.py", f"{K3}/test_answers.py", f"{K3}/test_making.py"),
    "adapters/k3cloud/statuses.py": (f"{K3}/test_answers.py", f"{K3}/test_making.py"),
    "adapters/k3cloud/making.py": (f"{K3}/test_making.py",),
    "adapters/k3cloud/answers.py": (f"{K3}/test_answers.py",),
}
"""Module → the tests that alone must notice."""

_OTHER: Final[Mapping[type[ast.AST], type[ast.AST]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.BitOr: ast.BitAnd,
    ast.FloorDiv: ast.Mult,
}


@dataclass(frozen=True)
class Mutant:
    """One change: where, from what to what, and the module's source with it."""

    line: int
    change: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its text."""
    tree = ast.parse(source)
    passed_over = set(_passed_over(tree))
    for number, node in enumerate(ast.walk(tree)):
        if number in passed_over:
            continue
        for what in range(len(list(_changes(copy.deepcopy(node))))):
            twin = copy.deepcopy(tree)
            target = next(one for place, one in enumerate(ast.walk(twin)) if place == number)
            before = ast.unparse(target)
            after = list(_changes(target))[what]
            _replace(twin, target, after)
            text = ast.unparse(ast.fix_missing_locations(twin))
            line = getattr(node, "lineno", 0)
            yield Mutant(line, f"`{_short(before)}` → `{_short(ast.unparse(after))}`", text)


def _changes(node: ast.AST) -> Iterator[ast.AST]:  # noqa: C901, PLR0912 - one line for each kind of node
    """What may stand in the place of a node."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in _OTHER:
            yield _with(node, ops=[_OTHER[type(op)]()])
        case ast.BoolOp(op=op, values=values):
            yield _with(node, op=_OTHER[type(op)]())
            for place in range(len(values)):
                rest = values[:place] + values[place + 1 :]
                yield rest[0] if len(rest) == 1 else _with(node, values=rest)
        case ast.BinOp(op=op) if type(op) in _OTHER:
            yield _with(node, op=_OTHER[type(op)]())
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(value=str(value)) if value:
            yield ast.Constant(f"{value}~")
        case ast.IfExp(body=body, orelse=other):
            yield _with(node, body=other, orelse=body)
        case ast.Dict(keys=keys, values=values) if len(keys) > 1:
            for place in range(len(keys)):
                yield ast.Dict(keys[:place] + keys[place + 1 :], values[:place] + values[place + 1 :])
        case ast.Set(elts=elements) if len(elements) > 1:
            for place in range(len(elements)):
                yield ast.Set(elements[:place] + elements[place + 1 :])
        case ast.If(body=body):
            yield _with(node, test=ast.Constant(value=False))
            if all(isinstance(one, ast.Return | ast.Raise | ast.Continue) for one in body[-1:]):
                yield _with(node, test=ast.Constant(value=True))
        case ast.Expr(value=ast.Call()) | ast.AugAssign():
            yield ast.Pass()
        case ast.comprehension(ifs=[_, *_]):
            yield _with(node, ifs=[])


def _passed_over(tree: ast.AST) -> Iterator[int]:
    """Docstrings, annotations, what only a type checker reads, and the words of a diagnosis or a defect."""
    numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}
    for node in ast.walk(tree):
        parts: list[ast.AST] = []
        match node:
            case ast.Expr(value=ast.Constant() as text):
                parts = [text]
            case ast.AnnAssign(annotation=kind, target=target, value=value):
                alias = isinstance(kind, ast.Name) and kind.id == "TypeAlias"
                parts = [kind, *([value] if alias and value else []), target]
            case ast.Assign(targets=[ast.Name(id="__all__" | "__slots__")], value=value):
                parts = [value]
            case ast.FunctionDef(decorator_list=decorators, returns=returns):
                parts = [*decorators, *([returns] if returns else [])]
            case ast.ClassDef(decorator_list=decorators, bases=bases):
                parts = [*decorators, *bases]
            case ast.arg(annotation=kind) if kind:
                parts = [kind]
            case ast.Call(func=ast.Attribute(value=ast.Name(id="DefectError" | "MalformedError")), args=args):
                parts = list(args)
            case ast.Call(func=ast.Name(id="TypeVar"), args=args) | ast.Raise(exc=ast.Call(args=args)):
                parts = list(args)
        yield from (numbers[id(inner)] for part in parts for inner in ast.walk(part))


def _with(node: ast.AST, **fields: object) -> ast.AST:
    twin = copy.copy(node)
    for name, value in fields.items():
        setattr(twin, name, value)
    return twin


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list):
                setattr(parent, name, [new if one is old else one for one in value])


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_WORDS else f"{line[:LONGEST_WORDS]}…"


# ---- running


def killed(module: Path, source: str, tests: Sequence[str]) -> bool:
    """Whether the tests fail with this text in the place of the module, in a process of its own."""
    child = os.fork()
    if not child:
        signal.alarm(LONGEST_SECONDS)
        os._exit(_tested(module, source, tests))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) != 0


def _tested(module: Path, source: str, tests: Sequence[str]) -> int:
    """Import with this text instead of the module's own, and run."""
    true = importlib.machinery.SourceFileLoader.get_code

    def get_code(self: importlib.machinery.SourceFileLoader, name: str) -> object:
        return _compiled(source, self.path) if Path(self.path) == module else true(self, name)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign,assignment]  # the mutant
    return run(tests)


def _compiled(source: str, path: str | Path) -> CodeType:
    return compile(source, str(path), "exec", dont_inherit=True)


def run(tests: Sequence[str]) -> int:
    """The tests, until the first failure, without a word."""
    options = ["-x", "-q", "-p", "no:xdist", "-W", "ignore::pytest.PytestAssertRewriteWarning", "--hypothesis-seed=0"]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        return int(pytest.main([*options, *tests]))


def all_killed(module: Path, every: Sequence[Mutant], tests: Sequence[str], jobs: int) -> list[bool]:
    """For each mutant whether it was killed: in a process that has loaded everything, where one function differs."""
    answers, ours = os.pipe()
    child = os.fork()
    if child:
        os.close(ours)
        with os.fdopen(answers) as lines:
            dead = [line.strip() == "1" for line in lines]
        os.waitpid(child, 0)
        return dead
    true = module.read_text(encoding="utf-8")
    run(tests)
    with ThreadPoolExecutor(jobs) as pool, os.fdopen(ours, "w") as out:
        for gone in pool.map(lambda one: _gone(module, true, one.source, tests), every):
            out.write(f"{int(gone)}\n")
            out.flush()
    os._exit(0)


def _gone(module: Path, true: str, source: str, tests: Sequence[str]) -> bool:
    place = _differing(_compiled(ast.unparse(ast.parse(true)), module), _compiled(source, module))
    if place is None:  # a constant, a class: everything must be imported anew
        code = f"import sys; sys.path[:0] = {sys.path[:2]!r} + ['tools']; import mutate, pathlib as p\n"
        code += f"sys.exit(mutate.killed(p.Path({str(module)!r}), sys.stdin.read(), {list(tests)!r}))"
        return bool(subprocess.run([sys.executable, "-c", code], input=source, text=True, check=False).returncode)
    child = os.fork()
    if not child:
        signal.alarm(LONGEST_SECONDS)
        _function(module, place[0]).__code__ = place[1]
        os._exit(run(tests))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) != 0


def _differing(true: CodeType, other: CodeType) -> tuple[str, CodeType] | None:
    """The one function or method at the top of the module that differs, with its code; None where more does."""
    mine = {one.co_qualname: one for one in true.co_consts if isinstance(one, CodeType)}
    theirs = {one.co_qualname: one for one in other.co_consts if isinstance(one, CodeType)}
    differ = [name for name in mine if mine[name] != theirs.get(name)]
    rest = [[c for c in code.co_consts if not isinstance(c, CodeType)] for code in (true, other)]
    alone = len(differ) == 1 and mine.keys() == theirs.keys() and rest[0] == rest[1] and true.co_code == other.co_code
    name = differ[0] if differ else ""
    return (name, theirs[name]) if alone and name.isidentifier() and name[:1].islower() | name.startswith("_") else None


def _function(module: Path, name: str) -> FunctionType:
    for loaded in list(sys.modules.values()):
        if getattr(loaded, "__file__", None) == str(module) and isinstance(getattr(loaded, name, None), FunctionType):
            found: FunctionType = getattr(loaded, name)
            return found
    raise LookupError(name)


def main() -> int:
    """Every module, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", help="parts of their paths; all without any")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    os.chdir(ROOT)
    explained, failed = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "", False
    for name, tests in MODULES.items():
        if options.modules and not any(part in name for part in options.modules):
            continue
        failed |= not _report(name, tests, explained, options.jobs)
    return int(failed)


def _report(name: str, tests: Sequence[str], explained: str, jobs: int) -> bool:
    module = PACKAGE / name
    source = module.read_text(encoding="utf-8")
    if killed(module, source, tests):
        print(f"{name}: its tests fail without any change")
        return False
    every = list(mutants(source))
    dead = all_killed(module, every, tests, jobs)
    left = [one for one, gone in zip(every, dead, strict=True) if not gone]
    share = 1 - len(left) / len(every)
    print(f"{name}: {len(every) - len(left)} of {len(every)} killed ({share:.1%})", flush=True)
    unexplained = [one for one in left if f"{name}: {one.change}" not in explained]
    for one in left:
        print(f"  {'' if one in unexplained else '(explained) '}{name}:{one.line}: {one.change}", flush=True)
    return share >= ENOUGH and not unexplained


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "tests"), str(PACKAGE.parent)]
    sys.exit(main())
