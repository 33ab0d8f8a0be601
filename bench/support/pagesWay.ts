/** The service's own page, as the wire contract describes it: a page of the server's own origin that follows a job. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';

const chartLibrary = path.join(path.dirname(createRequire(import.meta.url).resolve('chart.js')), 'chart.umd.js');

/** Opens `bench/page/pagesWay.js`. */
export async function openPagesWay(
  context: BrowserContext,
  { url, apiKey, jobId }: { url: string; apiKey: string; jobId: string },
): Promise<Page> {
  const page = await context.newPage();
  const body = '<!doctype html><table><tbody></tbody></table><div style="height:200px"><canvas></canvas></div>';
  await page.route(`${url}/page`, (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(`${url}/page`);
  await page.addScriptTag({ path: chartLibrary });
  await page.evaluate(readFileSync(path.join(import.meta.dirname, '../page/pagesWay.js'), 'utf8'));
  const job = { key: apiKey, path: `/api/training/predictions/${encodeURIComponent(jobId)}` };
  await page.evaluate((wanted) => Reflect.get(globalThis, 'follow')(wanted), job);
  return page;
}
