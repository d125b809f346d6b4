"""Runs a program on a terminal of its own and types answers, each when its question stands there.

Reads {"argv", "cwd", "env", "answers": [[question, answer], ...]} from stdin; prints {"code", "shown", "unasked"} as JSON: all that the
terminal has shown, and the questions that never came.
"""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

given = json.load(sys.stdin)
child, terminal = pty.fork()
if child == 0:
    # A terminal that says it has no columns is none on which a program draws.
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    os.chdir(given["cwd"])
    os.execve(given["argv"][0], given["argv"], given["env"])

shown = b""
seen = 0
answers = list(given["answers"])
end = time.monotonic() + 60
while time.monotonic() < end:
    if not select.select([terminal], [], [], 1)[0]:
        continue
    try:
        piece = os.read(terminal, 65536)
    except OSError:  # Linux says EIO once the program has closed the terminal
        break
    if not piece:
        break
    shown += piece
    # What is typed ahead of its question would be echoed by any program, or dropped: getpass flushes its input.
    if answers and shown[seen:].rstrip(b" ").endswith(answers[0][0].encode()):
        seen = len(shown)
        os.write(terminal, answers.pop(0)[1].encode() + b"\r")
else:
    os.kill(child, 9)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(json.dumps({"code": code, "shown": shown.decode(), "unasked": [question for question, _ in answers]}))
