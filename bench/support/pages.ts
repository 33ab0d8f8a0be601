/** Plain pages of the server's own origin that follow a job, to hold the panel against. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';

interface Followed {
  url: string;
  apiKey: string;
  jobId: string;
}

const chartLibrary = path.join(path.dirname(createRequire(import.meta.url).resolve('chart.js')), 'chart.umd.js');

/** The service's own page, as the wire contract describes it (`bench/page/pagesWay.js`). */
export async function openPagesWay(context: BrowserContext, followed: Followed): Promise<Page> {
  const body = '<table><tbody></tbody></table><div style="height:200px"><canvas></canvas></div>';
  const page = await open(context, followed.url, body);
  await page.addScriptTag({ path: chartLibrary });
  return follow(page, 'pagesWay.js', 'follow', followed);
}

/** The least that a page can do (`bench/page/barePage.js`). */
export async function openBarePage(context: BrowserContext, followed: Followed): Promise<Page> {
  const style = 'table { table-layout: fixed; width: 100% } td { overflow: hidden; white-space: nowrap }';
  const page = await open(
    context,
    followed.url,
    `<style>${style}</style><output>0</output><table><tbody></tbody></table>`,
  );
  return follow(page, 'barePage.js', 'followBare', followed);
}

async function open(context: BrowserContext, url: string, body: string): Promise<Page> {
  const page = await context.newPage();
  await page.route(`${url}/page`, (route) =>
    route.fulfill({ contentType: 'text/html', body: `<!doctype html>${body}` }),
  );
  await page.goto(`${url}/page`);
  return page;
}

async function follow(page: Page, program: string, start: string, { apiKey, jobId }: Followed): Promise<Page> {
  await page.evaluate(readFileSync(path.join(import.meta.dirname, '../page', program), 'utf8'));
  const job = { key: apiKey, path: `/api/training/predictions/${encodeURIComponent(jobId)}` };
  await page.evaluate(([name, wanted]) => Reflect.get(globalThis, name)(wanted), [start, job] as const);
  return page;
}
