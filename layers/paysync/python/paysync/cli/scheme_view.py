"""What `paysync scheme` shows: a scheme at a glance and in full, and a preview field by field."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from paysync.cli import render
from paysync.core.bills import Json
from paysync.schemes.plain import Plain
from paysync.schemes.preview import FieldView, Origin, Preview, Sending

if TYPE_CHECKING:
    from paysync.schemes.copying import Copy


def summary(plain: Plain) -> dict[str, Any]:
    """A scheme at a glance."""
    source, target = plain["source"], plain["target"]
    return {
        "scheme": plain["scheme"],
        "kind": "scheme",
        "version": plain["version"],
        "title": plain["title"],
        "from": f"{source['connector']} {source['endpoint'] or 'call_back of another scheme'}",
        "to": f"{target['connector']} {target['form']}",
        "unbound": [name for name, one in plain["parameters"].items() if one["default"] is None],
    }


def collection_summary(plain: Plain) -> dict[str, Any]:
    """A collection at a glance: a stack names it among its schemes."""
    return {
        "scheme": plain["collection"],
        "kind": "collection",
        "version": plain["version"],
        "title": plain["title"],
        "from": f"{plain['connector']} {plain['form']}",
        "to": "lookups of schemes",
        "unbound": [],
    }


def show_collection(plain: Plain, version: str) -> None:
    """A collection in full: its fields, then how it is read and found by."""
    print_ = render.out.print
    print_(f"[bold]{plain['collection']}[/bold]  {version}\n{plain['title']['zh']}\n{plain['title']['en']}")
    fields = render.table("field", "label", "sensitive", title="\nfields of a row")
    for name, one in plain["fields"].items():
        fields.add_row(name, one["label"], _tick(one["sensitive"]))
    print_(fields)
    rest = {key: plain[key] for key in ("connector", "form", "key", "usable", "every", "max_age")}
    _print_part("collection", {**rest, "by": [" and ".join(one) for one in plain["by"]]})
    print_(f"a lookup reads it by: in: {plain['collection']}, kind: scheme", markup=False)


def show(plain: Plain, version: str) -> None:
    """A scheme in full: its parameters first, then part by part."""
    print_ = render.out.print
    print_(f"[bold]{plain['scheme']}[/bold]  {version}\n{plain['title']['zh']}\n{plain['title']['en']}")
    parameters = render.table("parameter", "what it is", "where to find it", "when not bound", title="\nparameters")
    for name, one in plain["parameters"].items():
        otherwise = "the scheme does not run" if one["default"] is None else repr(one["default"])
        parameters.add_row(name, _both(one["label"]), _both(one["find"]), otherwise)
    print_(parameters)
    fields = render.table("field", "label", "type", "required", "sensitive", title="\nfields of a row")
    for name, one in plain["source"]["fields"].items():
        fields.add_row(name, one["label"], str(one["type"]), _tick(one["required"]), _tick(one["sensitive"]))
    print_(fields)
    for part in ("source", "lookups", "target", "call_back", "policies"):
        _print_part(part, plain[part])


def show_unbound(made: "Copy") -> None:
    """What is to be bound before a copy runs, and what is worth a look."""
    table = render.table("bind", "what it is", "where to find it", "example")
    for name, one in made.unbound.items():
        table.add_row(name, _both(one["label"]), _both(one["find"]), one["example"])
    render.out.print(table if made.unbound else "nothing is to be bound")
    render.out.print("\nlook again at:")
    for line in made.check:
        render.out.print(f"  {line}", markup=False)
    render.out.print(f"\nthen: paysync scheme validate {made.file} && paysync scheme test {made.file}", markup=False)


def show_preview(preview: Preview, *, reveal: bool) -> None:
    """Every request of one payment, its fields line by line."""
    hide = _hider(preview, reveal=reveal)
    render.out.print(f"[bold]{escape(hide(preview.key))}[/bold]")
    for sending in preview.sendings:
        table = render.table("field", "value", "template", "from", title=f"\n{sending.step}  {escape(sending.call)}")
        for view in sending.fields:
            origins = "\n".join(_origin(one, hide) for one in view.origins) or "written so in the scheme"
            cells = (view.place, _value(view.value, hide), view.template, origins)
            table.add_row(*(escape(cell) for cell in cells))
        render.out.print(table)
    if preview.why:
        render.out.print(f"\n[yellow]{preview.verdict}[/yellow]: nothing further would be sent")
        render.diagnosis(preview.why)
    render.out.print("\nnothing was sent")


def preview_document(preview: Preview, *, reveal: bool) -> dict[str, Any]:
    """A preview as ``--json`` shows it."""
    hide = _hider(preview, reveal=reveal)
    return {
        "key": hide(preview.key),
        "verdict": preview.verdict,
        "diagnosis": preview.why.as_json() if preview.why else None,
        "requests": [_sending_document(one, hide) for one in preview.sendings],
    }


# ----------------------------------------------------------------------------------------------------------------------


class _Hider:
    """Puts dots for all but the last digits of what the scheme calls sensitive, also where it is a part of a text.

    A short one is hidden only where it is the whole text: as a part it could be anything.
    """

    def __init__(self, secrets: Iterator[str]) -> None:
        self._secrets = sorted(set(secrets), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        if text in self._secrets:
            return render.masked(text)
        for secret in self._secrets:
            if len(secret) >= render.LONG:
                text = text.replace(secret, render.masked(secret))
        return text


def _hider(preview: Preview, *, reveal: bool) -> _Hider:
    return _Hider(iter(()) if reveal else _sensitive(preview))


def _sensitive(preview: Preview) -> Iterator[str]:
    for sending in preview.sendings:
        for view in sending.fields:
            for origin in view.origins:
                if origin.sensitive and origin.value not in {None, ""}:
                    yield str(origin.value)
                    yield str(origin.value).strip()


def _sending_document(sending: Sending, hide: _Hider) -> dict[str, Any]:
    return {
        "step": sending.step,
        "call": sending.call,
        "data": _hidden(sending.data, hide),
        "fields": [_field_document(view, hide) for view in sending.fields],
    }


def _field_document(view: FieldView, hide: _Hider) -> dict[str, Any]:
    return {
        "place": view.place,
        "value": _hidden(view.value, hide),
        "template": view.template or None,
        "from": [{"name": one.name, "label": one.label or None, "value": hide(str(one.value))} for one in view.origins],
    }


def _hidden(data: Json, hide: _Hider) -> Json:
    if isinstance(data, dict):
        return {key: _hidden(value, hide) for key, value in data.items()}
    if isinstance(data, list):
        return [_hidden(value, hide) for value in data]
    return hide(data) if isinstance(data, str) else data


def _origin(origin: Origin, hide: _Hider) -> str:
    label = f" {origin.label}" if origin.label else ""
    return f"{origin.name}{label} = {_value(origin.value, hide)}"


def _value(value: object, hide: _Hider) -> str:
    return repr(hide(value)) if isinstance(value, str) else str(value)


def _print_part(name: str, plain: Mapping[str, Any] | None) -> None:
    table = render.table("key", "value", title=f"\n{name}")
    for place, value in _leaves(plain or {}, ""):
        if not place.startswith("fields."):
            table.add_row(escape(place), escape(str(value)))
    if table.row_count:
        render.out.print(table)


def _leaves(data: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key != "labels":
                yield from _leaves(value, f"{place}.{key}" if place else str(key))
    elif isinstance(data, list) and any(isinstance(one, (dict, list)) for one in data):
        for index, value in enumerate(data):
            step = value.get("step", index) if isinstance(value, dict) else index
            yield from _leaves(value, f"{place}.{step}")
    elif data not in ("", None, [], False):
        yield place, ", ".join(map(str, data)) if isinstance(data, list) else data


def _both(text: Mapping[str, str]) -> str:
    return f"{text['zh']}\n{text['en']}"


def _tick(yes: bool) -> str:  # noqa: FBT001 - the value itself
    return "yes" if yes else ""
