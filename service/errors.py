"""Every error Signalbox raises, grouped by what the caller can do about it.

    SignalboxError
    ├── Invalid               change the request; the same bytes fail again
    │   ├── MessageRefused    a bound on hostile input was broken (``service.mail.limits``)
    │   └── Unauthenticated   the signature or secret of a gateway is missing or wrong
    ├── Overloaded            come back after ``retry_after_s``
    ├── Unavailable           come back later: something we need is away
    │   └── Undecided         the other side may have done it all the same
    └── Corrupt               do not start: the bundle or the configuration is wrong
        ├── BundleCorrupt     a bundle that is not what its manifest says
        └── ConfigurationCorrupt   settings or teams file that cannot be meant

Odd mail is not an error: the parser collects ``service.message.Defect`` instead.
"""


class SignalboxError(Exception):
    """Base of every error raised on purpose."""


class Invalid(SignalboxError):
    """The request cannot be served as it stands; the message says what to change."""


class MessageRefused(Invalid):
    """A message over one of the bounds in ``service.mail.limits``, which is named by ``limit``."""

    def __init__(self, limit: str, detail: str) -> None:
        super().__init__(f"{limit}: {detail}")
        self.limit = limit


class Unauthenticated(Invalid):
    """A call without the secret or signature of the gateway that it claims to be."""


class Unavailable(SignalboxError):
    """Something needed is away; nothing is lost as long as the caller keeps the message."""


class Undecided(Unavailable):
    """A mail was sent in full and no answer came: it may have arrived, so nothing else is tried."""


class Overloaded(SignalboxError):
    """The queue is full; ``retry_after_s`` is the time until it will have drained."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"the queue is full, try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class Corrupt(SignalboxError):
    """What we were told to serve with is not intact; the process must not start with it."""


class BundleCorrupt(Corrupt):
    """A bundle whose files, operators or shapes are not what its manifest promises."""


class ConfigurationCorrupt(Corrupt):
    """A settings value or teams file that contradicts itself or the bundle."""
