"""Writes what Ansible says to its callbacks as JSON lines."""

DOCUMENTATION = """
name: events
type: stdout
short_description: events as JSON lines
version_added: historical
description: for the conformance tests
"""

import json
import os

from ansible.playbook.handler import Handler
from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "events"

    def write(self, **event):
        with open(os.environ["CONFORMANCE_EVENTS"], "a") as file:
            file.write(json.dumps(event, default=str) + "\n")

    def result(self, status, result, item=False):
        returned = result._result
        self.write(
            type="item" if item else "task",
            host=result.host.name,
            task=result.task.get_name(),
            handler=isinstance(result.task, Handler),
            status=status,
            **({"item": str(returned.get("_ansible_item_label"))} if item else {"items": len(returned.get("results") or [])}),
            said=returned.get("msg"),
        )

    def v2_playbook_on_play_start(self, play):
        hosts = play.get_variable_manager()._inventory.get_hosts(play.hosts, order=play.order)
        self.write(type="batch", hosts=[host.name for host in hosts])

    def v2_runner_on_ok(self, result):
        self.result("changed" if result.is_changed() else "ok", result)

    def v2_runner_on_skipped(self, result):
        self.result("skipped", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.result("ignored" if ignore_errors else "failed", result)

    def v2_runner_on_unreachable(self, result):
        self.result("ignored" if result.task_fields.get("ignore_unreachable") else "unreachable", result)

    def v2_runner_item_on_ok(self, result):
        self.result("changed" if result.is_changed() else "ok", result, item=True)

    def v2_runner_item_on_skipped(self, result):
        self.result("skipped", result, item=True)

    def v2_runner_item_on_failed(self, result):
        self.result("ignored" if result.task_fields.get("ignore_errors") else "failed", result, item=True)

    def v2_playbook_on_stats(self, stats):
        for host in sorted(stats.processed):
            self.write(type="recap", host=host, **stats.summarize(host))
