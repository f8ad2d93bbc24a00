"""A real IMAP server for tests: Debian's dovecot on loopback, with all its files in a folder of its own."""

import grp
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAM = shutil.which("dovecot") or "/usr/sbin/dovecot"
TLS = Path(__file__).parent.parent / "transport" / "tls"
PASSWORD = "a-pass/word@the:mailbox"

CONFIG = """
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = tests
log_path = {folder}/log
listen = 127.0.0.1
ssl = yes
ssl_cert = <{tls}/server.pem
ssl_key = <{tls}/server.pem
disable_plaintext_auth = no
auth_failure_delay = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail
mail_max_userip_connections = 50
passdb {{
  driver = static
  args = password={{PLAIN}}{password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home
}}
service imap-login {{
  chroot =
  # One process for all sessions: each test signs in several times.
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
  # No waiting after wrong passwords.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


def is_installed():
    return os.access(PROGRAM, os.X_OK)


class Dovecot:
    """`with Dovecot() as server:` runs it; `url()` is for INBOUND_IMAP_URL."""

    def __enter__(self):
        # Its sockets need short paths.
        self.folder = Path(tempfile.mkdtemp(prefix="dmr-imap", dir="/tmp"))
        self.port, self.tls_port = free_port(), free_port()
        # It gives no mailbox to root; whoever else runs the tests runs it too.
        user = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        entry = pwd.getpwnam(user)
        for name in ("run", "state", "mail", "home"):
            (self.folder / name).mkdir()
            if os.getuid() == 0:
                os.chown(self.folder / name, entry.pw_uid, entry.pw_gid)
        self.folder.chmod(0o755)
        (self.folder / "conf").write_text(
            CONFIG.format(
                folder=self.folder,
                tls=TLS,
                user=user,
                group=grp.getgrgid(entry.pw_gid).gr_name,
                password=PASSWORD,
                port=self.port,
                tls_port=self.tls_port,
            )
        )
        self.start()
        return self

    def __exit__(self, *details):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        self.process = subprocess.Popen([PROGRAM, "-F", "-c", str(self.folder / "conf")], start_new_session=True)
        for _try in range(50):
            try:
                self.session().logout()
                return
            except (OSError, imaplib.IMAP4.error):
                time.sleep(0.1)
        self.stop()
        log = (self.folder / "log").read_text() if (self.folder / "log").exists() else ""
        raise RuntimeError(f"dovecot did not start: {log}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)

    def url(self, scheme="imap", password="a-pass%2Fword%40the%3Amailbox", folder="INBOX"):
        port = self.tls_port if scheme == "imaps" else self.port
        return f"{scheme}://bounces:{password}@localhost:{port}/{folder}"

    def session(self):
        server = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        server.login("bounces", PASSWORD)
        return server

    def deliver(self, *raws, folder="INBOX"):
        """Put messages into a folder."""
        with self.session() as server:
            for raw in raws:
                assert server.append(folder, None, None, raw)[0] == "OK"

    def flags(self, folder="INBOX"):
        """The flags of each message, in order."""
        with self.session() as server:
            server.select(folder, readonly=True)
            _answer, found = server.fetch("1:*", "(FLAGS)")
            return [row.decode() for row in found if row]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
