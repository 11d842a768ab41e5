#!/usr/bin/env python3
"""deadmount.py FOLDER READY [silent|deaf]: a file system that is dead.

Mounts a FUSE file system there and then never answers. "silent" reads each question: who asks cannot
even be killed (as at a hard NFS mount on old kernels); "deaf" reads none: who asks can be killed.
Writes the file READY once it is mounted. Its end ends all who wait. Needs root and /dev/fuse.
"""
import ctypes
import os
import struct
import sys
import time

folder, ready, mode = sys.argv[1], sys.argv[2], (sys.argv[3:] or ["silent"])[0]
libc = ctypes.CDLL(None, use_errno=True)
fuse = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={fuse},rootmode=40000,user_id=0,group_id=0,allow_other"
if libc.mount(b"dead", folder.encode(), b"fuse.dead", 0, options.encode()):
    sys.exit(f"mount: {os.strerror(ctypes.get_errno())}")
# The first question is about the protocol: as long as it has no answer, all others wait unasked.
question = os.read(fuse, 1 << 20)
unique = struct.unpack_from("<IIQ", question)[2]
answer = struct.pack("<IIIIHHIIHHIIII", 7, 19, 4096, 0, 12, 9, 131072, 1, 1, 0, 0, 0, 0, 0)
answer += bytes(64 - len(answer))
os.write(fuse, struct.pack("<IiQ", 16 + len(answer), 0, unique) + answer)
with open(ready, "w") as file:
    file.write("mounted\n")
while mode == "silent":
    os.read(fuse, 1 << 20)
while True:
    time.sleep(60)
