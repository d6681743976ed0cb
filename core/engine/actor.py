"""Who acts, and what is acted on: the two sides of every question about a right (core.engine.access)."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Final, Literal

ActorKind = Literal["client", "staff", "system"]

SEATED: Final = frozenset({"approval.vote", "case.read", "document.read"})
"""What somebody may do with a case because he has a seat in its open approval: see it and vote, nothing else."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. ``id`` is the client's or the staff member's; ``below`` are the departments under his own.

    ``stands_for`` are the colleagues whose assigned work he may do at present, each with the roles that he was given;
    ``scope`` is such a colleague's one role, empty for all. Once it is known as whom he acts, ``behalf`` names that
    colleague, and roles and scope are those that he was given; 0: he acts for himself. ``only`` are the permissions of
    the key with which he came; None: all that he has.
    """

    kind: ActorKind
    id: int
    roles: frozenset[str] = frozenset()
    department: int | None = None
    below: frozenset[int] = frozenset()
    name: str = ""
    stands_for: tuple["Actor", ...] = ()
    scope: str = ""
    behalf: int = 0
    only: frozenset[str] | None = None

    @property
    def person(self) -> int:
        """Whose work it is that he does."""
        return self.behalf or self.id

    @property
    def people(self) -> frozenset[int]:
        """Himself, and whomever he acts for."""
        return frozenset({self.id, self.person})

    @property
    def works_for(self) -> frozenset[int]:
        """Whose work may be his: his own, and that of everybody whom he stands in for."""
        return self.people | {each.id for each in self.stands_for}

    def acting_for(self, principal: "Actor") -> "Actor":
        """He with the colleague's roles, as far as he was given them, and no way to pass them on."""
        return Actor(
            self.kind,
            self.id,
            principal.roles,
            name=self.name,
            scope=principal.scope,
            behalf=principal.id,
            only=self.only,
        )

    def shut(self, permission: str) -> bool:
        """Whether the key with which he came is too narrow for this."""
        return self.only is not None and permission not in self.only


@dataclass(frozen=True, slots=True)
class Subject:
    """What is acted on: whose it is, who works on it (and in which role), which department answers for it."""

    kind: str
    id: int
    client_id: int | None = None
    staff_ids: frozenset[int] = frozenset()
    department: int | None = None
    held: frozenset[tuple[str, int]] = frozenset()  # role and person, of those whose role is known
    guardians: Callable[[], Collection[int]] = field(default=tuple, compare=False)  # asked only for another client
    seated: frozenset[tuple[str, int]] = frozenset()  # role and person, of those who decide in its open approval

    def seen_for(self, permission: str) -> "Subject":
        """With those who have a seat among its people, where a seat is enough for this."""
        if not self.seated or permission not in SEATED:
            return self
        people = self.staff_ids | {person for _, person in self.seated}
        return replace(self, staff_ids=people, held=self.held | self.seated, seated=frozenset())
