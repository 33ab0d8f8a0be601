"""Sends what a training run has to tell without ever holding it up or making it fail. Standard library only.

Everything handed in is a small file first and is sent by a thread of its own, oldest first. A server that is away, or
does not prove itself, is tried again and again; what is still there when the script ends, even by a crash, is sent by
the job's next run or by

    python prediction_outbox.py

Each file keeps its `Idempotency-Key` for good, of which its rows' ids are made too, so the local server stores it once
even when an answer is lost. (FineTune Lab knows neither: a batch whose answer was lost can be there twice.)
"""

import atexit
import contextlib
import datetime
import functools
import hashlib
import json
import logging
import os
import pathlib
import random
import stat
import sys
import threading
import time
import urllib.error
import urllib.parse

from log_predictions import _fields, _going_on, _rows, data_directory, log_metrics, log_predictions
from log_predictions import new_key, save_job, server

log = logging.getLogger("training_predictions")

#: Predictions in one request.
BATCH = 100
#: Characters in the name of a folder; of longer ones only a digest is taken.
LONGEST_NAME = 100
#: The longest pause that a server can ask for, in seconds.
LONGEST_RETRY_AFTER = 3600.0


def may_pass(status):
    """Whether sending the same again may help. 401 and 403 too: a key can be put right; a redirect may be a sign-in page."""
    return status < 400 or status in (401, 403, 408, 425, 429) or status >= 500


