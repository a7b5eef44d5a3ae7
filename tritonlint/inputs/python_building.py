"""The facts of a model.py, gathered from its tree: what names are bound to, the model class, what is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from tritonlint.inputs.python import (
    MAX_STEPS,
    MODEL_CLASS,
    Binding,
    Frame,
    PbCall,
    PythonFacts,
    ResponseFacts,
    TensorRead,
    TensorWrite,
    root_name,
)
from tritonlint.inputs.python_tree import (
    Assign,
    Attribute,
    Call,
    Class,
    Clause,
    Comprehension,
    Constant,
    Delete,
    Expr,
    Expression,
    For,
    Function,
    Handler,
    Import,
    ImportFrom,
    Lambda,
    Match,
    Name,
    Node,
    Order,
    Scope,
    Sequence,
    Starred,
    Subscript,
    Walrus,
    With,
    dotted,
    walk,
)
from tritonlint.source import Span

_MUTATORS = frozenset(
    {
        "append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "update", "setdefault", "popitem",
        "add", "discard", "appendleft", "extendleft", "popleft",
    }
)  # fmt: skip


def build(facts: PythonFacts) -> None:
    """Fill in what a tree that was just read says."""
    _Builder(facts).build()


class _Builder:
    """Fills the facts from the tree in one walk over frames."""

    def __init__(self, facts: PythonFacts) -> None:
        self.facts = facts
        self.imports: list[str] = []
        self.mutated: set[str] = set()
        self.outer: set[str] = set()
        """Names that the frame declares global or nonlocal."""
        self.own: list[tuple[Frame, list[Any]]] = []

    def build(self) -> None:
        facts = self.facts
        self.own = self.frames(facts.order())
        for frame, own in self.own:
            self.names(frame, own)
        facts.imports = tuple(dict.fromkeys(self.imports))
        facts.mutated = frozenset(self.mutated)
        facts.future_annotations = any(
            isinstance(s, ImportFrom) and s.module == "__future__" and any(a.name == "annotations" for a in s.names)
            for s in facts.body
        )
        self.model_class()
        self.self_attributes()
        self.calls()

    # ------------------------------------------------------------------------------------------------ frames
    def frames(self, order: Order) -> list[tuple[Frame, list[Any]]]:
        """Every frame with those nodes of its own that say something about names; all frames are in file order."""
        frame = Frame(0, None, None)
        own: list[Any] = []
        found = [(frame, own)]
        end = len(order.nodes)
        hidden = 0
        around: list[tuple[Frame, list[Any], int, int]] = []
        nodes: list[Any] = order.nodes
        for node in nodes:
            kind = node.__class__
            if kind not in _NAMING:
                continue
            if kind is Call and (node.func.__class__ is not Attribute or node.func.attr not in _MUTATORS):
                continue
            place = node._start
            while place >= end:
                # Decorators come behind the body.
                frame, own, end, hidden = around.pop()
            if place < hidden:
                continue
            own.append(node)
            if kind is Lambda:
                hidden = node._end
            elif kind is Function or kind is Class:
                # Defaults, bases and decorators belong to no frame: nothing is asked about names bound there.
                around.append((frame, own, end, node._end))
                cls = frame.owner if isinstance(frame.owner, Class) else None
                frame, own = Frame(len(found), frame.number, node, in_class=cls), []
                found.append((frame, own))
                hidden, end = node.body[0]._start, node.body[-1]._end
        self.facts.frames = [frame for frame, _ in found]
        return found

    def names(self, frame: Frame, own: list[Any]) -> None:
        """What the nodes of a frame bind."""
        owner = frame.owner
        if isinstance(owner, Function):
            for parameter in owner.parameters:
                self.bind(frame, parameter.name, Binding("parameter", parameter.span))
        for node in own:
            _NAMING[node.__class__](self, frame, node)
        outer, self.outer = self.outer, set()
        for name in outer:
            # Assigned through global or nonlocal: the value seen elsewhere is not one that can be followed.
            if name in frame.bindings:
                del frame.bindings[name]
                for above in self.facts.frames[: frame.number]:
                    if name in above.bindings:
                        above.bindings[name].append(Binding("unknown", owner.span if owner else Span(self.facts.path)))

    def bind(self, frame: Frame, name: str, binding: Binding) -> None:
        frame.bindings.setdefault(name, []).append(binding)

    def n_Function(self, frame: Frame, node: Function) -> None:  # noqa: N802
        self.bind(frame, node.name, Binding("function", node.span))

    def n_Class(self, frame: Frame, node: Class) -> None:  # noqa: N802
        self.bind(frame, node.name, Binding("class", node.span))

    def n_Scope(self, _: Frame, node: Scope) -> None:  # noqa: N802
        self.outer.update(node.names)

    def n_Assign(self, frame: Frame, node: Assign) -> None:  # noqa: N802
        for target in node.targets:
            self.assign(frame, target, node.value, changed=bool(node.operator))

    def n_Walrus(self, frame: Frame, node: Walrus) -> None:  # noqa: N802
        self.assign(frame, node.target, node.value)

    def n_For(self, frame: Frame, node: For | Clause) -> None:  # noqa: N802
        self.loop(frame, node.target, node.iterable)

    n_Clause = n_For  # noqa: N815

    def n_With(self, frame: Frame, node: With) -> None:  # noqa: N802
        for item in node.items:
            if item.target is not None:
                self.unknown(frame, item.target)

    def n_Handler(self, frame: Frame, node: Handler) -> None:  # noqa: N802
        if node.name is not None:
            self.bind(frame, node.name, Binding("unknown", node.span))

    def n_Match(self, frame: Frame, node: Match) -> None:  # noqa: N802
        for case in node.cases:
            for name in case.bound:
                self.bind(frame, name, Binding("unknown", case.span))

    def n_Import(self, frame: Frame, node: Import) -> None:  # noqa: N802
        for alias in node.names:
            whole = alias.bound == alias.name.split(".")[0]
            self.imports.append(alias.name)
            target_name = alias.bound if whole else alias.name
            self.bind(frame, alias.bound, Binding("import", alias.span, target=target_name))

    def n_ImportFrom(self, frame: Frame, node: ImportFrom) -> None:  # noqa: N802
        self.imports.append(node.module)
        for alias in node.names:
            self.bind(frame, alias.bound, Binding("import", alias.span, target=f"{node.module}.{alias.name}"))

    def n_Lambda(self, frame: Frame, node: Lambda) -> None:  # noqa: N802
        # Its parameters hide outer names; treated as unknown in the whole frame rather than wrongly followed.
        for parameter in node.parameters:
            if parameter.name in frame.bindings:
                self.bind(frame, parameter.name, Binding("unknown", parameter.span))

    def n_Delete(self, frame: Frame, node: Delete) -> None:  # noqa: N802
        for target in node.targets:
            if isinstance(target, Subscript):
                self.mutate(target.value)
            else:
                self.unknown(frame, target)

    def n_Call(self, _: Frame, node: Call) -> None:  # noqa: N802
        if isinstance(node.func, Attribute):
            self.mutate(node.func.value)

    def mutate(self, expr: Expr) -> None:
        name = dotted(expr)
        if name is not None:
            self.mutated.add(name)

    def unknown(self, frame: Frame, target: Expr) -> None:
        for node in walk(target):
            if isinstance(node, Name):
                self.bind(frame, node.id, Binding("unknown", node.span))

    def assign(self, frame: Frame, target: Expr, value: Expr | None, *, changed: bool = False) -> None:
        if value is None:
            return
        if isinstance(target, Name):
            kind: Literal["value", "unknown"] = "unknown" if changed else "value"
            self.bind(frame, target.id, Binding(kind, target.span, None if changed else value))
            if changed:
                self.mutate(target)
        elif isinstance(target, Sequence):
            plain = isinstance(value, Sequence) and len(value.items) == len(target.items)
            starred = any(isinstance(i, Starred) for i in target.items)
            if isinstance(value, Sequence) and plain and not starred:
                for part, item in zip(target.items, value.items, strict=True):
                    self.assign(frame, part, item)
            else:
                self.unknown(frame, target)
        elif isinstance(target, Subscript):
            self.mutate(target.value)
        elif isinstance(target, Attribute) and changed:
            self.mutate(target)

    def loop(self, frame: Frame, target: Expr, iterable: Expr) -> None:
        if isinstance(target, Name):
            self.bind(frame, target.id, Binding("element", target.span, iterable))
        elif isinstance(target, Sequence) and all(isinstance(i, Name) for i in target.items):
            for index, part in enumerate(target.items):
                if isinstance(part, Name):
                    self.bind(frame, part.id, Binding("element", part.span, iterable, index))
        else:
            self.unknown(frame, target)

    # ------------------------------------------------------------------------------------------------- class
    def model_class(self) -> None:
        facts = self.facts
        bindings = facts.frames[0].bindings.get(MODEL_CLASS, [])
        if any(MODEL_CLASS in scope.names for scope in facts.walk(Scope)):
            facts.class_status = "unknown"  # A function may define it by `global`.
            return
        if not bindings:
            star = any(s.star for s in facts.walk(ImportFrom))
            magic = "__getattr__" in facts.frames[0].bindings or facts.calls_any("globals", "exec", "setattr", "vars")
            facts.class_status = "unknown" if star or magic else "missing"
            return
        if len(bindings) == 1 and isinstance(bindings[0].expr, Name) and bindings[0].kind == "value":
            # `TritonPythonModel = Scaler`
            bindings = facts.frames[0].bindings.get(bindings[0].expr.id, [])
        if len(bindings) != 1 or bindings[0].kind != "class":
            facts.class_status = "unknown"
            return
        facts.class_status = "defined"
        outermost = (frame.owner for frame in facts.frames if frame.parent == 0)
        by_start = {owner.span.start: owner for owner in outermost if isinstance(owner, Class)}
        facts.model_class = by_start[bindings[0].span.start]
        order, known = self.bases(facts.model_class, by_start, 0)
        facts.model_classes = tuple(order)
        facts.bases_known = known and not facts.model_class.keywords

    def bases(self, cls: Class, known: dict[int | None, Class], depth: int) -> tuple[list[Class], bool]:
        order = [cls]
        complete = True
        for base in cls.bases:
            name = dotted(base)
            bound = self.facts.frames[0].bindings.get(name or "", [])
            if name in {"object", "ABC", "abc.ABC"}:
                continue
            if len(bound) == 1 and bound[0].kind == "class" and depth < MAX_STEPS:
                more, sure = self.bases(known[bound[0].span.start], known, depth + 1)
                order += [c for c in more if c not in order]
                complete = complete and sure
            else:
                complete = False
        return order, complete

    def self_attributes(self) -> None:
        facts = self.facts
        owners = {c.span for c in facts.model_classes}
        for owner in facts.model_classes:
            frame = next(f for f in facts.frames if f.owner is owner)
            for name, bindings in frame.bindings.items():
                facts.attributes.setdefault(name, []).extend((b, frame.number) for b in bindings)
        for frame, nodes in self.own:
            if frame.function is None:
                continue
            own = facts.self_name(frame)
            top: Frame | None = frame
            while top is not None and top.in_class is None:
                top = facts.frames[top.parent] if top.parent is not None else None
            if own is None or top is None or top.in_class is None or top.in_class.span not in owners:
                continue
            for node in nodes:
                kind: type[Node] = node.__class__
                if kind in _STORING:
                    self.self_assignment(frame, own, node)

    def self_assignment(self, frame: Frame, own: str, node: Node) -> None:
        targets: list[tuple[Expr, Expr | None]] = []
        if isinstance(node, Assign):
            targets = [(t, None if node.operator else node.value) for t in node.targets]
        elif isinstance(node, For):
            targets = [(node.target, None)]
        elif isinstance(node, With):
            targets = [(i.target, None) for i in node.items if i.target is not None]
        for target, value in targets:
            if target.__class__ is Name or target.__class__ is Subscript:
                continue
            for part in walk(target, Attribute):
                if not (isinstance(part.value, Name) and part.value.id == own):
                    continue
                known = value is not None and part is target
                binding = Binding("value" if known else "unknown", part.span, value if known else None)
                self.facts.attributes.setdefault(part.attr, []).append((binding, frame.number))

    # ------------------------------------------------------------------------------------------------- calls
    def calls(self) -> None:
        facts = self.facts
        calls: list[PbCall] = []
        reads: list[TensorRead] = []
        dropped = {id(node.value) for node in facts.walk(Expression)}
        leading = facts.leading
        for node in facts.walk(Call):
            if root_name(node.func) not in leading:
                continue
            name = facts.pb_name(node.func)
            if name is None:
                continue
            frame = facts.frame_at(node)
            function = facts._function_of(frame)
            calls.append(PbCall(name, node, function))
            if name == "get_input_tensor_by_name" and node.certain:
                wanted = node.argument(1, "name")
                if wanted is not None:
                    reads.append(TensorRead(node, wanted.span, facts.strings(wanted, frame), function))
        facts.pb_calls = tuple(calls)
        facts.reads = tuple(reads)
        facts.responses = tuple(
            self.response(call) for call in calls if call.name == "InferenceResponse" and id(call.call) not in dropped
        )

    def response(self, call: PbCall) -> ResponseFacts:
        facts = self.facts
        tensors = call.call.argument(0, "output_tensors")
        error = call.call.argument(1, "error")
        failed = error is not None and not (isinstance(error, Constant) and error.value is None)
        if tensors is None:
            # A misspelt keyword may have been meant to hold the outputs.
            known = all(a.keyword in {"error", "parameters"} for a in call.call.arguments)
            return ResponseFacts(call.call, (), call.call.certain and known, failed, call.function)
        frame = facts.frame_at(call.call)
        if failed and error is not None and self.is_error(error, frame):
            return ResponseFacts(
                call.call, (), call.call.certain, True, call.function
            )  # Outputs beside it are dropped.
        outputs, complete = self.tensors(tensors, frame, 0)
        return ResponseFacts(call.call, tuple(outputs), complete and call.call.certain, failed, call.function)

    def is_error(self, expr: Expr, frame: Frame) -> bool:
        """Whether an expression surely is a TritonError, and never None."""
        sources = self.facts.follow(expr, frame) or ()
        made = [self.facts.pb_name(one.func, where) if isinstance(one, Call) else None for one, where in sources]
        return bool(made) and set(made) == {"TritonError"}

    def tensors(self, expr: Expr, frame: Frame, depth: int) -> tuple[list[TensorWrite], bool]:
        """The tensors in a list expression, those appended to a local list included."""
        facts = self.facts
        if depth > MAX_STEPS:
            return [], False
        if isinstance(expr, Name):
            found = facts.lookup(expr.id, frame)
            if found is None or found[1].function is None:
                return [], False
            out: list[TensorWrite] = []
            sure = True
            for binding in found[0]:
                if binding.kind != "value" or binding.expr is None:
                    sure = False
                    continue
                more, known = self.tensors(binding.expr, found[1], depth + 1)
                out += more
                sure = sure and known
            for node in walk(found[1].function.body):
                if not (isinstance(node, Call) and isinstance(node.func, Attribute)):
                    continue
                if not (isinstance(node.func.value, Name) and node.func.value.id == expr.id):
                    continue
                if node.func.attr == "append" and len(node.arguments) == 1:
                    write = self.tensor(node.arguments[0].value, facts.frame_at(node))
                    out += write or []
                    sure = sure and write is not None
                elif node.func.attr in _MUTATORS:
                    sure = False
            # Handed to a function, the list may get more there.
            return out, sure
        if isinstance(expr, Sequence):
            out = []
            sure = True
            for item in expr.items:
                write = None if isinstance(item, Starred) else self.tensor(item, frame)
                out += write or []
                sure = sure and write is not None
            return out, sure
        if isinstance(expr, Comprehension) and len(expr.elements) == 1:
            write = self.tensor(expr.elements[0], frame)
            return write or [], write is not None
        return [], False

    def tensor(self, expr: Expr, frame: Frame) -> list[TensorWrite] | None:
        facts = self.facts
        sources = facts.follow(expr, frame)
        if not sources:
            return None
        out = []
        for source, where in sources:
            if not isinstance(source, Call) or not source.certain:
                return None
            name = facts.pb_name(source.func, where)
            if name not in {"Tensor", "Tensor.from_dlpack"}:
                return None
            written, value = source.argument(0), source.argument(1)
            if written is None:
                return None
            dtype = facts.dtype(value, where) if value is not None and name == "Tensor" else None
            out.append(TensorWrite(source, written.span, facts.strings(written, where), value, dtype))
        return out


_NAMING: dict[type[Node], Callable[[_Builder, Frame, Any], None]] = {
    kind: getattr(_Builder, f"n_{kind.__name__}")
    for kind in (
        Assign, Call, Class, Clause, Delete, For, Function, Handler, Import, ImportFrom, Lambda, Match, Scope, Walrus,
        With,
    )
}  # fmt: skip
"""What a node says about names; of calls those that change what they are called on."""
_STORING: frozenset[type[Node]] = frozenset({Assign, For, With})
