"""An S3 bucket instead, where the province has one."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import S3Store as Bucket

from libs.contracts.errors import HotlineError
from libs.files.settings import FilesSettings
from libs.files.store import NoSuchFile
from libs.runtime.errors import OutcomeUnknown

PATIENCE = timedelta(seconds=30)
"""For one object, all tries together."""


class BadBucket(HotlineError):
    """The settings of the S3 bucket cannot be used; the message says why."""


class S3Store:
    """Objects in one bucket, each a key."""

    def __init__(self, settings: FilesSettings) -> None:
        secret = settings.s3_secret_file
        try:
            self._bucket = Bucket(
                settings.s3_bucket,
                config={
                    "region": settings.s3_region,
                    "access_key_id": settings.s3_key_id,
                    "secret_access_key": secret.read_text(encoding="utf-8").strip() if secret else "",
                    "virtual_hosted_style_request": False,
                    **({"endpoint": settings.s3_endpoint} if settings.s3_endpoint else {}),
                },
                client_options={
                    "timeout": PATIENCE,
                    "connect_timeout": timedelta(seconds=3),
                    "allow_http": settings.s3_endpoint.startswith("http://"),
                },
                retry_config={"max_retries": 3, "retry_timeout": PATIENCE},
            )
        except (OSError, BaseError) as error:
            raise BadBucket(f"HOTLINE_FILES_S3_…: {type(error).__name__}") from error

    async def put(self, name: str, content: bytes) -> None:
        with _certain():
            try:
                await self._bucket.put_async(name, content, mode="create")
            except AlreadyExistsError:
                return

    async def get(self, name: str) -> bytes:
        with _certain():
            return bytes(await (await self._bucket.get_async(name)).bytes_async())

    async def remove(self, name: str) -> None:
        with _certain():
            await self._bucket.delete_async(name)

    async def names(self) -> AsyncIterator[tuple[str, datetime]]:
        with _certain():
            async for some in self._bucket.list():
                for one in some:
                    yield one["path"], one["last_modified"].astimezone(UTC)


@contextmanager
def _certain() -> Iterator[None]:
    try:
        yield
    except (NotFoundError, FileNotFoundError):
        raise NoSuchFile from None
    except (BaseError, OSError) as error:
        raise OutcomeUnknown from error
