// `node scripts/walkthroughPictures.ts [FOLDER]`: takes the walkthrough's pictures from the product itself, in a light
// and a dark theme, into media/walkthrough. After a visual change they are taken anew.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { eventually } from '../test/support/eventually.ts';
import { Workbench } from '../test/support/workbench.ts';
import { root } from './vscode/install.ts';

const folder = path.resolve(process.argv[2] ?? path.join(root, 'media', 'walkthrough'));
const themes = { dark: 'Dark Modern', light: 'Light Modern' };
/** As much as a walkthrough shows of a picture without making its letters too small. */
const size = { width: 900, height: 620 };

await mkdir(folder, { recursive: true });
const workbench = await Workbench.open({ env: { TRAINING_PREDICTIONS_SAMPLE_SECONDS: '60' } });
const { page } = workbench;
try {
  await workbench.choose('Open Sample Run', 'An RL run');
  await workbench.statusBarItem(/^Live/).waitFor();
  await workbench.run('Notifications: Clear All Notifications');
  // Late enough to have been resumed, and still live.
  await page.waitForTimeout(48_000);
  await page.setViewportSize(size);
  if (await page.locator('.part.sidebar').isVisible()) await workbench.run('View: Close Primary Side Bar');
  await workbench.panel.getByRole('tab', { name: 'Predictions' }).click();
  await take('sample', page.locator('.part.editor'));
  await workbench.panel.getByRole('tab', { name: 'Trends' }).click();
  await take('trends', page.locator('.part.editor'));
} finally {
  await workbench.run('Stop Local Server');
  await workbench.close();
}

async function take(name: string, part: ReturnType<typeof page.locator>): Promise<void> {
  for (const [suffix, theme] of Object.entries(themes)) {
    await workbench.useTheme(theme);
    await eventually('the theme picker closed', async () =>
      (await workbench.quickInput.count()) === 0 ? true : undefined,
    );
    // The pointer would open a hover; charts draw once more in their new colours.
    await page.mouse.move(0, 0);
    await page.waitForTimeout(800);
    await part.screenshot({ path: path.join(folder, `${name}-${suffix}.png`) });
  }
}
