"""Collects the events of a task."""

from __future__ import annotations

from ppp_tui.sources.cline.state import TaskState
from ppp_tui.sources.emitter import TextlessEmitter
from ppp_tui.sources.json_records import JsonObject, text_of


class TaskEmitter(TextlessEmitter[TaskState]):
    """Collects events, and knows whose they are."""

    def __init__(self, state: TaskState, task: str, model: str) -> None:
        """Continue from a state; `task` is the task's id, `model` its model where the messages name none."""
        super().__init__(state)
        self.task = task
        self.model = model

    def note_model(self, at: int, info: JsonObject) -> None:
        """Take over which model a message says that it is from."""
        self.model = text_of(info, "modelId") or self.model
        self.note(at, "model", text_of(info, "modelId"))
