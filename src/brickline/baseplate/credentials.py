"""Access keys: who signs with which secret. IAM and STS issue them, the gateway checks signatures by them."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from brickline.baseplate import clock, schema
from brickline.baseplate.store import Store

_KEY_LETTERS = string.ascii_uppercase + "234567"


@dataclass(frozen=True)
class Credential:
    """One access key. `expires` is epoch seconds, 0 for never; `principal` is the ARN that GetCallerIdentity gives."""

    access_key: str
    secret: str
    session_token: str
    account: str
    principal: str
    expires: float
    active: bool = True
    cause: str = ""
    """ARN of the run (a build, an execution) that the key was issued to: what it calls happens because of that."""

    @property
    def is_expired(self) -> bool:
        return bool(self.expires) and self.expires <= clock.now()


class Credentials:
    """The access keys of all accounts, remembered in memory once seen (every request asks)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Credential] = {}

    def issue(self, account: str, principal: str, lifetime: float | None = None, cause: str = "") -> Credential:
        """A new key: long-term (`AKIA...`) where `lifetime` is None, else a session (`ASIA...`) of so many seconds."""
        credential = Credential(
            access_key=("AKIA" if lifetime is None else "ASIA")
            + "".join(secrets.choice(_KEY_LETTERS) for _ in range(16)),
            secret=secrets.token_urlsafe(30),
            session_token="" if lifetime is None else secrets.token_urlsafe(96),
            account=account,
            principal=principal,
            expires=0.0 if lifetime is None else clock.now() + lifetime,
            cause=cause,
        )
        with self._store.write() as connection:
            connection.execute(insert(schema.credentials).values(**vars(credential)))
        return credential

    def find(self, access_key: str) -> Credential | None:
        if known := self._known.get(access_key):
            return known
        with self._store.read() as connection:
            row = connection.execute(
                select(schema.credentials).where(schema.credentials.c.access_key == access_key)
            ).one_or_none()
        if row is None:
            return None
        return self._known.setdefault(access_key, Credential(**row._mapping))

    def set_active(self, access_key: str, active: bool) -> None:
        with self._store.write() as connection:
            connection.execute(
                update(schema.credentials).where(schema.credentials.c.access_key == access_key).values(active=active)
            )
            self._store.after_commit(lambda: self._forget(access_key))

    def revoke(self, access_key: str) -> None:
        with self._store.write() as connection:
            connection.execute(delete(schema.credentials).where(schema.credentials.c.access_key == access_key))
            self._store.after_commit(lambda: self._forget(access_key))

    def sweep(self) -> None:
        """Forget sessions that ended more than a day ago (until then a client is told that its token expired)."""
        table = schema.credentials
        with self._store.write() as connection:
            connection.execute(delete(table).where(table.c.expires > 0, table.c.expires < clock.now() - 86400))

    def _forget(self, access_key: str) -> None:
        self._known.pop(access_key, None)