def never_raise(method):
    """Makes a failure of a method a warning in the log: reporting must not end a training."""

    @functools.wraps(method)
    def wrapped(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        except Exception:  # noqa: BLE001
            log.warning("Training Predictions: %s failed; the training goes on", method.__name__, exc_info=True)
            return None

    return wrapped


def outbox_folder():
    """Where what waits for the present server lies. Each has its own, so that nothing meant for one reaches another."""
    try:
        host = urllib.parse.urlsplit(server()[0]).netloc
    except (OSError, ValueError, KeyError):
        host = ""  # The local server has never run here: what waits is for it.
    local = host == "" or urllib.parse.urlsplit(f"//{host}").hostname in ("127.0.0.1", "localhost", "::1")
    return data_directory().resolve() / "outbox" / ("local" if local else file_name(host))


def file_name(text):
    """A name for a folder, told back by `unquote` where the text is short and no special name such as `..`."""
    name = urllib.parse.quote(text, safe="", errors="surrogatepass")
    if 0 < len(name) <= LONGEST_NAME and name.strip("."):
        return name
    return f"sha256-{hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()}"


def make_private(folder):
    """Makes a folder, and those above it where they are missing, for its owner alone.

    The folder itself and those from the data directory on are taken from others where they can use them. Raises
    PermissionError where another user owns one or may write to it: what waits there need not be ours.
    """
    home = data_directory().resolve()
    for part in [*reversed(folder.parents), folder]:
        if not part.exists():
            part.mkdir(mode=0o700, exist_ok=True)
        if os.name != "posix" or not (part == folder or home in (part, *part.parents)):
            continue
        found = part.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & stat.S_IWOTH:
            raise PermissionError(f"{part} is a link, or others own or may change it; remove it, or `chmod go-rwx` it")
        if found.st_mode & 0o077:
            part.chmod(0o700)


class PredictionOutbox:
    """Takes a job's fields, predictions and metrics; a thread sends them. Use one for a job, in one process."""

    def __init__(self, job_id, folder=None, max_waiting_bytes=1 << 30, retry_seconds=(1.0, 30.0), ends_job=True):
        """
        folder             where what waits is kept; by default below ~/.training-predictions
        max_waiting_bytes  more than this is not kept while the server is away; what comes then is dropped and counted
        retry_seconds      the shortest and the longest pause between two attempts
        ends_job           whether a script that ends without saying how the job ended leaves it as failed
        """
        self.job_id = job_id = str(job_id)  # A number, be it NumPy's, names a job too.
        self.dropped = 0
        self._folder = pathlib.Path(folder or outbox_folder() / file_name(job_id))
        self._limit = max_waiting_bytes
        self._shortest, self._longest = retry_seconds
        self._token = None
        self._number = 0
        self._last = 0
        self._ended = not ends_job
        self._pid = os.getpid()
        self._said = set()
        self._new = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="prediction-outbox", daemon=True)
        self._folder_is_private()
        self._thread.start()
        atexit.register(self._at_exit)

    # What a training calls

    @never_raise
    def job(self, **fields):
        """Creates the job or changes the given fields of it: status, current_epoch, progress, loss, ..."""
        status, now = fields.get("status"), datetime.datetime.now(datetime.timezone.utc).isoformat()
        if status in ("completed", "failed", "cancelled"):
            self._ended = True
            fields = {"completed_at": now, **fields}
        elif status == "running":
            fields = {"started_at": now, **fields}
        self._put("job", _fields("the job", fields))

    @never_raise
    def predictions(self, rows):
        """Dicts with epoch, step, sample_index, prompt, prediction and, where there are some, ground_truth and scores."""
        rows = _rows(rows)
        for start in range(0, len(rows), BATCH):
            self._put("predictions", rows[start : start + BATCH])

    @never_raise
    def metrics(self, rows):
        """Dicts with step, epoch and some of train_loss, eval_loss, learning_rate, ..."""
        rows = _rows(rows)
        if rows:
            self._put("metrics", rows)

    @never_raise
    def next_start(self):
        """For `restart` of a run that goes on: a number larger than that of any earlier start, here or elsewhere.

        It is the time in seconds, unless a clock was set back; the last one is kept beside what waits.
        """
        _going_on.add(self.job_id)
        number, file = int(time.time()), self._folder / "last-start"
        with contextlib.suppress(OSError, ValueError):
            number = max(number, int(file.read_text()) + 1)
        with contextlib.suppress(OSError):  # Else the clock has to do.
            self._write(file, str(number))
        return number

    def waiting(self):
        """The files not sent yet, oldest first."""
        return sorted(self._folder.glob("*.json"))

    @never_raise
    def close(self, timeout=10.0):
        """Waits at most this long, in seconds, for what is unsent, then stops. Returns how many are left for later."""
        end = time.monotonic() + timeout
        while self.waiting() and self._thread.is_alive() and time.monotonic() < end:
            time.sleep(0.02)
        self._stop.set()
        self._new.set()
        self._thread.join(max(0.1, end - time.monotonic()))
        left = len(self.waiting())
        if left > 0:
            log.warning(
                "Training Predictions: %d messages wait in %s. They are sent by the next run of this job, or by "
                "`python %s`.", left, self._folder, __file__,
            )
        return left

    # Taking in

    def _folder_is_private(self):
        try:
            make_private(self._folder)
            return True
        except OSError as error:
            self._say(str(error), "%s: what comes now is dropped, and the training goes on", error)
            return False

    @never_raise
    def _put(self, kind, content):
        if not self._folder_is_private():
            self.dropped += 1
            return
        # Names sort by age, over the runs of a job too.
        self._number += 1
        # A clock that is set back turns no order round.
        self._last = max(self._last, time.time_ns())
        name = f"{self._last:020d}-{self._number:08d}"
        text = json.dumps({"job_id": self.job_id, "key": new_key(), "kind": kind, "content": content})
        if len(text) + self._bytes_waiting() > self._limit:
            self.dropped += 1
            self._say("full", "%s holds %d bytes: what comes now is dropped", self._folder, self._limit)
            return
        try:
            self._write(self._folder / f"{name}.json", text)
        except OSError as error:
            self.dropped += 1
            self._say(error.errno, "nothing can be kept (%s): what comes now is dropped", error)
            return
        self._new.set()

    def _write(self, file, text):
        """A file is there whole or not at all."""
        partial = file.with_suffix(".partial")
        try:
            with open(partial, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
                opened.write(text)
            partial.replace(file)
        except OSError:
            partial.unlink(missing_ok=True)
            raise

    def _bytes_waiting(self):
        total = 0
        for entry in os.scandir(self._folder):
            try:
                total += entry.stat().st_size if entry.name.endswith(".json") else 0
            except FileNotFoundError:
                pass  # Sent meanwhile.
        return total

    def _at_exit(self):
        if self._stop.is_set() or os.getpid() != self._pid:  # A forked process is not the training.
            return
        if not self._ended:
            self.job(status="failed", error_message="The training script ended before the training did.")
        self.close()

    # Sending, in the thread

    def _run(self):
        failures = 0
        while not self._stop.is_set():
            self._new.clear()
            try:
                wait = self._send_all()
                failures = 0
            except Exception as error:  # noqa: BLE001 - whatever it is, the rest waits and the thread lives
                failures += 1
                wait = self._pause(error, failures)
            if wait is None:
                self._new.wait()
            else:
                self._stop.wait(wait)

    def _pause(self, error, failures):
        if isinstance(error, urllib.error.HTTPError):
            self._say(error.code, "the server answered %d (%s); trying again", error.code, error.reason)
            retry_after = error.headers.get("Retry-After", "")
            floor = min(float(retry_after), LONGEST_RETRY_AFTER) if retry_after.isdecimal() else 0.0
        else:
            self._say(str(error), "the server is away (%s); trying again", error)
            floor = 0.0
        longest = min(self._longest, self._shortest * 2 ** min(failures - 1, 20))
        return max(floor, random.uniform(longest / 2, longest))

    def _send_all(self):
        """Sends what waits, in order. Raises what may pass; a message that is refused for good is put aside."""
        if not self._folder_is_private():
            return None
        for file in self.waiting():
            if self._stop.is_set():
                return None
            try:
                message = json.loads(file.read_text())
                message["job_id"], message["key"], message["kind"], message["content"]
            except FileNotFoundError:
                continue  # Another process sent it.
            except (ValueError, LookupError, TypeError) as error:
                self._put_aside(file, error)  # The machine went down while it was written.
                continue
            try:
                self._send(message)
            except urllib.error.HTTPError as error:
                if may_pass(error.code):
                    raise
                if message["kind"] != "metrics" or error.code != 404:
                    of_rows = error.url.endswith(f"/{message['kind']}")  # And not of the job, made anew for them.
                    if error.code in (400, 413) and of_rows and len(message["content"]) > 1:
                        self._divide(file, message)
                        return 0.0  # What waits is another.
                    self._put_aside(file, error)
                    continue
                self._say("no metrics", "the server does not take metrics")
            file.unlink(missing_ok=True)
        return None

    def _divide(self, file, message):
        """Makes two messages of one that was refused, so that in the end its faulty rows alone are put aside.

        They stand where it stood. Made again, after a script that ended here, they have the same keys.
        """
        rows, middle = message["content"], len(message["content"]) // 2
        for half, content in ("1", rows[:middle]), ("2", rows[middle:]):
            part = {**message, "key": f"{message['key']}.{half}", "content": content}
            self._write(file.with_name(f"{file.stem}.{half}.json"), json.dumps(part))
        file.unlink(missing_ok=True)

    def _send(self, message):
        if message["kind"] == "job":
            self._token = save_job(message["job_id"], **message["content"])
            return
        send = log_predictions if message["kind"] == "predictions" else log_metrics
        if self._token is not None:
            try:
                send(message["job_id"], self._token, message["content"], message["key"])
                return
            except urllib.error.HTTPError as error:
                if error.code != 401:
                    raise  # Else the job was made anew since, and has another token.
        self._token = save_job(message["job_id"])
        send(message["job_id"], self._token, message["content"], message["key"])

    def _put_aside(self, file, error):
        reason = error.read().decode(errors="replace")[:500] if isinstance(error, urllib.error.HTTPError) else ""
        self._say(("refused", str(error)), "%s was refused (%s %s) and is kept as .refused", file, error, reason)
        file.replace(file.with_suffix(".refused"))

    def _say(self, cause, text, *values):
        """A warning, once a cause: a training that runs for days should not fill its log."""
        if cause not in self._said:
            self._said.add(cause)
            log.warning(f"Training Predictions: {text}", *values)


def job_of(folder):
    """The job's id, of which the folder's name may be a digest: each message has it."""
    for file in folder.glob("*.json"):
        try:
            return json.loads(file.read_text())["job_id"]
        except (OSError, ValueError, LookupError, TypeError):
            pass  # Sent meanwhile, or damaged.
    return urllib.parse.unquote(folder.name)


def main():
    """Sends what is left of all jobs for the present server. Exit code 1 when some is still left."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    left = 0
    for folder in sorted(folder for folder in outbox_folder().glob("*") if folder.is_dir()):
        count = len(list(folder.glob("*.json")))  # The outbox begins to send at once.
        outbox = PredictionOutbox(job_of(folder), folder, ends_job=False)
        remaining = outbox.close(timeout=60.0)
        left += remaining or 0
        if count > 0:
            print(f"{outbox.job_id}: {count - (remaining or 0)} of {count} messages sent")
    return 1 if left > 0 else 0


if __name__ == "__main__":
    sys.exit(main())
