"""What an exchange ends with where no answer comes. Pure, and imported without any library."""

from typing import Final

CUT_OFF: Final = "the connection was cut off"


class NoExchangeError(Exception):
    """No answer; ``words`` hold no secret, ``may_pass`` says that asking again may help.

    ``was_sent`` is False only where the peer cannot have read the request.
    """

    def __init__(self, words: str, *, was_sent: bool = False, may_pass: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.was_sent = was_sent
        self.may_pass = may_pass
