"""Object stores: how one is reached, and what is told when it is not.

Amazon S3 and what speaks like it (``s3://``), Google Cloud Storage (``gs://``, ``gcs://``) and
Azure (``abfs://``, ``abfss://``) by PyArrow's own file systems; any other by a file system that
is given. Secrets are in no ``repr`` and no message. Every attempt has an end: a few seconds to
connect, ten for an answer, three attempts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kedou.columns.plan import some
from kedou.errors import OptionError, OptionTypeError, UnreadableFileError

SCHEMES = {"s3": "s3", "gs": "gs", "gcs": "gs", "abfs": "abfs", "abfss": "abfs"}
OPTIONS = {
    "s3": (
        *("key", "secret", "token", "role", "anonymous", "region", "endpoint"),
        *("virtual_addressing", "certificates", "proxy"),
    ),
    "gs": ("anonymous", "endpoint", "service_account"),
    "abfs": ("account", "key", "token", "endpoint"),
}
"""What ``storage_options`` may say for each kind of store."""

_LONGEST = 300
_SECRETS = ("key", "secret", "token", "proxy")
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_QUERY = re.compile(r"\?[\w.-]+=.*\Z", re.DOTALL)
_USER = re.compile(r"(?<=://)[^/@]*:[^/@]*@")


@dataclass(frozen=True, slots=True)
class Access:
    """How stores are reached, as it was given to ``kd.open``."""

    options: Mapping[str, Any] | None = field(default=None, repr=False)
    filesystem: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Store:
    """A store that can be reopened elsewhere: it is pickled without a connection.

    Attributes
    ----------
    kind : str
        ``"s3"``, ``"gs"``, ``"abfs"``, or what a given file system calls itself.
    settings : tuple of (name, value)
        As in ``storage_options``; what the environment says of secrets is not among them, so it
        is asked again wherever the store is opened.
    given : file system, optional
    """

    kind: str
    settings: tuple[tuple[str, Any], ...] = field(default=(), repr=False)
    given: Any = field(default=None, repr=False, hash=False)

    @property
    def filesystem(self) -> Any:
        """The file system of PyArrow."""
        if self.given is not None:
            return self.given
        from kedou.sources.clients import opened

        try:
            return opened(self.kind, self.settings)
        except (ImportError, AttributeError):
            raise UnreadableFileError("sources.store-not-built", kind=self.kind) from None
        except (ValueError, TypeError, OSError) as error:
            reason = self._without_secrets(str(error))
            raise OptionError("sources.store-settings", kind=self.kind, reason=reason) from None

    def problem(self, error: Exception, address: str) -> UnreadableFileError | None:
        """Put into words what a store answered; None if the error tells of something else."""
        text = str(error)
        shown = {"file": address, "reason": self._without_secrets(text)}
        for code, pattern in _ANSWERS:
            if pattern.search(f"{type(error).__name__}: {text}"):
                return UnreadableFileError(code, **shown)
        return None

    def refusal(self, error: Exception, address: str) -> UnreadableFileError:
        """Put into words why something could not be read."""
        found = self.problem(error, address)
        if found is not None:
            return found
        reason = self._without_secrets(str(error) or type(error).__name__)
        return UnreadableFileError("sources.store-failed", file=address, reason=reason)

    def _without_secrets(self, text: str) -> str:
        for name, value in self.settings:
            if name in _SECRETS and value:
                text = text.replace(str(value), "***")
        for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID"):
            secret = os.environ.get(name, "")
            if len(secret) >= 8:
                text = text.replace(secret, "***")
        text = re.sub(r"(https?://[^\s?]*)\?\S*", r"\1", text)
        words = " ".join(_USER.sub("", text).split()).rstrip(". ")
        return words if len(words) <= _LONGEST else f"{words[:_LONGEST]} ..."


_ANSWERS = (
    (
        "sources.store-refused",
        re.compile(
            r"ACCESS_DENIED|INVALID_ACCESS_KEY|SIGNATURE|InvalidAccessKey|SignatureDoesNot"
            r"|AccessDenied|PermissionError|NoCredentials|Unauthor|UNAUTHENTICATED"
            r"|PERMISSION_DENIED|AuthorizationFailure|AuthenticationFailed|Forbidden"
            r"|OAuth2 access token|HTTP status 40[13]|\b40[13]\b (?!bytes)",
            re.IGNORECASE,
        ),
    ),
    ("sources.store-no-bucket", re.compile(r"NO_SUCH_BUCKET|NoSuchBucket|ContainerNotFound")),
    (
        "sources.store-no-object",
        re.compile(r"FileNotFoundError|NO_SUCH_KEY|NoSuchKey|RESOURCE_NOT_FOUND|BlobNotFound"),
    ),
    (
        "sources.store-unreachable",
        re.compile(
            r"NETWORK_CONNECTION|curlCode|CURL|EndpointConnection|Could not connect"
            r"|ConnectTimeout|ReadTimeout|TimeoutError|ConnectionError|ConnectionRefused"
            r"|Could not resolve|Timeout was reached|UNAVAILABLE|DEADLINE_EXCEEDED"
            r"|REQUEST_TIMEOUT|SLOW_DOWN|SERVICE_UNAVAILABLE|ClientConnector",
        ),
    ),
)


def scheme_of(text: str) -> str | None:
    """Return what stands before ``://``, in small letters; None for a path on this computer."""
    found = _ADDRESS.match(text)
    return found[1].lower() if found else None


