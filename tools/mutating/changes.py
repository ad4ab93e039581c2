"""What may stand in the place of one node of a module: the new node, and what the change is called."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

LONGEST: Final = 110

_COMPARED: Final[Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_CALCULATED: Final[Mapping[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_OTHER_FUNCTION: Final = {"any": "all", "all": "any", "max": "min", "min": "max"}
_TIDYING: Final = frozenset({"strip", "lower", "upper", "casefold", "quantize"})


@dataclass(frozen=True)
class Around:
    """What a node stands in: its parent, the kind of answer of its function, and what the module's names are."""

    parent: ast.AST
    returns: str
    names: Mapping[str, object]


def changes_of(node: ast.AST, around: Around) -> Iterator[tuple[ast.AST, str]]:
    """Every change of one node, with its name."""
    for kind, change in _KINDS:
        if isinstance(node, kind) and not _is_first(node, around.parent):
            yield from change(node)
    if _is_first(node, around.parent):
        yield _instead(node, ast.Constant(1))
    if isinstance(node, ast.Attribute):
        yield from _other_member(node, around.names)
    if isinstance(node, ast.Return):
        yield from _other_answer(node, around.returns)
    if isinstance(node, ast.expr) and _decides(node, around.parent):
        yield from (_instead(node, new) for new in (ast.Constant(value=True), ast.Constant(value=False)))
        if not isinstance(node, ast.Compare | ast.UnaryOp):  # their own change says the opposite
            yield _instead(node, ast.UnaryOp(ast.Not(), node))


def _instead(node: ast.AST, new: ast.AST) -> tuple[ast.AST, str]:
    return new, f"`{_short(node)}` → `{_short(new)}`"


def _without(node: ast.AST, new: ast.AST) -> tuple[ast.AST, str]:
    return new, f"without `{_short(node)}`"


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(ast.fix_missing_locations(node)).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


# ---- conditions and what is calculated


def _is_first(node: ast.AST, parent: ast.AST) -> bool:
    """The `0` of `them[0]`: of a list of one, the last is the first."""
    return isinstance(parent, ast.Subscript) and parent.slice is node and ast.unparse(node) == "0"


def _decides(node: ast.expr, parent: ast.AST) -> bool:
    if isinstance(parent, ast.If | ast.While | ast.IfExp):
        return parent.test is node
    if isinstance(parent, ast.match_case):
        return parent.guard is node
    return isinstance(parent, ast.comprehension) and node in parent.ifs


def _compared(node: ast.Compare) -> Iterator[tuple[ast.AST, str]]:
    for place, operator in enumerate(node.ops):
        for other in _COMPARED[type(operator)]:
            ops = [*node.ops[:place], other(), *node.ops[place + 1 :]]
            yield _instead(node, ast.Compare(node.left, ops, node.comparators))


def _joined(node: ast.BoolOp) -> Iterator[tuple[ast.AST, str]]:
    yield _instead(node, ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values))
    for place in range(len(node.values)):
        rest = [*node.values[:place], *node.values[place + 1 :]]
        yield _instead(node, ast.BoolOp(node.op, rest) if len(rest) > 1 else rest[0])


def _calculated(node: ast.BinOp) -> Iterator[tuple[ast.AST, str]]:
    other = _CALCULATED.get(type(node.op))
    if other is not None:
        yield _instead(node, ast.BinOp(node.left, other(), node.right))
    yield from (_instead(node, side) for side in (node.left, node.right))


def _signed(node: ast.UnaryOp) -> Iterator[tuple[ast.AST, str]]:
    yield _instead(node, node.operand)


def _constant(node: ast.Constant) -> Iterator[tuple[ast.AST, str]]:
    value = node.value
    if isinstance(value, bool):
        yield _instead(node, ast.Constant(not value))
    elif isinstance(value, int):
        yield from (_instead(node, ast.Constant(value + step)) for step in (1, -1))
    elif isinstance(value, str):
        yield _instead(node, ast.Constant(f"{value}~"))
        if value:
            yield _instead(node, ast.Constant(""))


