"""Seconds from the start of a command to the first step that it shows: first_step.py COMMAND [ARGUMENTS]

The command gets a terminal of its own, on which `repro run` shows every tenth of a second how far it has come; it is
stopped as soon as a line tells a loss.
"""

import os
import pty
import signal
import sys
import time


def main():
    start = time.monotonic()
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(sys.argv[1], sys.argv[1:])
    seen = b""
    try:
        while b" loss " not in seen:
            seen += os.read(terminal, 65536)
        print(f"{time.monotonic() - start:.3f}")
    except OSError:
        sys.exit(f"{sys.argv[1]} ended before its first step: {seen.decode(errors='replace')[-500:]}")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
