"""The training of train_tiny.py, reported through FineTune Lab's own SDK instead of the standard library.

    pip install finetune-lab torch
    python finetune_lab_sdk.py

Address and key are those of `log_predictions.py`: of `FINETUNE_LAB_API_URL` and `FINETUNE_LAB_API_KEY`, which VS Code's
terminals have while the local server runs, else of the local server. The SDK can create a job, give it
another status and send predictions; it has no call for progress, losses or a batch that is sent again.

Before each call the server proves itself, as `log_predictions.py` has it; the call itself is the SDK's own. So this cannot
guard against a server that is replaced between the two, and the SDK follows redirects, with the key, and sends through a
proxy where `http_proxy` names one. `prediction_outbox.py` does none of that.
"""

import functools
import logging
import time

from log_predictions import _connect, _target

log = logging.getLogger("training_predictions")


def never_raise(method):
    """Makes a failure of the SDK a warning in the log: reporting must not end a training."""

    @functools.wraps(method)
    def wrapped(self, *args, **kwargs):
        try:
            method(self, *args, **kwargs)
        except Exception as error:  # noqa: BLE001
            log.warning("FineTune Lab: %s failed (%s); the training goes on", method.__name__, error)

    return wrapped


class SdkReport:
    """What `train` reports to, over the SDK's client. Calls wait for the answer, ten seconds at most."""

    def __init__(self, make_client, job_id):
        self._make_client, self._job_id, self._token = make_client, job_id, None

    def _client(self):
        """A client for the server as it is now: it may have come back elsewhere."""
        url, key, local = _target()
        if not url.startswith("https:"):
            _connect(url, local).close()
        return self._make_client(api_key=key, base_url=url, timeout=10)

    @never_raise
    def job(self, **fields):
        if self._token is not None and "status" not in fields:
            return  # Only progress, which the SDK does not send.
        known = {name: fields[name] for name in ("status", "model_name", "dataset_path", "config") if name in fields}
        self._token = self._client().training.create_job(self._job_id, **known)["job_token"]

    @never_raise
    def predictions(self, records):
        if self._token is None:  # The server was away when the job was made.
            self.job(status="running")
        self._client().training_predictions.create(self._job_id, self._token, records)

    def metrics(self, records):
        """The SDK reads metrics but sends none."""


def main():
    from finetune_lab import FinetuneLabClient

    from train_tiny import train

    logging.basicConfig(format="%(message)s")
    job_id = f"sdk-dates-{time.strftime('%Y%m%d-%H%M%S')}"
    print(f"Job: {job_id}")
    train(SdkReport(FinetuneLabClient, job_id))


if __name__ == "__main__":
    main()
