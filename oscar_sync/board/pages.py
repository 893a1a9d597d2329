"""Pages and documents of a picture, each made once, however many ask for it."""

import threading
from collections.abc import Callable
from typing import Any, Final

from oscar_sync.board.state import Board
from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from oscar_sync.render.html.board import board_page, login_page, service_page
from oscar_sync.render.html.board_picture import BoardPicture
from oscar_sync.render.markup import source_of

_KEPT: Final = 64


class Pages:
    def __init__(self, board: Board) -> None:
        self._board = board
        self._lock = threading.Lock()
        self._shown: object = None
        self._made: dict[tuple[str, ...], Any] = {}
        self.style = "\n".join(map(source_of, ("page.css", "board.css", "graph.css")))
        self.script = str(source_of("board.js"))

    def board(self, cluster: str) -> str:
        """Return the page of all clusters, or of one; blank where there is none of that name."""

        def made(picture: BoardPicture) -> str:
            known = picture.subject.plan.clusters if picture.subject else ()
            if cluster and cluster not in {one.id for one in known}:
                return ""
            return board_page(picture, cluster)

        text: str = self._kept(("board", cluster), made)
        return text

    def service(self, cluster: str, name: str) -> str:
        key = ServiceKey(ClusterId(cluster), ServiceName(name))
        text: str = self._kept(
            ("service", cluster, name), lambda picture: service_page(picture, key)
        )
        return text

    def login(self, problem: str = "") -> str:
        return login_page(problem)

    def document(self, name: str) -> Any:
        """Return a published document as JSON-shaped data, None where there is none yet."""
        return self._kept(("document", name), _DOCUMENTS[name])

    def _kept(self, name: tuple[str, ...], make: Callable[[BoardPicture], Any]) -> Any:
        picture = self._board.picture
        with self._lock:  # whoever asks at the same time waits for the same page
            shown = (picture.number, picture.now, picture.facts, picture.steps)
            if self._shown != shown or len(self._made) > _KEPT:
                self._shown, self._made = shown, {}
            if name not in self._made:
                self._made[name] = make(picture)
            return self._made[name]


def _plan(picture: BoardPicture) -> Any:
    from oscar_sync.published.plan import PlanDocument

    return PlanDocument.of(picture.subject.plan).data if picture.subject else None


def _status(picture: BoardPicture) -> Any:
    from oscar_sync.published.status import StatusDocument

    survey = picture.survey
    return StatusDocument.of(survey.clusters).data if survey and survey.is_whole else None


def _history(picture: BoardPicture) -> Any:
    from oscar_sync.published.history import HistoryDocument

    return HistoryDocument.of(picture.runs).data


_DOCUMENTS: Final[dict[str, Callable[[BoardPicture], Any]]] = {
    "plan": _plan,
    "status": _status,
    "history": _history,
}
