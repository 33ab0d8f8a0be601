/**
 * Posts predictions one by one, so many a second: `node writer.ts URL JOB TOKEN RATE SECONDS [FIRST]`. Several jobs and
 * their tokens, divided by commas, get as many each. `FIRST` is the number of the first prediction; default 0.
 */
import { largePrediction } from './largeRun.ts';
import { postBody } from './server.ts';

const [url = '', ids = '', tokens = '', rate = '', seconds = '', first = '0'] = process.argv.slice(2);
const jobs = ids.split(',');
const start = performance.now();
for (let n = 0; n < Number(rate) * Number(seconds); n += 1) {
  const due = start + (n / Number(rate)) * 1000;
  if (due > performance.now()) await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
  const { id: _id, job_id: _job, created_at: _created, user_id: _user, ...sent } = largePrediction(Number(first) + n);
  for (const [index, token] of tokens.split(',').entries()) {
    await postBody({ url }, { token }, JSON.stringify({ job_id: jobs[index], predictions: [sent] }));
  }
}
