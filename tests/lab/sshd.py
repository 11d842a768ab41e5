#!/usr/bin/env python3
"""sshd: an SSH server of many moods on loopback, for what OpenSSH never does and for logins by password.

    sshd.py PORTFILE HOSTKEY AUTHORIZED [--password PW] [--dialogue PW] [--narrow TYPE]

Whoever has a key of the file AUTHORIZED, or the password, is let in. --dialogue takes the password by
keyboard-interactive alone; --narrow takes no keys of this type, and names it not (server-sig-algs).
What happens then is the command:
    status N      N is the exit status, and "out" and "err" are said
    nothing       the channel is closed without an exit status
    signal        ended by a signal
    refuse        the command is refused
    mute          nothing is ever said
    stall, reset, close   half of the output, then nothing more, RST, FIN
    endless       output without end
Its port is written to PORTFILE once it listens.
"""
import argparse
import logging
import os
import socket
import struct
import sys
import threading
import time

import paramiko

parser = argparse.ArgumentParser()
parser.add_argument("port_file")
parser.add_argument("host_key")
parser.add_argument("authorized")
parser.add_argument("--password")
parser.add_argument("--dialogue")
parser.add_argument("--narrow")
args = parser.parse_args()

with open(args.authorized, encoding="ascii") as f:
    authorized = {line.split()[1] for line in f if line.strip()}


class Mood(paramiko.ServerInterface):
    def __init__(self, transport):
        self.transport = transport

    def get_allowed_auths(self, username):
        return "publickey" + (",password" if args.password else "") + \
            (",keyboard-interactive" if args.dialogue else "")

    def check_auth_publickey(self, username, key):
        if key.get_name() == args.narrow or key.get_base64() not in authorized:
            return paramiko.AUTH_FAILED
        return paramiko.AUTH_SUCCESSFUL

    def check_auth_password(self, username, password):
        return paramiko.AUTH_SUCCESSFUL if password == args.password else paramiko.AUTH_FAILED

    def check_auth_interactive(self, username, submethods):
        question = paramiko.InteractiveQuery("", "")  # as OpenSSH does
        question.add_prompt("Password: ", False)
        return question

    def check_auth_interactive_response(self, responses):
        right = list(responses) == [args.dialogue]
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, channel_id):
        return paramiko.OPEN_SUCCEEDED if kind == "session" else \
            paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def check_channel_exec_request(self, channel, command):
        words = command.decode().split()
        if words[0] == "refuse":
            return False
        threading.Thread(target=self.carry_out, args=(channel, *words), daemon=True).start()
        return True

    def carry_out(self, channel, mood, *words):
        time.sleep(0.05)  # the answer to the request goes first
        if mood == "status":
            channel.sendall(b"out\n")
            channel.sendall_stderr(b"err\n")
            channel.send_exit_status(int(words[0]))
        elif mood == "signal":
            self.send_signal(channel)
        elif mood in ("stall", "reset", "close"):
            channel.sendall(b"x" * 10000)
            time.sleep(0.2)
            self.leave(mood)
            return
        elif mood == "endless":
            try:
                while True:
                    channel.sendall(b"y\n" * 8192)
            except OSError:
                return
        elif mood == "mute":
            return
        channel.shutdown_write()
        channel.close()

    def send_signal(self, channel):
        """RFC 4254, 6.10; the library has no call for it."""
        message = paramiko.Message()
        message.add_byte(bytes([98]))
        message.add_int(channel.remote_chanid)
        message.add_string("exit-signal")
        message.add_boolean(False)
        message.add_string("KILL")
        message.add_boolean(False)
        message.add_string("")
        message.add_string("")
        self.transport._send_user_message(message)

    def leave(self, how):
        sock = self.transport.sock
        if how == "reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if how != "stall":
            # close() alone would wait for the thread that reads
            os.close(sock.detach())


class Talkative(paramiko.Transport):
    """Sends server-sig-algs to whoever asks; the library does not see the question beside newer ones."""
    _remote_ext_info = property(lambda self: "ext-info-c", lambda self, value: None)


def serve(connection, key):
    disabled = {"pubkeys": [args.narrow]} if args.narrow else None
    kind = Talkative if args.narrow else paramiko.Transport
    transport = kind(connection, disabled_algorithms=disabled)
    transport.add_server_key(key)
    try:
        transport.start_server(server=Mood(transport))
    except (paramiko.SSHException, EOFError, OSError):
        pass


def main():
    logging.getLogger("paramiko").addHandler(logging.NullHandler())
    key = paramiko.Ed25519Key(filename=args.host_key)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        with open(args.port_file + ".new", "w", encoding="ascii") as f:
            f.write(str(listener.getsockname()[1]))
        os.rename(args.port_file + ".new", args.port_file)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, key), daemon=True).start()


sys.exit(main())
