"""YAML text -> nested dicts, lists and strings, with the line and column of each.

Every scalar stays the string that was written: what `off`, `no`, `on` and 08:30 mean is for its field to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from feeder.config.events import Mark, NotYamlError, events, mark_of

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 24
COSTLIEST = 20_000  # one for each node and for every hundred characters, what aliases name counted each time
LONGEST_FRONT_MATTER = 64 * 1024  # PyYAML reads about 200 KiB in a second
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

Path = tuple[str | int, ...]


class Fault(NamedTuple):
    path: Path
    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Tree:
    """`data`, and by path the marks of its values and keys; `plain` are the paths of scalars without quotes."""

    data: Any = None
    values: dict[Path, Mark] = field(default_factory=dict)
    keys: dict[Path, Mark] = field(default_factory=dict)
    plain: set[Path] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Scalar:
    mark: Mark
    text: str
    plain: bool


@dataclass(frozen=True, slots=True)
class _List:
    mark: Mark
    items: tuple[_Node, ...]


@dataclass(frozen=True, slots=True)
class _Mapping:
    mark: Mark
    items: tuple[tuple[_Node, _Node], ...]


_Node = _Scalar | _List | _Mapping


def parse(text: str) -> Tree:
    """The tree of `text`; broken YAML leaves one fault and no data."""
    try:
        node = _Nodes(text).document()
        flat = _Flat()
        data = flat.value(node, ()) if node else None
    except NotYamlError as error:
        return Tree(faults=[Fault((), error.mark, error.text)])
    return replace(flat.tree, data=data)


def yaml_strings(text: str) -> dict[str, object]:
    """The mapping that `text` is, every scalar a string; raises ValueError with a reason of one line."""
    if len(text) > LONGEST_FRONT_MATTER:
        raise ValueError(f"is longer than {LONGEST_FRONT_MATTER // 1024} KiB")
    tree = parse(text)
    if tree.faults:
        fault = tree.faults[0]
        raise ValueError(f"line {fault.mark.line}, column {fault.mark.column}: {fault.text}")
    data = tree.data or {}
    if not isinstance(data, dict):
        raise ValueError('is not made of "name: value" lines')  # noqa: TRY004 - what is wrong is the text
    return data


class _Nodes:
    """Events -> nodes, no deeper than DEEPEST."""

    def __init__(self, text: str) -> None:
        self._events = events(text)
        self._anchors: dict[str, _Node] = {}

    def document(self) -> _Node | None:
        next(self._events)  # the stream's start
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        node = self._node(next(self._events), 0)
        next(self._events)  # the document's end
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise NotYamlError(mark_of(after.start_mark), "there can be only one document")
        return node

    def _node(self, event: Any, depth: int) -> _Node:
        mark = mark_of(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            return self._named(str(event.anchor), mark)
        if event.tag not in {None, "!"}:
            raise NotYamlError(mark, "a tag such as !this has no meaning here; quote a value that begins with !")
        node = self._built(event, mark, depth)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _named(self, anchor: str, mark: Mark) -> _Node:
        if anchor not in self._anchors:
            raise NotYamlError(mark, "this names nothing above; quote a value that begins with *")
        return replace(self._anchors[anchor], mark=mark)

    def _built(self, event: Any, mark: Mark, depth: int) -> _Node:
        if isinstance(event, yaml.ScalarEvent):
            return _Scalar(mark, event.value, plain=event.style is None)
        _refuse_depth(depth, mark)
        inside = tuple(self._inside(depth + 1))
        if isinstance(event, yaml.SequenceStartEvent):
            return _List(mark, inside)
        return _Mapping(mark, tuple(zip(inside[::2], inside[1::2], strict=True)))

    def _inside(self, depth: int) -> Iterator[_Node]:
        while not isinstance(event := next(self._events), yaml.CollectionEndEvent):
            yield self._node(event, depth)


class _Flat:
    """Nodes -> data and marks, with what aliases name written out, no more than COSTLIEST."""

    def __init__(self) -> None:
        self.tree = Tree()
        self._cost = 0

    def value(self, node: _Node, path: Path) -> Any:
        _refuse_depth(len(path), node.mark)
        self._spend(node)
        self.tree.values[path] = node.mark
        if isinstance(node, _Scalar):
            return self._scalar(node, path)
        if isinstance(node, _List):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.items)]
        return self._mapping(node, path)

    def _scalar(self, node: _Scalar, path: Path) -> str:
        if node.plain:
            self.tree.plain.add(path)
        if CONTROL.search(node.text):
            self._fault(path, node.mark, "holds a control character")
        return node.text

    def _mapping(self, node: _Mapping, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, value in node.items:
            if not isinstance(key, _Scalar):
                self._fault(path, key.mark, "a key must be a word; quote a value that begins with { or [")
            elif key.text in data:
                first = self.tree.keys[*path, key.text].line
                self._fault((*path, key.text), key.mark, f"is given a second time; the first is in line {first}")
            else:
                self.tree.keys[*path, key.text] = key.mark
                data[key.text] = self.value(value, (*path, key.text))
        return data

    def _spend(self, node: _Node) -> None:
        self._cost += 1 + (len(node.text) // 100 if isinstance(node, _Scalar) else 0)
        if self._cost > COSTLIEST:
            raise NotYamlError(node.mark, "this is too much; aliases repeat too often, or the file is too long")

    def _fault(self, path: Path, mark: Mark, text: str) -> None:
        self.tree.faults.append(Fault(path, mark, text))


def _refuse_depth(depth: int, mark: Mark) -> None:
    if depth > DEEPEST:
        raise NotYamlError(mark, f"this is nested more than {DEEPEST} levels deep")
