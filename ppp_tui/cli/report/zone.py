"""The time zone of the machine, summer time included, whatever its name is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo


class LocalZone(tzinfo):
    """Asks the C library for every moment anew, as `datetime.astimezone` does without an argument."""

    def utcoffset(self, when: datetime | None) -> timedelta | None:
        """Return how far local time is ahead of UTC at a local time."""
        if when is None:
            return None
        naive = when.replace(tzinfo=None)
        return naive - datetime.fromtimestamp(naive.timestamp(), UTC).replace(tzinfo=None)

    def dst(self, when: datetime | None) -> timedelta | None:  # noqa: ARG002 - the signature is the base class's
        """Return None: the C library does not separate it from the offset."""
        return None

    def tzname(self, when: datetime | None) -> str | None:
        """Return the zone's abbreviation at a local time."""
        return None if when is None else when.replace(tzinfo=None).astimezone().tzname()

    def fromutc(self, when: datetime) -> datetime:
        """Return a UTC time as local time."""
        seconds = when.replace(tzinfo=UTC, microsecond=0).timestamp()
        local = datetime.fromtimestamp(seconds)  # noqa: DTZ006 - only a naive time carries its fold
        return local.replace(microsecond=when.microsecond, tzinfo=self)


LOCAL = LocalZone()
"""The machine's zone."""
