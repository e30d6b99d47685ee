"""The router (APIRouter) on which every service declares its endpoints: scopes, problems and the edge's facts.

    routes = router(tags=["cards"])

    @routes.get("/v1/cards/{card_id}", scopes=(Scope.CARDS_READ, Scope.CARDS_WRITE), problems=(CardUnknown,))
    async def read_card(card_id: UUID, caller: Caller, session: Reading) -> CardOut: ...

A declaration that is not whole is refused when the module is imported.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypedDict, TypeVar, Unpack

from fastapi import APIRouter, Request, Response, params
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from chassis import idempotency
from chassis.auth import authorize, find_caller
from chassis.endpoints import MIB, WORKERS, DeclarationFault, Endpoint, Rate, Retry
from chassis.exact import Exactly, Fault, kind_of, query_faults
from chassis.idempotency import Replay
from chassis.personal import Personal
from chassis.principal import CallerKind
from chassis.problems import STATUS, DistrictNotKept, InvalidRequest, Problem, responses
from chassis.records.acts import Act, Rows, act_of
from chassis.records.entries import HEADER as RECORD_ID
from chassis.records.entries import REPEATED, Entry
from chassis.records.said import PurposeNeeded, ensure_said
from chassis.records.said import parameters as said_parameters
from chassis.refusals import Refusal
from chassis.runtime import get_runtime
from contracts.scopes import Scope

Handler = TypeVar("Handler", bound=Callable[..., object])
_MOST_NAMED = 5
_RECORDED = ("reads", "rows", "purpose", "own_record", "despite_restriction")


class Facts(TypedDict, total=False):
    """What an endpoint says of itself, beside its method and path.

    Who may call: `scopes` (any one suffices) or `public`; `callers`, kinds of them where not every worker may;
    `step_up` where people show two factors anew. What it may refuse: `problems`. What the edge must know:
    `rate` (class of calls), `deadline` in seconds, `body` in bytes at most, `hot` (matched before the rest). Where the
    path names an object, the handler takes its caller, so that `caller.bound` is asked whose it is; `anyone` is the
    reason why it does not matter.

    What the record keeps (`chassis.records`): every read of tagged data and every change is recorded without a word
    here. `reads` are classes of personal data that the reply's schema cannot say; `rows`, whose old and new values a
    change keeps; `purpose`, where the caller names none; `ask_purpose`, where a person must name one;
    `own_record`, why what it makes is the record already (it keeps `records.said.acting_in`);
    `despite_restriction`, why it goes on where the processing of the person's data is restricted. The others are
    FastAPI's own. `open_query` lets parameters that it does not know pass, where a protocol says so.
    """

    scopes: Scope | tuple[Scope, ...]
    public: bool
    callers: frozenset[CallerKind]
    step_up: bool
    problems: type[Refusal] | tuple[type[Refusal], ...]
    rate: Rate
    deadline: float
    body: int
    hot: bool
    anyone: str
    reads: Personal | tuple[Personal, ...]
    rows: Rows
    purpose: str
    ask_purpose: bool
    own_record: str
    despite_restriction: str
    open_query: bool

    status_code: int
    response_model: object
    response_model_exclude_unset: bool
    response_model_exclude_none: bool
    response_class: type[Response]
    responses: Mapping[int | str, dict[str, Any]]
    dependencies: Sequence[params.Depends]
    openapi_extra: dict[str, Any]
    operation_id: str
    summary: str


class DeclaredRoute(APIRoute):
    """A route that knows its declaration: it checks the caller's scopes and the names of query parameters."""

    draft: ClassVar[Endpoint]
    anyone: ClassVar[str]
    recorded: ClassVar[Mapping[str, Any]]
    ask_purpose: ClassVar[bool]
    open_query: ClassVar[bool]
    declare: ClassVar[Callable[[Endpoint], None]]

    def __init__(self, path: str, endpoint: Callable[..., object], **options: Any) -> None:
        """Complete the declaration by what the handler takes."""
        super().__init__(path, endpoint, **options)
        if fault := _whose(self.draft, self.dependant, self.anyone):
            raise DeclarationFault(f"{self.draft.name}: {fault}")
        keyed = idempotency.HEADER in _names(self.dependant, "header_params")
        retry = Retry.ALWAYS if self.draft.method == "GET" else Retry.KEYED if keyed else Retry.NEVER
        self.declared = replace(self.draft, retry=retry, query=_names(self.dependant, "query_params"))
        sent = self.body_field.field_info.annotation if self.body_field is not None else None
        self._exactly = Exactly(TypeAdapter[Any](sent)) if sent is not None else None
        self._kinds = _kinds(self.dependant, "query_params")
        self._path_kinds = _kinds(self.dependant, "path_params")
        self._bounded = _takes(self.dependant, find_caller) and not self.anyone
        self.act: Act | None = act_of(self.declared, self.dependant, self.response_model, **self.recorded)
        if self.act or self.ask_purpose or self.recorded.get("own_record"):
            said = {"parameters": said_parameters(needed=self.ask_purpose)}
            self.openapi_extra = {**said, **(self.openapi_extra or {})}
        type(self).declare(self.declared)

    def get_route_handler(self) -> Callable[[Request], Coroutine[object, None, Response]]:
        """Wrap FastAPI's handler: whoever may not call is refused before the body is read.

        The finished reply stays on the request, where the unit of work finds it when it ends: function-scoped
        dependencies end after the handler, before the reply leaves.
        """
        handler = super().get_route_handler()
        scopes = tuple(str(scope) for scope in self.draft.scopes)

        async def answer(request: Request) -> Response:
            if scopes:
                await authorize(request, scopes, self.draft.callers, step_up=self.draft.step_up)
                if self._bounded:
                    ensure_district_kept(request)
            if self.ask_purpose:
                ensure_said(request, request.state.principal)
            if request.scope["query_string"] and not self.open_query:
                refuse_unknown(request, self.declared.query)
                refuse_inexact(query_faults(self._kinds, request.query_params.multi_items()))
            if self._path_kinds:
                refuse_inexact(query_faults(self._path_kinds, request.path_params.items(), "path"))
            if self._exactly is not None and _is_json(request):
                refuse_inexact(await self._inexact(request, self._exactly))
            return await self._recorded(request, handler)

        return answer

    async def _inexact(self, request: Request, exactly: Exactly) -> list[Fault]:
        try:
            return exactly.faults(await request.json())
        except (ValueError, RecursionError):  # why: no JSON, which FastAPI refuses in its own words
            return []

    async def _recorded(self, request: Request, handler: Callable[[Request], Awaitable[Response]]) -> Response:
        """The reply; what it shows or why it shows nothing is in the record before anybody sees it."""
        entry = Entry(self.act, request, request.state.principal) if self.act else None
        request.state.entry = entry
        try:
            response = await handler(request)
            if entry is not None and not entry.joined:
                await entry.shown(response)
        except Replay as repeated:
            if entry is not None:
                await entry.shown(repeated.response(), REPEATED)
            raise
        except Refusal as refusal:
            if entry is not None and _tells(refusal):
                await entry.refused(refusal.code)
            raise
        request.state.reply = response
        if entry is not None:
            response.headers[RECORD_ID] = str(entry.request_id)
        return response


