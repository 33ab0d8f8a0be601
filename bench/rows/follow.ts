/** What trainers write: from a line on the disk to the row on the screen of a real VS Code, and how fast much of it is sent. */
import { appendFileSync, createReadStream, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from 'playwright-core';
import { startFollower } from '../../test/support/follow.ts';
import { PanelStage } from '../../test/support/panelStage.ts';
import { parquetOf } from '../../test/support/parquet.ts';
import { predictionsPath, request } from '../../test/support/serverClient.ts';
import { packaged } from '../../test/support/workbench.ts';
import { quantile, report } from '../report.ts';
import { arrivalText, noteArrivals, now, readArrivals, stopNoting } from '../support/arrivals.ts';
import { completionRow, samples, writeCompletions } from '../support/completionsFile.ts';
import { fill } from '../support/fill.ts';
import { panelFrame } from '../support/heldPanel.ts';
import { residentMemory } from '../support/processes.ts';
import { build, withFolder, withServer } from '../support/server.ts';

const runs = 3;
/** Lines, or files, of a run. */
const writes = 40;
/** Between two of them, in ms. */
const pause = 250;
/** Completions of a step. */
const group = 4;
/** Of the file that is there already. */
const megabytes = Number(process.env['FOLLOW_MEGABYTES'] ?? 100);
const million = 1_000_000;

/** Writes what trainers write at once: a line or a file. @param n is in its texts */
type Writer = (n: number) => void;

await build();
await withFolder(async (folder) => {
  const stage = await PanelStage.open({ extensions: [await packaged()] });
  try {
    await lineToScreen(stage, 'json-lines', 'a line of JSON Lines', linesIn(path.join(folder, 'lines')));
    await lineToScreen(stage, 'parquet', 'a Parquet file a step', filesIn(path.join(folder, 'parquet')));
  } finally {
    await stage.close();
  }
  await sendsAll(path.join(folder, 'completions.jsonl'));
});

function linesIn(folder: string): { path: string; write: Writer } {
  mkdirSync(folder);
  const file = path.join(folder, 'completions.jsonl');
  const write = (n: number) => appendFileSync(file, `${JSON.stringify(rowOf(n, 0))}\n`);
  return { path: file, write };
}

function filesIn(folder: string): { path: string; write: Writer } {
  mkdirSync(path.join(folder, 'completions'), { recursive: true });
  const write = (n: number) => {
    const rows = Array.from({ length: group }, (_, index) => rowOf(n, index));
    const column = (name: keyof ReturnType<typeof rowOf>) => rows.map((row) => row[name]);
    const file = path.join(folder, 'completions', `completions_${String(n).padStart(5, '0')}.parquet`);
    const whole = parquetOf({
      step: rows.map(({ step }) => BigInt(step)),
      ...{ prompt: column('prompt'), completion: column('completion'), reward: column('reward') },
    });
    writeFileSync(`${file}.part`, whole);
    renameSync(`${file}.part`, file);
  };
  return { path: folder, write };
}

function rowOf(n: number, index: number) {
  return { step: n, prompt: `Question ${index}`, completion: `${arrivalText(n)} ${index}`, reward: index / group };
}

/** A trainer that writes while a follower reads it and a panel shows its run. */
async function lineToScreen(
  stage: PanelStage,
  name: string,
  what: string,
  trainer: { path: string; write: Writer },
): Promise<void> {
  trainer.write(0);
  const follower = startFollower([trainer.path, '--job', name], stage.server.dataDir);
  try {
    await follower.told('sent');
    await stage.workbench.run('View: Close All Editors');
    await stage.workbench.choose('Watch Training Predictions', name);
    await stage.panel.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    const frame = await panelFrame(stage);
    const delays: number[][] = [];
    for (let run = -1; run < runs; run += 1) {
      const seen = await writeSteadily(frame, trainer.write, 1 + (run + 1) * writes);
      // The first one warms up.
      if (run >= 0) delays.push(seen);
    }
    for (const [share, title, atMost] of [[0.5, 'p50', 400] as const, [0.99, 'p99', 1500] as const]) {
      report({
        name: `follow-${name}-${title}`,
        measured: `${what} written → row painted in VS Code, ${title}, one each ${pause} ms`,
        unit: 'ms',
        ours: delays.map((run) => quantile(run, share)),
        target: { of: 'ours', atMost },
        more: { seen: delays.flat().length / (runs * writes) },
      });
    }
  } finally {
    await follower.kill();
  }
}

/** @returns ms from the write to the screen */
async function writeSteadily(frame: Frame, write: Writer, first: number): Promise<number[]> {
  await noteArrivals(frame);
  const written = new Map<number, number>();
  for (let n = first; n < first + writes; n += 1) {
    write(n);
    written.set(n, now());
    await sleep(pause);
  }
  await sleep(2000);
  const seen = await readArrivals(frame);
  await stopNoting(frame);
  return [...written].flatMap(([n, at]) => {
    const shown = seen.get(n);
    return shown === undefined ? [] : [shown - at];
  });
}

/** The same row as a script of its own would post it. */
function posted(n: number): object {
  const { step, prompt, completion, accuracy_reward, format_reward, advantage } = completionRow(n);
  const sample = { sample_index: Math.floor(n / group) % samples, completion_index: n % group };
  return {
    epoch: 0,
    step,
    ...sample,
    prompt,
    prediction: completion,
    scores: { accuracy_reward, format_reward, advantage },
  };
}

/** A large file that is there when a follower comes. */
async function sendsAll(file: string): Promise<void> {
  const count = await writeCompletions(file, megabytes);
  const size = statSync(file).size / million;
  const began = performance.now();
  for await (const line of createInterface({ input: createReadStream(file) })) JSON.parse(line);
  const bare = size / ((performance.now() - began) / 1000);
  await withServer(async (server, job) => {
    const posting = performance.now();
    await fill(server, job, [0, count], posted);
    const stored = size / ((performance.now() - posting) / 1000);
    const start = performance.now();
    const follower = startFollower([file, '--job', 'whole', '--once'], server.dataDir);
    let most = 0;
    const watching = setInterval(() => {
      const { pid, exitCode } = follower.process;
      if (pid !== undefined && exitCode === null) most = Math.max(most, residentMemory(pid));
    }, 100);
    const code = await follower.ended;
    clearInterval(watching);
    const whole = size / ((performance.now() - start) / 1000);
    if (code !== 0) throw new Error(`The follower ended with ${code}: ${follower.words()}`);
    const { json } = await request(server, predictionsPath('whole', '?limit=1'));
    if (json['total_count'] !== count) throw new Error(`${String(json['total_count'])} of ${count} are stored`);
    report({
      name: 'follow-existing',
      measured: `${Math.round(size)} MB of JSON Lines (${count.toLocaleString('en-US')} rows) that are there already, followed until all is stored`,
      unit: 'MB/s',
      ours: [whole],
      peer: { name: 'node:readline + JSON.parse', values: [bare] },
      target: { of: 'ratio', atLeast: 0.4 },
      limit: `the server stores ${stored.toFixed(1)} MB/s of these rows when they are posted a thousand at a time`,
    });
    report({
      name: 'follow-memory',
      measured: 'memory of the follower meanwhile',
      unit: 'MB',
      ours: [most / million],
      target: { of: 'ours', atMost: 300 },
    });
  });
}
