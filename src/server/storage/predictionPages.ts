import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PredictionsRead, StoredPrediction } from './storage.ts';

/** A chunk of a read ends at the row that reaches one of these. */
export const chunkRows = 250;
export const chunkCharacters = 1_000_000;

type Row = StoredPrediction & { sampleIndex: number };

/** Which rows of `predictions` come next: `values` for the question marks in `where`, in their order. */
export interface PageQuery {
  readonly where: readonly string[];
  readonly values: readonly number[];
  readonly order: string;
  readonly limit: number;
  readonly offset: number;
}

/**
 * The read of a job's predictions, chunk by chunk. Each chunk is a query of its own, so that none stays open, and others
 * have a turn before the next: an engine in this process and a reader that takes all at once never wait.
 */
export async function* predictionPages(
  job: number,
  read: PredictionsRead,
  readPage: (query: PageQuery) => Row[] | Promise<Row[]>,
): AsyncGenerator<StoredPrediction[]> {
  let remaining = read.limit ?? Number.MAX_SAFE_INTEGER;
  let offset = read.offset ?? 0;
  let last = { seq: read.order === 'desc' ? read.upTo + 1 : read.after, epoch: -1, sampleIndex: -1 };
  while (remaining > 0) {
    const chunk = await readPage({ ...rowsAfter(job, read, last), limit: Math.min(remaining, chunkRows), offset });
    last = chunk.at(-1) ?? last;
    if (chunk.length === 0) return;
    remaining -= chunk.length;
    offset = 0;
    yield chunk;
    await nextTurn();
  }
}

function rowsAfter(
  job: number,
  read: PredictionsRead,
  last: { epoch: number; sampleIndex: number; seq: number },
): Pick<PageQuery, 'where' | 'values' | 'order'> {
  // The plus keeps an engine from reading a job's whole sequence and sorting what the other index has in order.
  const seq = read.order === 'sample' ? '+seq' : 'seq';
  const where = ['job = ?', `${seq} > ?`, `${seq} <= ?`];
  const values = [job, read.order === 'asc' ? last.seq : read.after, read.order === 'desc' ? last.seq - 1 : read.upTo];
  if (read.epoch !== undefined) {
    where.push('epoch = ?');
    values.push(read.epoch);
  }
  if (read.step !== undefined) {
    where.push('step = ?');
    values.push(read.step);
  }
  if (read.order === 'sample') {
    // Of one epoch, its number would only hide the other two from the index.
    const columns = read.epoch === undefined ? ['epoch', 'sample_index', 'seq'] : ['sample_index', 'seq'];
    where.push(`(${columns.join(', ')}) > (${columns.map(() => '?').join(', ')})`);
    values.push(...[last.epoch, last.sampleIndex, last.seq].slice(-columns.length));
  }
  return { where, values, order: { sample: 'epoch, sample_index, seq', asc: 'seq', desc: 'seq DESC' }[read.order] };
}