def _tells(refusal: Refusal) -> bool:
    """Whether a refusal says something of what it refuses: that it is not there, or not for this caller."""
    status = refusal.status if isinstance(refusal, Problem) else STATUS[refusal.kind]
    return status in {403, 404}


def refuse_unknown(request: Request, known: frozenset[str]) -> None:
    """Raises InvalidRequest for a query parameter that the endpoint does not know, so that no filter is ignored."""
    unknown = sorted(request.query_params.keys() - known)[:_MOST_NAMED]
    if unknown:
        allowed = f"known are {', '.join(sorted(known))}" if known else "there are none here"
        raise InvalidRequest(
            f"Unknown query parameters: {', '.join(name[:64] for name in unknown)}; {allowed}.",
            detail_ar="راجع أسماء معاملات الاستعلام.",
            errors=[{"where": f"query.{name[:64]}", "reason": "unknown", "code": "unknown"} for name in unknown],
        )


def ensure_district_kept(request: Request) -> None:
    """That the service can tell what belongs to the caller's district, where a district is all the caller has.

    Raises DistrictNotKept: everything would look as if it were not there, to whom a part of it belongs.
    """
    if get_runtime(request).keeps_districts or not request.state.principal.bound.needs_district:
        return
    raise DistrictNotKept(
        "Ask for this right for the whole governorate.", detail_ar="اطلب هذه الصلاحية على مستوى المحافظة كلها."
    )


def refuse_inexact(faults: list[Fault]) -> None:
    """Raises InvalidRequest for numbers and truth values that are something else."""
    if faults:
        raise InvalidRequest(
            "; ".join(f"{fault['where']}: {fault['reason']}" for fault in faults[:3]) + ".",
            detail_ar="، ".join(f"{fault['where']}: {fault['reason_ar']}" for fault in faults[:3]) + ".",
            errors=[{**fault} for fault in faults],
        )


def _is_json(request: Request) -> bool:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media == "application/json" or media.endswith("+json")


def _kinds(dependant: Dependant, of: str) -> dict[str, str]:
    """The kinds (`exact.kind_of`) of a handler's parameters in query or path, and of those of what it depends on."""
    found = {one.alias: kind for one in getattr(dependant, of) if (kind := kind_of(one.field_info.annotation))}
    for inner in dependant.dependencies:
        found |= _kinds(inner, of)
    return found