def without_secrets(address: str) -> str:
    """Return an address without a user's name and password, and without what follows ``?name=``.

    >>> without_secrets("s3://me:secret@bucket/a.csv?token=1")
    's3://bucket/a.csv'
    """
    user = r"(?<=://)[^/]*:[^/]*@" if scheme_of(address) in ("abfs", "abfss") else r"(?<=://)[^/]*@"
    return _QUERY.sub("", re.sub(user, "", address))


def store_at(address: str, access: Access) -> tuple[Store, str]:
    """Return the store of an address, and the path in it.

    Raises
    ------
    UnreadableFileError
        If addresses of this kind are not read, or it holds a password.
    OptionError, OptionTypeError
        If a storage option is not known for this kind of store.
    """
    shown = without_secrets(address)
    scheme = scheme_of(address)
    kind = SCHEMES.get(scheme or "")
    if kind is None and access.filesystem is None:
        raise UnreadableFileError("sources.address", address=shown)
    if scheme is not None and shown != address:
        raise UnreadableFileError("sources.store-secret-in-address", address=shown)
    inner = address if scheme is None else address.split("://", 1)[1]
    if kind is None or access.filesystem is not None:
        from kedou.sources.given import given_store

        return given_store(access, address, inner)
    settings = dict(_checked(access.options, kind))
    bucket = inner.split("/", 1)[0]
    if not bucket:
        raise UnreadableFileError("sources.store-no-bucket-named", address=shown)
    if kind == "abfs" and "@" in bucket:  # container@account.dfs.core.windows.net
        container, _, host = bucket.partition("@")
        settings.setdefault("account", host.split(".", 1)[0])
        inner = container + inner[len(bucket) :]
    if kind == "s3":
        settings = _located(settings, bucket)
    return Store(kind, tuple(sorted(settings.items()))), inner.rstrip("/")


def _checked(options: Mapping[str, Any] | None, kind: str) -> Mapping[str, Any]:
    if options is None:
        return {}
    if not isinstance(options, Mapping):
        raise OptionTypeError("sources.storage-options-type", type=type(options).__name__)
    for name in options:
        if name not in OPTIONS[kind]:
            raise OptionError(
                "sources.storage-option", name=str(name), kind=kind, known=some(OPTIONS[kind])
            )
        if not isinstance(options[name], (str, bool, type(None))):
            kind_of = type(options[name]).__name__
            raise OptionTypeError("sources.storage-option-type", name=name, type=kind_of)
    return {name: value for name, value in options.items() if value is not None}


def _located(settings: dict[str, Any], bucket: str) -> dict[str, Any]:
    """Add what the environment says of the place, so that other machines look in the same one."""
    named = os.environ.get
    endpoint = named("AWS_ENDPOINT_URL_S3") or named("AWS_ENDPOINT_URL")
    region = named("AWS_REGION") or named("AWS_DEFAULT_REGION")
    if endpoint:
        settings.setdefault("endpoint", endpoint)
    if region:
        settings.setdefault("region", region)
    if "region" not in settings:
        settings["region"] = "us-east-1" if "endpoint" in settings else _region(bucket)
    return settings


def _region(bucket: str) -> str:
    from pyarrow import fs

    try:
        return str(fs.resolve_s3_region(bucket))
    except OSError:  # the first reading tells what is the matter
        return "us-east-1"
