"""The training of train_tiny.py, reported through FineTune Lab's own SDK instead of the standard library.

    pip install finetune-lab torch
    python finetune_lab_sdk.py

The SDK reads `FINETUNE_LAB_API_URL` and `FINETUNE_LAB_API_KEY`, which VS Code's terminals have while the local server
runs: there the run goes to it, elsewhere to FineTune Lab, with no change to the script. The SDK can create a job, give it
another status and send predictions; it has no call for progress, losses or a batch that is sent again.
"""

import functools
import logging
import time

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
    """What `train` reports to, over a `FinetuneLabClient`. Calls wait for the answer, at most the client's `timeout`."""

    def __init__(self, client, job_id):
        self._client, self._job_id, self._token = client, job_id, None

    @never_raise
    def job(self, **fields):
        if self._token is not None and "status" not in fields:
            return  # Only progress, which the SDK does not send.
        known = {name: fields[name] for name in ("status", "model_name", "dataset_path", "config") if name in fields}
        self._token = self._client.training.create_job(self._job_id, **known)["job_token"]

    @never_raise
    def predictions(self, records):
        if self._token is None:  # The server was away when the job was made.
            self.job(status="running")
        self._client.training_predictions.create(self._job_id, self._token, records)

    def metrics(self, records):
        """The SDK reads metrics but sends none."""


def main():
    from finetune_lab import FinetuneLabClient

    from train_tiny import train

    logging.basicConfig(format="%(message)s")
    job_id = f"sdk-dates-{time.strftime('%H%M%S')}"
    print(f"Job: {job_id}")
    train(SdkReport(FinetuneLabClient(timeout=10), job_id))


if __name__ == "__main__":
    main()