class Router:
    """The endpoints of a part of a service, in the order of their declaration; `api` is FastAPI's router of them."""

    def __init__(self, prefix: str, route_class: type[DeclaredRoute], options: Mapping[str, Any]) -> None:
        """`options` are those of FastAPI's APIRouter."""
        self.api = APIRouter(prefix=prefix, **options)
        self.endpoints: list[Endpoint] = []
        self._prefix = prefix
        self._route_class = route_class

    def get(self, path: str, **facts: Unpack[Facts]) -> Callable[[Handler], Handler]:
        """Declare what reads."""
        return self._declare("GET", path, facts)

    def post(self, path: str, **facts: Unpack[Facts]) -> Callable[[Handler], Handler]:
        """Declare what makes something, or asks with a body."""
        return self._declare("POST", path, facts)

    def put(self, path: str, **facts: Unpack[Facts]) -> Callable[[Handler], Handler]:
        """Declare what puts something in the place of what was there."""
        return self._declare("PUT", path, facts)

    def patch(self, path: str, **facts: Unpack[Facts]) -> Callable[[Handler], Handler]:
        """Declare what changes parts of something."""
        return self._declare("PATCH", path, facts)

    def delete(self, path: str, **facts: Unpack[Facts]) -> Callable[[Handler], Handler]:
        """Declare what takes something away."""
        return self._declare("DELETE", path, facts)

    def endpoint(self, name: str) -> Endpoint:
        """The endpoint of a name such as `POST /v1/redemptions`. Raises DeclarationFault for one not declared here."""
        for endpoint in self.endpoints:
            if endpoint.name == name:
                return endpoint
        raise DeclarationFault(f"{name} is not declared")

    def _declare(self, method: str, path: str, facts: Facts) -> Callable[[Handler], Handler]:
        options: dict[str, Any] = {**facts}
        anyone = options.pop("anyone", "")
        recorded = {name: options.pop(name) for name in _RECORDED if name in options}
        recorded["reads"] = _several(recorded.get("reads", ()))
        open_query, ask_purpose = options.pop("open_query", False), options.pop("ask_purpose", False)
        draft = _draft(method, self._prefix + path, options)
        problems = (*_several(options.pop("problems", ())), *((PurposeNeeded,) if ask_purpose else ()))
        answers = {**responses(*problems), **options.pop("responses", {})}

        def register(handler: Handler) -> Handler:
            known = {
                "draft": draft,
                "anyone": anyone,
                "recorded": recorded,
                "ask_purpose": ask_purpose,
                "open_query": open_query,
                "declare": self.endpoints.append,
                "__doc__": draft.name,
            }
            kind = type(handler.__name__, (self._route_class,), known)
            self.api.add_api_route(
                path, handler, methods=[method], responses=answers, route_class_override=kind, **options
            )
            return handler

        return register


def router(
    *, prefix: str = "", route_class: type[DeclaredRoute] = DeclaredRoute, tags: Sequence[str] = (), **options: Any
) -> Router:
    """A router; `options` are those of FastAPI's APIRouter."""
    return Router(prefix, route_class, {"tags": list(tags), **options})


def _draft(method: str, path: str, options: dict[str, Any]) -> Endpoint:
    """The declaration as far as the decorator says it; its part of `options` is taken out."""
    scopes, public = _several(options.pop("scopes", ())), options.pop("public", False)
    if bool(scopes) == public:
        raise DeclarationFault(f"{method} {path}: name its scopes, or say that it is public")
    rate: Rate = options.pop("rate", Rate.PUBLIC if public else Rate.STANDARD)
    return Endpoint(
        method=method,
        path=path,
        scopes=scopes,
        rate=rate,
        deadline=float(options.pop("deadline", rate.deadline)),
        body=options.pop("body", MIB),
        hot=options.pop("hot", False),
        retry=Retry.ALWAYS if method == "GET" else Retry.NEVER,
        callers=options.pop("callers", WORKERS),
        step_up=options.pop("step_up", False),
    )


def _whose(draft: Endpoint, dependant: Dependant, anyone: str) -> str:
    """What is wrong with how an endpoint finds out whose object its path names; empty where nothing is."""
    names_one = "_id}" in draft.path
    asks = not draft.public and _takes(dependant, find_caller)
    if names_one and not asks and not anyone:
        return "the path names an object: take the caller and ask its bound, or say why `anyone` may name it"
    return "`anyone` is for paths that name an object" if anyone and not names_one else ""


def _takes(dependant: Dependant, wanted: Callable[..., object]) -> bool:
    """Whether a handler, or what it depends on, depends on something."""
    return dependant.call is wanted or any(_takes(inner, wanted) for inner in dependant.dependencies)


def _several(one_or_more: Any) -> tuple[Any, ...]:
    return one_or_more if isinstance(one_or_more, tuple) else (one_or_more,)


def _names(dependant: Dependant, kind: str) -> frozenset[str]:
    """The names of a handler's query or header parameters, and of what it depends on."""
    own = (parameter.alias for parameter in getattr(dependant, kind))
    return frozenset(own).union(*(_names(inner, kind) for inner in dependant.dependencies))
