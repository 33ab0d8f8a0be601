/** The examples as a person runs them. */
import path from 'node:path';
import { type Ended, runProgram } from './runProgram.ts';

export const examples = path.resolve(import.meta.dirname, '../../examples');

/** Python: an outbox with short pauses, and `answer(epoch)`, which hands one prediction to it. */
const outbox = `
import logging, sys, time
from prediction_outbox import PredictionOutbox
logging.basicConfig(format="%(message)s")
outbox = PredictionOutbox("run", retry_seconds=(0.02, 0.1))
def answer(epoch):
    outbox.predictions([{"epoch": epoch, "step": epoch, "sample_index": 0, "prompt": "p", "prediction": str(epoch)}])
`;

/** Runs Python's lines with an outbox at hand. */
export const withOutbox = (lines: string, env: NodeJS.ProcessEnv): Promise<Ended> =>
  runProgram('python3', ['-c', outbox + lines], { env, cwd: examples });

/** Sends what waits in the outbox. */
export const sendLeft = (env: NodeJS.ProcessEnv): Promise<Ended> =>
  runProgram('python3', [path.join(examples, 'prediction_outbox.py')], { env });

/** What sends a job with a prediction and fails when it cannot. */
export const senders: Record<string, (env: NodeJS.ProcessEnv) => Promise<Ended>> = {
  'log_predictions.py': (env) => runProgram('python3', [path.join(examples, 'log_predictions.py')], { env }),
  'prediction_outbox.py': (env) =>
    withOutbox(
      'outbox.job(status="running")\nanswer(0)\noutbox.job(status="completed")\nsys.exit(outbox.close(1))',
      env,
    ),
  'post.sh': (env) => runProgram('sh', [path.join(examples, 'post.sh')], { env }),
};
