"""Workers that keep nothing of what they were given once they have ended."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Callable, Coroutine
from functools import wraps
from traceback import clear_frames
from typing import Any, Concatenate, ParamSpec, TypeVar

from textual.dom import DOMNode
from textual.worker import Worker

Node = TypeVar("Node", bound=DOMNode)
P = ParamSpec("P")
T = TypeVar("T")


def work(
    *, group: str, exclusive: bool = False
) -> Callable[[Callable[Concatenate[Node, P], Coroutine[Any, Any, T]]], Callable[Concatenate[Node, P], Worker[T]]]:
    """Make an asynchronous method one that starts a worker; with `exclusive` it ends those of its group.

    Textual's own decorator prints all arguments for a description of the worker, which takes longer than to draw a turn
    of hundreds of steps, and keeps description and arguments as long as anything refers to the worker.
    """

    def decorate(
        method: Callable[Concatenate[Node, P], Coroutine[Any, Any, T]],
    ) -> Callable[Concatenate[Node, P], Worker[T]]:
        @wraps(method)
        def start(node: Node, /, *args: P.args, **keywords: P.kwargs) -> Worker[T]:
            given = [(args, keywords)]
            # Nobody is told of the states that a worker goes through.
            node.disable_messages(Worker.StateChanged)

            async def run() -> T:
                own_args, own_keywords = given.pop()
                running = method(node, *own_args, **own_keywords)
                del own_args, own_keywords
                try:
                    return await running
                except CancelledError as error:
                    # The worker keeps the error, whose frames hold what the method had read.
                    clear_frames(error.__traceback__)
                    raise

            return node.run_worker(run, name=method.__name__, group=group, exclusive=exclusive)

        return start

    return decorate
