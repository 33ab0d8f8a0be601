"""Sends the sample predictions of a training run to Training Predictions. Standard library only.

Key and token go over https, or over plain http within this machine, and never along a redirect. The local server first
proves that it wrote server.json: once it has ended, anybody on this machine may listen on its port.
"""

import contextlib
import hashlib
import hmac
import http.client
import io
import ipaddress
import json
import logging
import math
import os
import pathlib
import re
import secrets
import socket
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

#: Bytes of an answer that are read; and the seconds in which it has to be there, whatever its server does.
LONGEST_ANSWER, LONGEST_WAIT = 1 << 20, 60.0
#: How deep lists and dicts of a field may lie in each other; a server takes 100 levels of a row.
LEVELS = 95
#: Fields of rows that servers of the contract's first edition, FineTune Lab among them, do not have.
SECOND_EDITION = {"id", "scores", "completion_index", "restart", "restart_from", "revision"}
SECOND_EDITION |= {"messages", "answer", "finish_reason"}


def server():
    """Address and key: from the environment (VS Code's terminals have both), else of the local server of this machine."""
    return _target()[:2]


def _target():
    """Address, key and, where that is the local server, what its server.json says; else {}."""
    url = (os.environ.get("FINETUNE_LAB_API_URL") or "https://finetunelab.ai").rstrip("/")
    key = os.environ.get("FINETUNE_LAB_API_KEY", "").strip()  # Files of secrets often end in a line break.
    if key and url.startswith("https:"):
        return url, key, {}
    local = json.loads(_private_text("server.json") or "{}")
    if not key or key in (local.get("apiKey"), _private_text("api-key").strip()):  # Its key goes to it alone.
        if not local:
            raise ConnectionError("the local server does not run: start it in VS Code with 'Start Local Server'")
        return local["url"], local["apiKey"], local
    port = _local_port(url)
    return (local["url"], key, local) if local and port and port == _local_port(local["url"]) else (url, key, {})


def data_directory():
    """Where the local server keeps everything."""
    return pathlib.Path(os.environ.get("TRAINING_PREDICTIONS_HOME") or os.path.expanduser("~/.training-predictions"))


def _private_text(name):
    """What is in a file there, "" if it is not there. It says whom to trust, so nobody else may have written it."""
    try:
        with open(data_directory() / name, encoding="utf-8") as file:
            status = os.fstat(file.fileno())
            if os.name == "posix" and (status.st_uid != os.geteuid() or status.st_mode & 0o022):
                raise PermissionError(f"others may have written {file.name}: remove it, start the local server again")
            return file.read()
    except FileNotFoundError:
        return ""


def _local_port(url):
    """The port of a plain http address within this machine; None of any other."""
    address = urllib.parse.urlsplit(url)
    with contextlib.suppress(ValueError):
        if address.hostname == "localhost" or ipaddress.ip_address(address.hostname).is_loopback:
            return (address.port or 80) if address.scheme == "http" else None


class _Socket(socket.socket):
    """A timeout alone begins anew with each byte, so that an answer could drip or begin again for ever."""

    end = None

    def recv_into(self, *args):
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"no whole answer within {LONGEST_WAIT:.0f} s")
        self.settimeout(min(left, 30))
        return super().recv_into(*args)


class _Connection(http.client.HTTPConnection):
    def connect(self):
        super().connect()
        self.sock = _Socket(fileno=self.sock.detach())
        self.sock.settimeout(self.timeout)
        self.sock.end = time.monotonic() + LONGEST_WAIT


def _text(answer):
    """The answer's bytes, or as many of them as are read."""
    end, text = time.monotonic() + LONGEST_WAIT, b""
    while len(text) < LONGEST_ANSWER and time.monotonic() < end:
        piece = answer.read1(1 << 16)
        if not piece:
            break
        text += piece
    return text


def _connect(url, local):
    """A connection within this machine; to the local server only one on which it proved itself."""
    if _local_port(url) is None:
        raise ConnectionError(f"nothing was sent to {url}: plain http stays within this machine; use https, or ssh -L")
    connection = _Connection(urllib.parse.urlsplit(url).hostname, _local_port(url), timeout=30)
    if not local:
        return connection
    if "proofKey" not in local:
        raise ConnectionError(f"the local server at {url} is too old: stop it and start it again")
    nonce = secrets.token_hex(32)
    message = f"training-predictions-proof\n{nonce}\n{url}\n{local['instance']}"
    proof = hmac.new(bytes.fromhex(local["proofKey"]), message.encode(), hashlib.sha256).hexdigest()
    connection.request("GET", f"/health?challenge={nonce}")
    told = re.search(rb'"proof": *"(\w+)"', connection.getresponse().read(4096))
    if not told or not hmac.compare_digest(told[1], proof.encode()):
        raise ConnectionError(f"another program than the local server answers at {url}: start the local server again")
    if connection.sock is None:  # A new connection might be to somebody else.
        raise ConnectionError(f"the local server at {url} closed the connection")
    return connection


class _AnyStatus(urllib.request.HTTPErrorProcessor):
    https_response = staticmethod(lambda request, answer: answer)  # As it came: no redirect is followed.


