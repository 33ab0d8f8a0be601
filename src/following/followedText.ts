import * as vscode from 'vscode';
import type { Followed } from '../localServer/followed/records.ts';
import { plainLine, plainName } from '../plainText.ts';

/** Refused rows that are told one by one. */
const mostRefusals = 3;

/** A run of which nothing came for so long, in ms, may have ended: nothing else tells it. */
const silence = 10 * 60_000;

/** What a row of the tree says of a job that is followed, beside the rest; null where nothing. @param now ms since 1970 */
export function followedMark({ record, status }: Followed, now: number): string | null {
  if (record === undefined) return null;
  if (status?.state === 'failed') return vscode.l10n.t('following failed');
  const last = status === undefined ? now : (status.grew ?? status.began);
  return now - last < silence
    ? vscode.l10n.t('following')
    : vscode.l10n.t('following, nothing new since {0}', timeOf(last));
}

/** What the badge tells of it: the file, when it last grew, and which rows were refused and why. */
export function followedLines({ record, status }: Followed): string[] {
  if (status === undefined) return [];
  const { file, grew, rows, refused, refusals, problem } = status;
  const path = plainName(file ?? status.path);
  const place =
    record === undefined ? vscode.l10n.t('No longer following {0}', path) : vscode.l10n.t('Following {0}', path);
  const growth =
    grew === undefined
      ? vscode.l10n.t('nothing new since {0}', timeOf(status.began))
      : vscode.l10n.t('last grew {0}, {1} rows since {2}', timeOf(grew), rows.toLocaleString(), timeOf(status.began));
  const told = refusals.slice(0, mostRefusals).map(({ file: refusedFile, line, why }) => {
    const where = plainName(refusedFile);
    return line === null
      ? vscode.l10n.t('  {0}: {1}', where, plainLine(why))
      : vscode.l10n.t('  {0}, line {1}: {2}', where, line, plainLine(why));
  });
  return [
    `${place}: ${growth}`,
    ...(refused === 0
      ? []
      : [
          refused === 1
            ? vscode.l10n.t('1 row was refused:')
            : vscode.l10n.t('{0} rows were refused, last:', refused.toLocaleString()),
        ]),
    ...told,
    ...(problem === undefined ? [] : [plainLine(problem)]),
  ];
}

/** Of today the time alone. */
function timeOf(milliseconds: number): string {
  const time = new Date(milliseconds);
  return time.toDateString() === new Date().toDateString() ? time.toLocaleTimeString() : time.toLocaleString();
}
