import * as Type from 'typebox';
import * as vscode from 'vscode';
import type { Followers } from '../localServer/followed/followers.ts';
import { plainName, withoutIcons } from '../plainText.ts';
import { schema } from '../wire/schema.ts';
import { jobArgument } from './commandArguments.ts';
import type { CommandContext } from './context.ts';

const awaited = schema(Type.Object({ kind: Type.Literal('awaited'), key: Type.String() }));

/** @param argument a job, or an item of the tree; anything else asks where several are followed */
export async function stopFollowing({ following, watches }: CommandContext, argument: unknown): Promise<void> {
  const { followers } = await following.load();
  followers.look();
  const job = jobArgument(argument);
  if (awaited.check(argument)) followers.stop(argument.key);
  else if (job !== null) followers.stopJob(job.jobId);
  else {
    const key = await pickFollowed(followers, watches.active?.jobId);
    if (key !== undefined) followers.stop(key);
  }
}

/** By its key; undefined when the user turned away, or nothing is followed. */
async function pickFollowed({ wanted }: Followers, active: string | undefined): Promise<string | undefined> {
  if (wanted.length < 2) return wanted[0]?.key;
  const items = wanted
    .map(({ key, record, status }) => ({
      key,
      isActive: status?.job_id !== undefined && status.job_id === active,
      label: withoutIcons(plainName(status?.job_id ?? record?.path ?? key)),
      description: plainName(status?.path ?? ''),
    }))
    .sort((a, b) => Number(b.isActive) - Number(a.isActive));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Stop Following'),
    placeHolder: vscode.l10n.t('What was sent is kept; you can follow it again at any time'),
  });
  return picked?.key;
}