def _called(node: ast.Call) -> Iterator[tuple[ast.AST, str]]:
    """Another function, a tidying step left out, an argument left to its default."""
    if isinstance(node.func, ast.Name) and node.func.id in _OTHER_FUNCTION:
        name = ast.Name(_OTHER_FUNCTION[node.func.id], ast.Load())
        yield _instead(node, ast.Call(name, node.args, node.keywords))
    if isinstance(node.func, ast.Attribute) and node.func.attr in _TIDYING:
        yield _instead(node, node.func.value)
    for place, keyword in enumerate(node.keywords):
        new = ast.Call(node.func, node.args, [*node.keywords[:place], *node.keywords[place + 1 :]])
        yield new, f"without `{_short(keyword)}` in `{_short(node.func)}(…)`"


def _cut(node: ast.Slice) -> Iterator[tuple[ast.AST, str]]:
    if node.lower is not None:
        yield _instead(node, ast.Slice(None, node.upper, node.step))
    if node.upper is not None:
        yield _instead(node, ast.Slice(node.lower, None, node.step))


# ---- tables, members, answers, statements


def _entries(node: ast.Dict) -> Iterator[tuple[ast.AST, str]]:
    for place, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
        keys, values = ([*each[:place], *each[place + 1 :]] for each in (node.keys, node.values))
        entry = ast.Dict([key], [value])
        yield ast.Dict(keys, values), f"without `{_short(entry)[1:-1]}`"


def _elements(node: ast.Tuple | ast.Set | ast.List) -> Iterator[tuple[ast.AST, str]]:
    if not isinstance(node, ast.Set) and isinstance(node.ctx, ast.Store):
        return
    for place, element in enumerate(node.elts):
        rest = [*node.elts[:place], *node.elts[place + 1 :]]
        if isinstance(node, ast.Set):
            yield _without(element, ast.Set(rest) if rest else ast.Call(ast.Name("set", ast.Load()), [], []))
        else:
            yield _without(element, type(node)(rest, ast.Load()))


def _other_member(node: ast.Attribute, names: Mapping[str, object]) -> Iterator[tuple[ast.AST, str]]:
    """The next member of the same enum: another state, another code."""
    owner = names.get(node.value.id) if isinstance(node.value, ast.Name) else None
    if isinstance(owner, type) and issubclass(owner, Enum) and node.attr in owner.__members__:
        members = list(owner.__members__)
        following = members[(members.index(node.attr) + 1) % len(members)]
        yield _instead(node, ast.Attribute(node.value, following, ast.Load()))


def _other_answer(node: ast.Return, returns: str) -> Iterator[tuple[ast.AST, str]]:
    if node.value is None:
        return
    answers = (True, False) if returns == "bool" else (None,)
    for answer in answers:
        if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool | None)):
            yield _instead(node, ast.Return(ast.Constant(answer)))


def _not_done(node: ast.stmt) -> Iterator[tuple[ast.AST, str]]:
    yield _without(node, ast.Pass())


def _not_kept(node: ast.Assign) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node.targets[0], ast.Attribute | ast.Subscript):
        yield from _not_done(node)


_KINDS: Final[tuple[tuple[Any, Callable[[Any], Iterator[tuple[ast.AST, str]]]], ...]] = (
    (ast.Compare, _compared),
    (ast.BoolOp, _joined),
    (ast.BinOp, _calculated),
    (ast.UnaryOp, _signed),
    (ast.Constant, _constant),
    (ast.Call, _called),
    (ast.Slice, _cut),
    (ast.Dict, _entries),
    (ast.Tuple | ast.Set | ast.List, _elements),
    (ast.Assign, _not_kept),
    (ast.Raise | ast.Continue | ast.Break | ast.AugAssign | ast.Expr, _not_done),
)