def _exchange(url, local, path, headers, body=None):
    """The answer to a POST, or without a body to a GET, and its bytes. Raises OSError where none comes."""
    request = urllib.request.Request(url + path, body, headers)
    try:
        if request.type == "https":
            with urllib.request.build_opener(_AnyStatus).open(request, timeout=30) as answer:
                return answer, _text(answer)
        with contextlib.closing(_connect(url, local)) as connection:
            connection.request(request.get_method(), request.selector, body, headers)
            answer = connection.getresponse()
            return answer, _text(answer)
    except http.client.HTTPException as error:
        raise ConnectionError(f"{url} broke off: {error!r}") from error


def _refusal(url, answer, text):
    place = re.match(r"(?:https?:)?//(?:[^/@]*@)?([\w.-]+)", answer.headers.get("Location", ""))
    reason = f"redirects to {place[1]}, which is not followed" if place else answer.reason
    error = urllib.error.HTTPError(url, answer.status, reason, answer.headers, io.BytesIO(text))
    if hasattr(error, "add_note"):  # Since Python 3.11 a traceback shows why the server refuses: which row and field.
        error.add_note("".join(letter for letter in text.decode(errors="replace")[:500] if letter.isprintable()))
    return error


def _post(path, headers, body, fits):
    """Returns an answer that fits. Raises HTTPError for a status other than 200, another OSError where none comes."""
    url, key, local = _target()
    headers = {"Content-Type": "application/json", **(headers or {"X-API-Key": key})}
    if not all(value.isascii() and value.isprintable() for value in headers.values()):  # http.client would tell it.
        raise ConnectionError("nothing was sent: FINETUNE_LAB_API_KEY, or a token, holds what no key has; set it anew")
    answer, text = _exchange(url, local, path, headers, json.dumps(body).encode())
    if answer.status != 200:
        raise _refusal(url + path, answer, text)
    with contextlib.suppress(ValueError, LookupError, TypeError, RecursionError):
        told = json.loads(text)
        if fits(told):
            return told
    raise ConnectionError(f"{url} did not answer as the server does: is a network's sign-in page in between?")


def _knows_second_edition():
    """Whether the server says in /health that it does: FineTune Lab, and ours of before, do not."""
    url, _, local = _target()
    answer, text = _exchange(url, local, "/health", {})
    if answer.status in (408, 425, 429, 502, 503, 504):  # No score is left out because a server is busy.
        raise _refusal(url + "/health", answer, text)
    told = re.search(rb'"edition": *(\d{1,4})\b', text)
    return answer.status == 200 and told is not None and int(told[1]) > 1


#: Addresses whose server said so when a job was saved: then nobody need ask.
_second_edition = set()
_warned = set()
#: Jobs of which this script said that it goes on with them: it need not be told that they had ended.
_going_on = set()


def _warn(cause, text, *values):
    """A warning, once a cause: a training that runs for days should not fill its log."""
    if cause not in _warned:
        _warned.add(cause)
        logging.getLogger("training_predictions").warning(f"Training Predictions: {text}", *values)


def _plain(value, levels=LEVELS):
    """The value in JSON's types; a scalar of NumPy or PyTorch is its number. Raises TypeError where there is none."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if levels == 0:
        raise RecursionError(f"more than {LEVELS} levels deep")
    if isinstance(value, (list, tuple)):
        return [_plain(inner, levels - 1) for inner in value]
    if isinstance(value, dict):
        return {str(name): _plain(inner, levels - 1) for name, inner in value.items()}
    for form in ("item", "tolist", "__float__"):
        with contextlib.suppress(Exception):
            made = getattr(value, form)()
            if made is None or isinstance(made, (str, int, float, list)):
                return _plain(made, levels - 1)
    raise TypeError(f"JSON has no {type(value).__name__}")


def _score(name, value):
    if not 0 < len(str(name)) <= 100:
        raise ValueError("a score's name has 1 to 100 characters")
    if isinstance(value := _plain(value), (int, float, type(None))):
        return value
    raise TypeError("a score is a number, a truth value or None")


def _fields(place, fields, form=_plain, levels=LEVELS):
    """The fields in JSON's types. One that has no such form costs itself alone: it is left out, with a warning."""
    made = {}
    for name, value in fields.items():
        try:
            if form is not _plain:
                made[str(name)] = form(name, value)
            elif levels > 0 and isinstance(value, dict):
                made[str(name)] = _fields(f"{place}, {name}", value, levels=levels - 1)
            else:
                made[str(name)] = _plain(value, levels)
        except (TypeError, ValueError, RecursionError) as error:
            if isinstance(error, RecursionError) and levels < LEVELS:
                raise  # What is too deep is the field at the top.
            _warn((name, str(error)), "%s: %r is left out (%s)", place, name, error)
    return made


