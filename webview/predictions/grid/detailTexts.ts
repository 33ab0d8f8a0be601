import type { RowDetail } from '../../../src/panel/protocol/table.ts';
import { plainName } from '../../../src/plainText.ts';
import type { Formats } from '../../texts/formats.ts';

/** "prompt 62 tokens · answer 78 tokens · 534 ms · json_schema · received …", as far as known. */
export function metadataText(detail: RowDetail, formats: Formats): string {
  const { promptTokens, completionTokens, latencyMs, validationKind } = detail;
  return [
    promptTokens === null ? null : `prompt ${formats.count(promptTokens)} tokens`,
    completionTokens === null ? null : `answer ${formats.count(completionTokens)} tokens`,
    latencyMs === null ? null : `${formats.count(Math.round(latencyMs))} ms`,
    validationKind === null ? null : plainName(validationKind),
    `received ${formats.moment(detail.createdAt)}`,
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

/** What is drawn of the difference between ground truth and prediction; a long one may be on its way still. */
export function differenceNote({ groundTruth, difference }: Pick<RowDetail, 'groundTruth' | 'difference'>): string {
  if (groundTruth === null) return '';
  if (difference === null) return 'not compared';
  return differs({ difference }) ? 'difference to ground truth' : 'same as ground truth';
}

export function differs({ difference }: Pick<RowDetail, 'difference'>): boolean {
  return difference?.some(({ kind }) => kind !== 'same') ?? false;
}
