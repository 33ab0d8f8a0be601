import type { Format } from './format.ts';
import { llamaFactory } from './llamaFactory.ts';
import { lmEval } from './lmEval.ts';
import { msSwift } from './msSwift.ts';
import { nemoRl } from './nemoRl.ts';
import { primeRl } from './primeRl.ts';
import { skyRl } from './skyRl.ts';
import { table } from './table.ts';
import { trl } from './trl.ts';
import { verl } from './verl.ts';
import { wandb } from './wandb.ts';

/**
 * Trainers whose files tell by their paths and columns whose they are. A name is the first one's that it may be of: that of
 * verl's files is a number alone, which files of others have too.
 */
export const trainers: readonly Format[] = [trl, skyRl, nemoRl, primeRl, msSwift, llamaFactory, lmEval, wandb, verl];

/** All that `--format` may name. */
export const formats: readonly Format[] = [...trainers, table];

/** What is tried for a file that somebody named and that is none of a trainer's. */
export { table };
