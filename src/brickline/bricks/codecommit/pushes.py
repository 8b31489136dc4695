"""References moved, and the events of it: neither without the other, whatever is killed in between.

What is about to move is kept before git is told. Afterwards git's references say what has really moved: its events, and
the end of the record, are one transaction. A record that a kill left behind is settled at the next start, once no git
process holds the repository any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from brickline.baseplate import naming
from brickline.baseplate.brick import Context, Shape
from brickline.baseplate.errors import Refused
from brickline.baseplate.house import Baseplate
from brickline.baseplate.kinds import Resource
from brickline.baseplate.resources import Resources, resource_by_id
from brickline.bricks.codecommit.git import ZERO, GitFailed
from brickline.bricks.codecommit.kinds import PUSH
from brickline.bricks.codecommit.places import Places, Repository
from brickline.bricks.codecommit.triggers import Triggers

_BUSY_SECONDS = 0.25

_KINDS = {"refs/heads/": "branch", "refs/tags/": "tag"}

BranchMoved = Callable[[Context, Repository, "Move"], None]


@dataclass(frozen=True)
class Move:
    """A reference (`refs/heads/main`) that moves from one object to another; ZERO is where it is not there."""

    reference: str
    old: str
    new: str

    @property
    def kind(self) -> str:
        """`branch` or `tag`; "" for references that nobody is told of."""
        return next((kind for start, kind in _KINDS.items() if self.reference.startswith(start)), "")

    @property
    def name(self) -> str:
        return self.reference.split("/", 2)[2]


class Pushes:
    """Every move of references goes through here. A `Controller` of those that a kill interrupted."""

    def __init__(self, baseplate: Baseplate, places: Places, triggers: Triggers) -> None:
        self._baseplate = baseplate
        self._places = places
        self._triggers = triggers
        self._pushes = Resources(baseplate, PUSH)
        self._branch_moved: BranchMoved = lambda _context, _repository, _move: None

    def on_branch(self, action: BranchMoved) -> None:
        """Call `action` for each branch that has moved, in the transaction of its event."""
        self._branch_moved = action

    @contextmanager
    def moving(
        self, context: Context, repository: Repository, wanted: list[tuple[str, str]], details: Shape | None = None
    ) -> Iterator[int]:
        """Around whatever moves references to (reference, new object); gives the descriptor that holds the lock.

        However it ends, what has moved is told, with `details` in the events beside what they always have.
        """
        with repository.locked() as lock:
            moves = [asdict(Move(name, repository.git.reference(name), new)) for name, new in wanted]
            private: Shape = {
                "repository": repository.resource.id,
                "moves": moves,
                "details": details or {},
                "principal": context.principal,
            }
            push = self._pushes.create(context, naming.unique_id(), {}, private=private, unfinished=True)
            try:
                yield lock
            finally:
                self._settle(context, push)

    def move(self, context: Context, repository: Repository, move: Move, *, details: Shape | None = None) -> None:
        """Move one reference. Refused where somebody else has moved it meanwhile."""
        with self.moving(context, repository, [(move.reference, move.new)], details):
            command = f"update {move.reference} {move.new} {move.old}\n"
            if move.new == ZERO:
                command = f"delete {move.reference} {move.old}\n"
            try:
                repository.git.run("update-ref", "--stdin", data=command.encode())
            except GitFailed as error:
                raise Refused(
                    "ConcurrentReferenceUpdateException", f"{move.name} has been moved by somebody else: {error}"
                ) from None

    def reconcile(self, resource: Resource) -> float | None:
        """Settle what an ended server left; one that is on its way has the lock, and settles itself."""
        found = self._repository_of(resource)
        if found is None:
            self._pushes.delete(resource)
            return None
        try:
            with found.locked(wait=False):
                found.git.forget_incoming()
                self._settle(self._context(resource), resource)
        except BlockingIOError:
            return _BUSY_SECONDS
        return None

    def fail(self, resource: Resource, error: Exception) -> None:  # noqa: ARG002
        self._pushes.delete(resource)

    def _settle(self, context: Context, push: Resource) -> None:
        """To be called with the lock."""
        with self._baseplate.store.write():
            repository = self._repository_of(push)
            self._pushes.delete(push)
            if repository is None:
                return
            moves = [Move(**move) for move in push.private["moves"]]
            moved = [move for move in moves if move.old != move.new == repository.git.reference(move.reference)]
            for move in moved:
                if move.kind:
                    self._tell(context, repository, move, push.private["details"])
            self._settle_default_branch(repository, moved)
            self._triggers.fire(context, repository.resource, [move for move in moved if move.kind])

    def _tell(self, context: Context, repository: Repository, move: Move, details: Shape) -> None:
        detail = {
            "event": _event_of(move),
            "repositoryName": repository.name,
            "repositoryId": repository.resource.document["repositoryId"],
            "referenceType": move.kind,
            "referenceName": move.name,
            "referenceFullName": move.reference,
            "callerUserArn": context.principal,
            **details,
        }
        if move.new != ZERO:
            detail["commitId"] = move.new
        if move.old != ZERO:
            detail["oldCommitId"] = move.old
        context.emit("aws.codecommit", "CodeCommit Repository State Change", [repository.resource.arn], detail)
        if move.kind == "branch":
            self._branch_moved(context, repository, move)

    def _settle_default_branch(self, repository: Repository, moved: list[Move]) -> None:
        """The first branch that gets a commit is the default one, and what a clone checks out."""
        document = repository.resource.document
        first = next((move.name for move in moved if move.kind == "branch" and move.new != ZERO), None)
        if first and not document.get("defaultBranch"):
            repository.git.run("symbolic-ref", "HEAD", f"refs/heads/{first}")
            document["defaultBranch"] = first
        if moved:
            self._places.repositories.save(repository.resource)

    def _repository_of(self, push: Resource) -> Repository | None:
        found = resource_by_id(self._baseplate.store, push.private["repository"])
        return self._places.of(found) if found else None

    def _context(self, push: Resource) -> Context:
        principal = push.private["principal"]
        return self._baseplate.context(push.account, push.region, principal, cause=push.cause)


def _event_of(move: Move) -> str:
    if move.old == ZERO:
        return "referenceCreated"
    return "referenceDeleted" if move.new == ZERO else "referenceUpdated"
