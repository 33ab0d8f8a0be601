import type { Row } from '../../../../src/panel/protocol/table.ts';
import type { Scores } from '../../../scores.ts';
import type { CellCuts } from './cellCuts.ts';

/** Brings a cell up to date with a row. @param found what is searched for, global; null where nothing is */
export type DrawCell = (row: Row, scores: Scores, cuts: CellCuts, found: RegExp | null) => void;
