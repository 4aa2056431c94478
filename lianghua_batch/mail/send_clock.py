"""The time, and waiting."""

import datetime as dt
import time


class Clock:
    """The system's clock; whoever observes the pauses gives another one of this shape."""

    def now(self) -> dt.datetime:
        """The time of day, with its zone."""
        return dt.datetime.now().astimezone()

    def seconds(self) -> float:
        """Seconds that only go forward."""
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        """Let so many seconds go by."""
        time.sleep(seconds)
