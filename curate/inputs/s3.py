"""Objects on S3 and what speaks its protocol: listing, signed addresses to read from, writing.

Bytes are read by `transfer`, as from any HTTP server; botocore finds the credentials, signs, lists and writes.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import sleep
from typing import Any

from curate.errors import SourceError, UsageError
from curate.inputs.patience import patience, pause

LASTS = 3600  # seconds a signed address is valid for; each request gets a new one
MAX_PUT_BYTES = 5 << 30
_ADDRESS = re.compile(r"s3://([a-z0-9A-Z][\w.\-]{1,254})(?:/(.*))?", re.DOTALL | re.ASCII)
_DENIED = frozenset({"AccessDenied", "403", "Forbidden", "InvalidAccessKeyId", "SignatureDoesNotMatch"})
_HINTS = {
    "commoncrawl": "Common Crawl's bucket takes no anonymous requests: name the file by its crawl path instead",
}


class Missing(SourceError):  # noqa: N818 (it mostly is none)
    """There is no such object, or no such bucket."""


@dataclass(frozen=True, slots=True)
class Access:
    """How S3 is spoken to, without a secret in it; an empty string leaves a setting to the AWS configuration."""

    endpoint: str = ""
    region: str = ""
    profile: str = ""
    anonymous: bool = False


def split_address(url: str) -> tuple[str, str]:
    """Bucket and key of `s3://bucket/key`.

    Raises UsageError when it names no bucket.

    >>> split_address("s3://crawl/2026/a.warc.gz")
    ('crawl', '2026/a.warc.gz')
    """
    found = _ADDRESS.fullmatch(url)
    if found is None:
        raise UsageError(f"{url!r} names no bucket: write s3://bucket/key")
    return found[1], found[2] or ""


def access() -> Access:
    """The access that the environment describes.

    CURATE_S3_ANONYMOUS is 1, 0, or empty: then requests are anonymous where no credentials are found. AWS_PROFILE,
    AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION and the AWS files mean what they mean everywhere. Raises
    UsageError when they do not fit together.
    """
    said = os.environ.get("CURATE_S3_ANONYMOUS", "")
    if said not in ("", "0", "1"):
        raise UsageError(f"CURATE_S3_ANONYMOUS has to be 0 or 1, not {said!r}")
    profile = os.environ.get("AWS_PROFILE", "")
    region = os.environ.get("AWS_REGION", "") or os.environ.get("AWS_DEFAULT_REGION", "")
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3", "") or os.environ.get("AWS_ENDPOINT_URL", "")
    anonymous = said == "1" or (said == "" and not _has_credentials(profile))
    return Access(endpoint, region, profile, anonymous)


@cache
def _has_credentials(profile: str) -> bool:
    session, failures = _session(profile)
    try:
        return session.get_credentials() is not None
    except failures as error:
        raise UsageError(f"the AWS credentials cannot be used: {_line(error)}") from None


def _session(profile: str) -> tuple[Any, tuple[type[Exception], ...]]:
    """A botocore session and the errors of its library."""
    import botocore.session  # type: ignore[import-untyped]
    from botocore.exceptions import BotoCoreError  # type: ignore[import-untyped]

    return botocore.session.Session(profile=profile or None), (BotoCoreError, ValueError)


@cache
def client(how: Access) -> Any:
    """A client of botocore; raises UsageError when it cannot be made."""
    from botocore import UNSIGNED
    from botocore.config import Config  # type: ignore[import-untyped]

    wait = patience()
    session, failures = _session(how.profile)
    config = Config(
        signature_version=UNSIGNED if how.anonymous else "s3v4",
        connect_timeout=wait.connect,
        read_timeout=wait.stall,
        retries={"mode": "standard", "max_attempts": wait.tries},
        request_checksum_calculation="when_required",
        # The signature covers the SHA-256 of what is written, so that the server refuses a body that was changed.
        s3={"payload_signing_enabled": True, **({"addressing_style": "path"} if how.endpoint else {})},
    )
    try:
        region = how.region or session.get_config_variable("region") or "us-east-1"
        return session.create_client("s3", region_name=region, endpoint_url=how.endpoint or None, config=config)
    except failures as error:
        raise UsageError(f"S3 cannot be used: {_line(error)}") from None


def signed(url: str, how: Access) -> str:
    """An address to read an object from by HTTP, signed unless access is anonymous."""
    bucket, key = split_address(url)
    address: str = _call(url, _client_of(bucket, how), "generate_presigned_url", ClientMethod="get_object",
                         Params={"Bucket": bucket, "Key": key}, ExpiresIn=LASTS)  # fmt: skip
    return address


@cache
def _client_of(bucket: str, how: Access) -> Any:
    """A client for the region a bucket is in: a signature is for one region."""
    from botocore.exceptions import ClientError

    first = client(how)
    if how.endpoint:
        return first
    try:
        found = first.head_bucket(Bucket=bucket)
    except ClientError as error:
        found = error.response
    except Exception as error:  # noqa: BLE001  one line for whatever the library meets on its way to the server
        raise _failure(f"s3://{bucket}", error) from None
    region = found.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("x-amz-bucket-region", "")
    return client(Access(how.endpoint, region, how.profile, how.anonymous)) if region else first


def keys(url: str, how: Access) -> Iterator[tuple[str, int]]:
    """Keys and sizes of the objects whose address begins with `url`, in order; raises SourceError."""
    bucket, prefix = split_address(url)
    token: dict[str, str] = {}
    while True:
        page = _call(url, _client_of(bucket, how), "list_objects_v2", Bucket=bucket, Prefix=prefix, **token)
        for item in page.get("Contents", ()):
            yield item["Key"], item["Size"]
        if not page.get("IsTruncated"):
            return
        token = {"ContinuationToken": page["NextContinuationToken"]}


def put(url: str, source: Path | bytes, how: Access, *, kind: str, sha256: str = "") -> None:
    """Write an object from a file or from bytes; raises SourceError, also when it is over 5 GiB."""
    bucket, key = split_address(url)
    metadata = {"Metadata": {"sha256": sha256}} if sha256 else {}
    where = _client_of(bucket, how)
    if isinstance(source, bytes):
        _call(url, where, "put_object", Bucket=bucket, Key=key, Body=source, ContentType=kind, **metadata)
        return
    if source.stat().st_size > MAX_PUT_BYTES:
        raise SourceError(f"{url}: over 5 GiB, more than S3 takes in one request; lower the recipe's part_bytes")
    with source.open("rb") as body:
        _call(url, where, "put_object", Bucket=bucket, Key=key, Body=body, ContentType=kind, **metadata)


def stored(url: str, how: Access) -> tuple[int, str] | None:
    """Size of an object and the SHA-256 it was put with, None when there is no such object; raises SourceError."""
    bucket, key = split_address(url)
    wait = patience()
    for failed in range(1, wait.tries + 1):
        try:
            found = _call(url, _client_of(bucket, how), "head_object", Bucket=bucket, Key=key)
        except Missing:
            return None
        if "ETag" in found:  # a page in place of the answer has none
            return int(found["ContentLength"]), str(found.get("Metadata", {}).get("sha256", ""))
        sleep(pause(failed, 0.0, wait))
    raise SourceError(f"{url}: the server sent something else than an answer of S3")


def delete(url: str, how: Access) -> None:
    """Remove an object; one that is not there is no error."""
    bucket, key = split_address(url)
    _call(url, _client_of(bucket, how), "delete_object", Bucket=bucket, Key=key)


def _call(url: str, where: Any, operation: str, **arguments: Any) -> Any:
    """An operation of a client; raises SourceError.

    The client tries again what a server refuses for now, but not where an answer breaks off in its body.
    """
    from botocore.exceptions import ClientError, HTTPClientError
    from botocore.parsers import ResponseParserError  # type: ignore[import-untyped]
    from urllib3.exceptions import HTTPError

    wait = patience()
    for failed in range(1, wait.tries + 1):
        if hasattr(arguments.get("Body"), "seek"):
            arguments["Body"].seek(0)
        try:
            return getattr(where, operation)(**arguments)
        except ClientError as error:
            raise _failure(url, error) from None
        except (HTTPClientError, ResponseParserError, HTTPError) as error:
            if failed == wait.tries or isinstance(error, HTTPClientError):
                raise _failure(url, error) from None
        except Exception as error:  # noqa: BLE001  one line for whatever the library meets on its way to the server
            raise _failure(url, error) from None
        sleep(pause(failed, 0.0, wait))
    raise AssertionError


def _failure(url: str, error: Exception) -> SourceError:
    """Return what went wrong, in one line that names the bucket or object and what could be done."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    bucket = url.removeprefix("s3://").partition("/")[0]
    if isinstance(error, ClientError):
        said = error.response.get("Error", {}).get("Code", "with an error")
        hint = f" ({_HINTS.get(bucket, 'look at AWS_PROFILE and CURATE_S3_ANONYMOUS')})" if said in _DENIED else ""
        missing = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404
        return (Missing if missing else SourceError)(f"{url}: S3 answered {said}{hint}")
    if isinstance(error, ResponseParserError):
        return SourceError(f"{url}: the server sent something else than an answer of S3")
    if isinstance(error, BotoCoreError):
        return SourceError(f"{url}: {_line(error)}")
    return SourceError(f"{url}: the connection to S3 failed ({type(error).__name__})")


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
