import * as vscode from 'vscode';
import type { NoticeKind } from '../config.ts';
import { plainLine, plainMessage } from '../plainText.ts';
import { redact } from '../redact.ts';
import type { Rated } from './episodes.ts';
import type { JobNotice, Judged } from './jobNotices.ts';
import type { JudgedBy } from './runQuality.ts';
import { scoreWords } from './scoreWords.ts';
import { lossPatience } from './serverNotices.ts';

/** A name is cut at this many characters, a server's or script's own words at the other. */
const nameCharacters = 80;
const wordsCharacters = 300;

/** What a notification says and offers. `message` is text alone: nothing in it becomes a link. */
export interface NoticeContent {
  kind: NoticeKind;
  message: string;
  severity: 'information' | 'warning' | 'error';
  actions: { title: string; command: string }[];
}

/**
 * @param title of the job, from its server
 * @param words with which the script explained its failure, if it did
 */
export function jobNotice(notice: JobNotice, title: string, words: string | null): NoticeContent {
  const { kind } = notice;
  const name = plain(title, nameCharacters);
  const openPanel = { title: vscode.l10n.t('Open Panel'), command: 'watch' };
  const showTrends = { title: vscode.l10n.t('Show Trends'), command: 'showTrends' };
  switch (kind) {
    case 'runEnded':
      return {
        kind,
        message: endMessage(notice, name, words),
        severity: notice.status === 'failed' ? 'error' : 'information',
        actions: [openPanel, showTrends],
      };
    case 'qualityRegressed': {
      const { newest, best } = notice.episode;
      if (notice.judged?.judge != null) {
        const message = regressionMessage(name, notice.judged, notice.judged.judge, newest, best);
        return { kind, message, severity: 'warning', actions: [showTrends, openPanel] };
      }
      const message = vscode.l10n.t(
        '{0} got worse: the character error rate is {1} in epoch {2}, and was {3} in epoch {4}.',
        ...[name, rate(newest.value), newest.epoch, rate(best.value), best.epoch],
      );
      return { kind, message, severity: 'warning', actions: [showTrends, openPanel] };
    }
    case 'validationDropped': {
      const { newest, best } = notice.episode;
      const message =
        notice.judged === null
          ? vscode.l10n.t(
              '{0} passes validation less often: {1} in epoch {2}, and {3} in epoch {4}.',
              ...[name, share(newest.value), newest.epoch, share(best.value), best.epoch],
            )
          : vscode.l10n.t(
              '{0} passes validation less often: {1} at step {2}, and {3} at step {4}.',
              ...[withSource(name, notice.judged), share(newest.value), whole(newest.step)],
              ...[share(best.value), whole(best.step)],
            );
      return { kind, message, severity: 'warning', actions: [showTrends, openPanel] };
    }
    case 'noPredictions': {
      const message = vscode.l10n.t(
        'No prediction of {0} has come for {1}, though its job says that it is running. Usually the next one comes within {2}.',
        ...[name, duration(notice.quiet), duration(notice.usual)],
      );
      return { kind, message, severity: 'warning', actions: [openPanel] };
    }
  }
}

/**
 * @param server its name and host
 * @param problem what went wrong last
 */
export function lossNotice(server: string, problem: string | null): NoticeContent {
  const said = problem === null ? '' : ` ${plain(problem, wordsCharacters)}`;
  const message = vscode.l10n.t(
    'The connection to {0} has been lost for {1} minutes; whether the training goes on cannot be seen from here.{2}',
    ...[plain(server, nameCharacters), lossPatience / 60_000, said],
  );
  return {
    kind: 'connectionLost',
    message,
    severity: 'warning',
    actions: [
      { title: vscode.l10n.t('Reconnect'), command: 'reconnect' },
      { title: vscode.l10n.t('Show Log'), command: 'showLog' },
    ],
  };
}

function endMessage(
  { status, held, last, quality }: Extract<JobNotice, { kind: 'runEnded' }>,
  name: string,
  words: string | null,
): string {
  const count = held.toLocaleString();
  if (status === 'failed') {
    return words === null
      ? vscode.l10n.t('{0} failed after {1} predictions.', name, count)
      : vscode.l10n.t('{0} failed after {1} predictions: {2}', name, count, plain(words, wordsCharacters));
  }
  if (status === 'cancelled') return vscode.l10n.t('{0} was cancelled after {1} predictions.', name, count);
  if (quality !== null && quality.judge !== null && quality.end !== null) {
    const { judge, byEpoch, end } = quality;
    const [score, value] = [scoreName(judge), scoreValue(judge, end.value)];
    return byEpoch
      ? vscode.l10n.t(
          '{0} finished with {1} predictions; {2} is {3} in epoch {4}.',
          ...[name, count, score, value, end.epoch],
        )
      : vscode.l10n.t(
          '{0} finished with {1} predictions; {2} is {3} at step {4}.',
          ...[name, count, score, value, whole(end.step)],
        );
  }
  return quality !== null || last?.avg_char_error_rate == null
    ? vscode.l10n.t('{0} finished with {1} predictions.', name, count)
    : vscode.l10n.t(
        '{0} finished with {1} predictions; the character error rate is {2} in epoch {3}.',
        ...[name, count, rate(last.avg_char_error_rate), last.epoch],
      );
}

function regressionMessage(name: string, judged: Judged, judge: JudgedBy, newest: Rated, best: Rated): string {
  const score = withSource(scoreName(judge), judged);
  const [now, then] = [scoreValue(judge, newest.value), scoreValue(judge, best.value)];
  return judged.byEpoch
    ? vscode.l10n.t(
        '{0} got worse: {1} is {2} in epoch {3}, and was {4} in epoch {5}.',
        ...[name, score, now, newest.epoch, then, best.epoch],
      )
    : vscode.l10n.t(
        '{0} got worse: {1} is {2} at step {3}, and was {4} at step {5}.',
        ...[name, score, now, whole(newest.step), then, whole(best.step)],
      );
}

function scoreName({ name, label }: JudgedBy): string {
  return plain(scoreWords(name, label), nameCharacters);
}

function withSource(words: string, { source }: Judged): string {
  return source === '' ? words : `${words} (${plain(source, nameCharacters)})`;
}

function scoreValue({ name }: JudgedBy, value: number): string {
  return name === 'char_error_rate'
    ? rate(value)
    : value.toLocaleString(vscode.env.language, { maximumSignificantDigits: 4 });
}

const whole = (value: number): string => value.toLocaleString(vscode.env.language);

/** Words of somebody else in one line: no link, no key, nothing that cannot be seen, no more than fits. */
function plain(text: string, longest: number): string {
  const characters = [...redact(plainLine(text))];
  return plainMessage(characters.length > longest ? `${characters.slice(0, longest).join('')}…` : characters.join(''));
}

const rate = (value: number): string =>
  value.toLocaleString(vscode.env.language, { minimumFractionDigits: 3, maximumFractionDigits: 3 });

const share = (value: number): string =>
  value.toLocaleString(vscode.env.language, { style: 'percent', maximumFractionDigits: 0 });

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? vscode.l10n.t('{0} s', seconds) : vscode.l10n.t('{0} min', Math.round(seconds / 60));
}
