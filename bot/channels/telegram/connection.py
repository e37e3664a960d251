"""One keep-alive HTTP/1.1 connection: idle, or with exactly one request under way."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

import httptools

Done = Callable[[int, bytes], None]
"""Gets status and body of the answer; status 0 when there was none (refused, reset, too slow)."""

ANSWER_MOST: Final = 1 << 20


class Pool(Protocol):
    """Where connections come from and go back to."""

    def freed(self, connection: "Connection", /) -> None:
        """It finished its call and can take the next."""
        ...

    def lost(self, connection: "Connection", /) -> None:
        """It is gone."""
        ...

    def enqueue(self, job: "Job", /) -> None:
        """Carry this out on any connection."""
        ...


class Job:
    """One call: its whole request, whom to tell, until when, and whether to try a second time."""

    __slots__ = ("again", "deadline", "done", "request")

    def __init__(self, request: bytes, done: Done, deadline: float) -> None:
        self.request = request
        self.done = done
        self.deadline = deadline
        self.again = True


class Connection(asyncio.Protocol):
    """Reads answers with httptools, the parser uvicorn uses; knows nothing of the Bot API."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._body: list[bytes] = []
        self._size = 0
        self._fresh = True
        self._heard = False
        self._answered: tuple[Done, int] | None = None
        self.job: Job | None = None
        self.idle_since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport  # type: ignore[assignment]  # always a stream here

    @property
    def usable(self) -> bool:
        """Whether a request can be written."""
        return self._transport is not None and not self._transport.is_closing()

    def start(self, job: Job) -> None:
        """Write the request of this call."""
        assert self._transport is not None  # noqa: S101 - callers asked `usable`
        self.job = job
        self._heard = False
        self._transport.write(job.request)

    def abort(self) -> None:
        """End at once; a call under way gets no answer."""
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """End when everything is written."""
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Take in a part of an answer."""
        self._heard = True
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.abort()
        if self._answered is not None:
            # Outside the parser, which would swallow what the caller's function raises.
            (done, status), self._answered = self._answered, None
            # Not kept on an idle connection: it names the chat, and may lie there for long.
            body, self._body = b"".join(self._body), []
            done(status, body)

    def on_message_begin(self) -> None:
        """An answer begins."""
        self._body = []
        self._size = 0

    def on_body(self, body: bytes) -> None:
        """A part of the answer's body."""
        self._size += len(body)
        if self._size > ANSWER_MOST:
            self.abort()
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """The answer is complete."""
        status = self._parser.get_status_code()
        if status < 200 or self._size > ANSWER_MOST:  # interim, or given up already
            return
        job, self.job = self.job, None
        self._fresh = False
        if job is not None:
            self._answered = (job.done, status)
        if job is not None and self._parser.should_keep_alive():
            self._pool.freed(self)
        else:
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The end, wanted or not."""
        self._transport = None
        job, self.job = self.job, None
        self._pool.lost(self)
        if job is None:
            return
        if job.again and not self._fresh and not self._heard:
            # The server had closed an idle connection while we wrote: once more on another.
            job.again = False
            self._pool.enqueue(job)
        else:
            job.done(0, b"")