def _rows(rows):
    """As `_fields` has them; a row that is none is left out as well."""
    made = []
    for number, row in enumerate(rows):
        place = f"row {number}"
        try:
            scores = {name: row[name] for name in row if name == "scores" and row[name] is not None}
            fields = _fields(place, {name: value for name, value in row.items() if name not in scores})
            of_row = lambda _, value: _fields(f"{place}, scores", dict(value), _score)  # noqa: E731
            fields.update(_fields(place, scores, of_row))
            if not fields and row:
                raise ValueError("nothing of it can be sent")
            made.append(fields)
        except Exception as error:  # noqa: BLE001
            _warn(str(error), "%s is left out (%s)", place, error)
    return made


def _finite(value):
    """The value with null for what is not finite, which JSON has no other form for."""
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _of_first_edition(row):
    """A row as servers of the first edition take it: with whole epochs."""
    row = {name: value for name, value in _finite(row).items() if name not in SECOND_EDITION}
    if isinstance(row.get("epoch"), float):
        row["epoch"] = math.floor(row["epoch"] + 1e-6)
    if isinstance(row.get("prompt_id"), int):
        row["prompt_id"] = str(row["prompt_id"])
    return row


def new_job_id(name):
    """An id of its own for each run: under one id the predictions of two runs would be mixed."""
    return f"{name}-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"


def save_job(job_id, **fields):
    """Creates a job, or changes the given fields of one: status, current_epoch, total_epochs, progress, loss, ...

    Returns the job's token, which log_predictions and log_metrics need.
    """
    body = _finite(_fields("the job", {"job_id": job_id, **fields}))
    told = _post("/api/training/local/jobs", {}, body, lambda told: isinstance(told["job_token"], str))
    knows = isinstance(told.get("edition"), int) and told["edition"] > 1
    (_second_edition.add if knows else _second_edition.discard)(_target()[0])
    if isinstance(told.get("warning"), str) and job_id not in _going_on:
        _warn((job_id, told["warning"]), "%s: %s", job_id, told["warning"])
    return told["job_token"]


def new_key():
    """An idempotency_key: a UUID of version 7, which begins with the time, so that an index of them grows at its end."""
    return str(uuid.UUID(int=time.time_ns() // 1_000_000 << 80 | 0x7 << 76 | 0x2 << 62 | secrets.randbits(62)))


def _row_id(key, number):
    """The id of a row of a batch: the same each time that it is sent, and with the time at its beginning if the key has it."""
    digits = hashlib.sha256(f"{key} {number}".encode()).hexdigest()
    beginning = key[:13] if re.match(r"[\da-f]{8}-[\da-f]{4}-7", key) else f"{digits[-12:-4]}-{digits[-4:]}"
    return f"{beginning}-8{digits[:3]}-8{digits[3:6]}-{digits[6:18]}"


def _log(kind, job_id, job_token, rows, idempotency_key):
    headers = {"Authorization": f"Bearer {job_token}"}
    if idempotency_key is not None:
        headers["Idempotency-Key"] = idempotency_key
    rows = _rows(rows)
    first = [_of_first_edition(row) for row in rows]
    if first != rows and not _knows_second_edition():
        if left := sorted({name for row in rows for name in row if name in SECOND_EDITION and row[name] is not None}):
            _warn(tuple(left), "%s is left out: this server does not know it", ", ".join(left))
        rows = first
    if idempotency_key is not None and kind == "predictions" and _target()[0] in _second_edition:
        rows = [{"id": _row_id(idempotency_key, number), **row} for number, row in enumerate(rows)]
    stored = lambda told: told["success"] is True and told["count"] == len(rows)  # noqa: E731
    told = _post(f"/api/training/local/{kind}", headers, {"job_id": job_id, kind: rows}, stored)
    unknown = told.get("unknown_fields")
    for name, near in unknown.items() if isinstance(unknown, dict) else ():
        _warn((job_id, name), "%s: %r is kept, but not known: is %r meant?", job_id, name, near)
    return told


def log_predictions(job_id, job_token, predictions, idempotency_key=None):
    """Sends a list of dicts with epoch, step, sample_index, prompt, prediction and, where there is one, ground_truth.

    `scores` of one is a dict of numbers, truth values or None, under names of your own: {"reward": 0.7}; an epoch may be
    a fraction. The local server stores both. FineTune Lab has no scores, and is sent whole epochs.
    The local server stores a batch once, however often it is sent with the same idempotency_key: rows without an id get
    one that is made of it.
    """
    return _log("predictions", job_id, job_token, predictions, idempotency_key)


def log_metrics(job_id, job_token, metrics, idempotency_key=None):
    """Sends a list of dicts with step, epoch and some of train_loss, eval_loss, learning_rate, grad_norm, ..."""
    return _log("metrics", job_id, job_token, metrics, idempotency_key)


if __name__ == "__main__":  # Try it: three epochs of one sample.
    job = new_job_id("my-run")
    print(f"Job: {job}")
    token = save_job(job, model_name="my-model", status="running", total_epochs=2)
    for epoch, answer in enumerate(["Pxrs", "Pari", "Paris"]):
        log_predictions(job, token, [{
            "epoch": epoch, "step": epoch * 100, "sample_index": 0,
            "prompt": "The capital of France is", "ground_truth": "Paris", "prediction": answer,
        }])
        save_job(job, current_epoch=epoch, progress=100 * epoch / 2)
    save_job(job, status="completed")
