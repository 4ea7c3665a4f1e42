"""A connection to a Bolt server by the official driver: encrypted as asked for, errors that say what to do."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from kg.errors import LoadError, MissingExtraError
from kg.load.base import Settings
from kg.load.cypher import explain
from kg.load.http import add_certificates, is_local, pause

if TYPE_CHECKING:
    import neo4j


class Connection:
    """One database of a Bolt server. Passwords travel encrypted, or stay on this machine."""

    def __init__(self, target: str, settings: Settings) -> None:
        try:
            import neo4j
        except ImportError as error:
            raise MissingExtraError("neo4j", "neo4j") from error
        self.target = target
        self.settings = settings
        self._neo4j = neo4j
        self._driver = self._connect()

    def _connect(self) -> neo4j.Driver:
        driver_module: Any = self._neo4j
        settings = self.settings
        scheme, host = self.target.partition("://")[0], urlsplit(self.target).hostname or ""
        if scheme.endswith("+ssc"):
            hint = f"write {scheme.removesuffix('sc')}://, and name your own authority in KG_LOAD_CA"
            raise LoadError("+ssc would trust any certificate", where=self.target, hint=hint)
        if (
            (settings.secret or settings.token)
            and not scheme.endswith("+s")
            and not is_local(host)
            and not settings.allow_plain
        ):
            raise LoadError(
                "a password would travel unencrypted",
                where=self.target,
                hint="write bolt+s:// or neo4j+s://, or --allow-http on a network you trust",
            )
        auth = driver_module.bearer_auth(settings.token) if settings.token else None
        if settings.secret:
            auth = driver_module.basic_auth(settings.user or "neo4j", settings.secret)
        options: dict[str, Any] = {"connection_timeout": 10.0, "max_transaction_retry_time": settings.timeout}
        target = self.target
        if scheme.endswith("+s"):  # with a context of ours, since the driver takes no authority for this scheme
            target = scheme.removesuffix("+s") + target.removeprefix(scheme)
            options["ssl_context"] = add_certificates(ssl.create_default_context(), settings)
        try:
            options |= {"auth": auth, "notifications_min_severity": "OFF", "user_agent": "kg"}
            driver = driver_module.GraphDatabase.driver(target, **options)
        except (ValueError, driver_module.exceptions.ConfigurationError) as error:
            raise LoadError(f"not an address for Bolt: {error}", where=self.target) from error
        return cast("neo4j.Driver", driver)

    def close(self) -> None:
        """Close the connections."""
        self._driver.close()

    def agent(self) -> str:
        """Return what the server calls itself, with its version; raise ``LoadError`` where none answers."""
        with self.session():
            return str(self._driver.get_server_info().agent)

    @contextmanager
    def session(self) -> Iterator[neo4j.Session]:
        """Give a session; turn what the driver raises into an error that says what to do."""
        errors = self._neo4j.exceptions
        try:
            with self._driver.session(database=self.settings.database or None) as session:
                yield session
        except errors.AuthError as error:
            hint = "set KG_LOAD_USER and KG_LOAD_PASSWORD"
            raise LoadError("the server refused the user and password", where=self.target, hint=hint) from error
        except (errors.Neo4jError, errors.DriverError) as error:
            what, hint = explain(error)
            raise LoadError(what, where=self.target, hint=hint) from error

    def rows(self, query: str, **parameters: object) -> Iterator[list[Any]]:
        """Yield rows; ask again where the server says that it may help and no row has come yet."""
        for attempt in range(self.settings.tries):
            begun = False
            try:
                with self.session() as session:
                    for record in session.run(query, parameters):
                        begun = True
                        yield record.values()
                return
            except LoadError as error:
                cause = error.__cause__
                again = isinstance(cause, self._neo4j.exceptions.Neo4jError) and cause.is_retryable()
                if begun or not again or attempt + 1 == self.settings.tries:
                    raise
            time.sleep(pause(attempt))

    def write(self, work: Callable[[neo4j.ManagedTransaction], None]) -> None:
        """Do the work in one transaction; the driver repeats it where the server says it may."""
        with self.session() as session:
            session.execute_write(work)
