import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';

/** Opens a page of the server's own origin that follows a job the page's way (`bench/page/pagesWay.js`). */
export async function openPagesWay(
  context: BrowserContext,
  server: { url: string; apiKey: string },
  jobId: string,
): Promise<Page> {
  const page = await context.newPage();
  await page.route(`${server.url}/page`, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><table><tbody></tbody></table><ol></ol>' }),
  );
  await page.goto(`${server.url}/page`);
  await page.evaluate(readFileSync(path.join(import.meta.dirname, '../page/pagesWay.js'), 'utf8'));
  const job = { key: server.apiKey, path: `/api/training/predictions/${encodeURIComponent(jobId)}` };
  await page.evaluate((wanted) => Reflect.get(globalThis, 'follow')(wanted), job);
  return page;
}
