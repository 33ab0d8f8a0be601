/** What a server of the first edition was asked, and is asked again once a new one opened its database. */
import { type Answer, type Fields, request, sample } from '../serverClient.ts';

type Target = { readonly url: string; readonly apiKey: string };

/** The batch that was sent under the key `first`. */
export const keyedBatch = { job_id: 'steps', predictions: [sample({ epoch: 0, step: 30, prediction: 'keyed' })] };

/** One body for each job. */
export const batches: Readonly<Record<string, readonly Fields[]>> = {
  // One epoch, several steps, ids of prompts that come again; texts that databases are particular about.
  steps: [10, 20, 30].flatMap((step) =>
    ['a\0b', 'lone \ud800', '00123'].map((promptId, sample_index) =>
      sample({ epoch: 0, step, sample_index, prompt_id: promptId, ground_truth: 'hello', big: 1.5, x: { step: 99 } }),
    ),
  ),
  // One step an epoch.
  epochs: [1, 2, 3].flatMap((epoch) =>
    [0, 1].map((sample_index) => sample({ epoch, step: 10 * epoch, sample_index, ground_truth: `hell${epoch}` })),
  ),
  // A name for each row: the index says what is asked.
  distinct: [1, 2].flatMap((step) =>
    [0, 1].map((sample_index) =>
      sample({ epoch: 0, step, sample_index, prompt_id: `${step} ${sample_index}`, char_error_rate: step / 4 }),
    ),
  ),
};

export const importedId = 'A6E4F0C2-9D3B-4B57-8A1E-1F2D3C4B5A69';
export const imported = [sample({ id: importedId }), sample({ id: 'row-b', step: 20 }), sample({ epoch: 2 })];

export const jobs = ['steps', 'epochs', 'distinct', 'imported', 'again'] as const;

/** What is told of all jobs, as text. */
export async function told(server: Target): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const job of jobs) {
    for (const path of ['?limit=1000', '?order=desc&limit=4', '?epoch=1', '/epochs', '/trends']) {
      const { text } = await request(server, `/api/training/predictions/${job}${path}`);
      found[`${job}${path}`] = text;
    }
    found[`${job} metrics`] = (await request(server, `/api/training/local/${job}/metrics`)).text;
  }
  found['jobs'] = (await request(server, '/api/training/local/jobs')).text;
  return found;
}

/** Posts rows to the job of a token. */
export function send(server: Target, token: string, what: string, body: Fields, key?: string): Promise<Answer> {
  return request(server, `/api/training/local/${what}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, ...(key !== undefined && { 'Idempotency-Key': key }) },
    body: JSON.stringify(body),
  });
}
