"""ansible-core as one warm process: a request per line, and an answer per line.

A start of ansible-playbook is a second of imports. Here they happen once; each request is answered in a fork of its own, so
nothing of one run is left for the next.
"""

import json
import os
import sys
import traceback

import ansible.cli.playbook
import ansible.executor.playbook_executor
import ansible.plugins.strategy.linear
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader


def playbook(request):
    """Runs ansible-playbook; the callback events.py writes what happens."""
    os.environ["CONFORMANCE_EVENTS"] = request["answer"]
    ansible.cli.playbook.PlaybookCLI.cli_executor(["ansible-playbook", *request["args"]])


def patterns(request):
    """Hosts of each [pattern, limit]."""
    answers = []
    for pattern, limit in request["patterns"]:
        inventory = InventoryManager(DataLoader(), sources=request["inventory"])
        try:
            inventory.subset(limit)
            answers.append([host.name for host in inventory.get_hosts(pattern)])
        except Exception as error:  # what a user would be told
            answers.append(str(error))
    with open(request["answer"], "w") as file:
        json.dump(answers, file)


def answer(request):
    os.chdir(request["cwd"])
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    {"playbook": playbook, "patterns": patterns}[request["what"]](request)


for line in sys.stdin:
    child = os.fork()
    if child == 0:
        code = 0
        try:
            answer(json.loads(line))
        except SystemExit as end:
            code = end.code or 0
        except BaseException:
            traceback.print_exc()
            code = 250
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    print(json.dumps({"code": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}), flush=True)
