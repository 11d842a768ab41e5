#!/usr/bin/env python3
"""without.py ERRNO CALL[,CALL ...] COMMAND ...: run a command on a kernel that lacks system calls.

A seccomp filter answers these calls with ENOSYS, as a kernel that is older than they are, or with
EPERM, as a container engine of old that does not know them. "none" is no call at all: what else the
helper does (no new privileges) is done all the same. Ends with 75 where no filter can be set.
"""
import ctypes
import errno
import os
import struct
import sys

# one number on all architectures from pidfd_send_signal on
CALLS = {
    "statx": {"x86_64": 332, "aarch64": 291}.get(os.uname().machine, 0),
    "pidfd_send_signal": 424,
    "pidfd_open": 434,
    "clone3": 435,
    "close_range": 436,
    "openat2": 437,
    "faccessat2": 439,
}
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, FILTER = 22, 38, 2
ALLOW, ANSWER = 0x7FFF0000, 0x00050000
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # struct sock_filter's codes: BPF_LD|W|ABS, BPF_JMP|JEQ|K

libc = ctypes.CDLL(None, use_errno=True)


def filter_of(numbers, answer):
    lines = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, ARCHITECTURES[os.uname().machine]),
             (RETURN, 0, 0, ALLOW), (LOAD, 0, 0, 0)]
    for number in numbers:
        lines += [(EQUAL, 0, 1, number), (RETURN, 0, 0, ANSWER | answer)]
    return b"".join(struct.pack("HBBI", *line) for line in lines + [(RETURN, 0, 0, ALLOW)])


def set_filter(numbers, answer):
    code = ctypes.create_string_buffer(filter_of(numbers, answer))
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(code))
    for words in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, FILTER, program, 0, 0)):
        if libc.prctl(*words):
            sys.exit(75)


def main():
    answer = getattr(errno, sys.argv[1])
    names = [] if sys.argv[2] == "none" else sys.argv[2].split(",")
    if os.uname().machine not in ARCHITECTURES:
        sys.exit(75)
    numbers = [CALLS[name] for name in names]
    set_filter(numbers, answer)
    for number in numbers:
        # nothing that a kernel which has the call could do
        if libc.syscall(number, -1, None, -1, 0, 0) != -1 or ctypes.get_errno() != answer:
            sys.exit(f"without: call {number} is still there")
    os.execvp(sys.argv[3], sys.argv[3:])


main()
