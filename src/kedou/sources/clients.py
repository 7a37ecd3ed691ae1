"""The clients of object stores in PyArrow, each with limits that a person waits for.

Every attempt has an end: three seconds to connect, ten for an answer, three attempts.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any

ATTEMPTS, CONNECT_SECONDS, REQUEST_SECONDS = 3, 3.0, 10.0


@lru_cache(64)
def opened(kind: str, settings: tuple[tuple[str, Any], ...]) -> Any:
    """Return the file system of PyArrow for a kind of store, one for equal settings.

    Raises
    ------
    ImportError
        PyArrow was built without it.
    ValueError, TypeError, OSError
        The settings make no sense to it.
    """
    makers: dict[str, Callable[..., Any]] = {"s3": _s3, "gs": _gs, "abfs": _abfs}
    return makers[kind](**dict(settings))


def _s3(
    key: str | None = None,
    secret: str | None = None,
    token: str | None = None,
    role: str | None = None,
    anonymous: bool = False,
    region: str | None = None,
    endpoint: str | None = None,
    virtual_addressing: bool = False,
    certificates: str | None = None,
    proxy: str | None = None,
) -> Any:
    from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem

    more: dict[str, Any] = {}
    if endpoint:
        more["scheme"], more["endpoint_override"] = _parted(endpoint)
    if virtual_addressing:
        more["force_virtual_addressing"] = True
    if certificates:
        more["tls_ca_file_path"] = certificates
    return S3FileSystem(
        access_key=key,
        secret_key=secret,
        session_token=token,
        role_arn=role,
        anonymous=anonymous,
        region=region,
        proxy_options=proxy,
        connect_timeout=CONNECT_SECONDS,
        request_timeout=REQUEST_SECONDS,
        retry_strategy=AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS),
        **more,
    )


def _gs(
    anonymous: bool = False, endpoint: str | None = None, service_account: str | None = None
) -> Any:
    from datetime import timedelta

    from pyarrow.fs import GcsFileSystem

    more: dict[str, Any] = {}
    if endpoint:
        more["scheme"], more["endpoint_override"] = _parted(endpoint)
    limit = timedelta(seconds=REQUEST_SECONDS)  # it waits up to twice as long
    return GcsFileSystem(
        anonymous=anonymous, target_service_account=service_account, retry_time_limit=limit, **more
    )


def _abfs(
    account: str | None = None,
    key: str | None = None,
    token: str | None = None,
    endpoint: str | None = None,
) -> Any:
    from pyarrow.fs import AzureFileSystem

    account = account or os.environ.get("AZURE_STORAGE_ACCOUNT_NAME")
    if not account:
        raise ValueError("account=... or AZURE_STORAGE_ACCOUNT_NAME")
    more: dict[str, Any] = {}
    if token:
        more["sas_token"] = token
    if endpoint:
        scheme, host = _parted(endpoint)
        for service in ("blob", "dfs"):
            more[f"{service}_storage_authority"] = host
            more[f"{service}_storage_scheme"] = scheme
    key = key or (None if token else os.environ.get("AZURE_STORAGE_KEY"))
    return AzureFileSystem(account, account_key=key, **more)


def _parted(endpoint: str) -> tuple[str, str]:
    """Return the scheme and the host of an endpoint, https unless it says another."""
    scheme, mark, host = endpoint.partition("://")
    return (scheme, host.rstrip("/")) if mark else ("https", endpoint.rstrip("/"))
