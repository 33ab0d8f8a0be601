import type { Format } from './format.ts';
import { table } from './table.ts';
import { trl } from './trl.ts';
import { verl } from './verl.ts';

/** Trainers whose files tell by their paths and columns whose they are. */
export const trainers: readonly Format[] = [trl, verl];

/** All that `--format` may name. */
export const formats: readonly Format[] = [...trainers, table];

/** What is tried for a file that somebody named and that is none of a trainer's. */
export { table };
