// `npm run screenshots [-- folder]`: pictures of every tab of the panel with the sample run, in the themes that people
// use, wide and narrow, to look at after a visual change. The README's are kept in media/.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { eventually } from '../test/support/eventually.ts';
import { Workbench } from '../test/support/workbench.ts';
import { root } from './vscode/install.ts';

const folder = path.resolve(process.argv[2] ?? path.join(root, 'build', 'screenshots'));
const themes = {
  dark: 'Dark Modern',
  light: 'Light Modern',
  'contrast-dark': 'Dark High Contrast',
  'contrast-light': 'Light High Contrast',
};
const tabs = ['Predictions', 'Comparison', 'Trends'];
const sizes = { wide: { width: 1400, height: 900 }, narrow: { width: 480, height: 900 } };
/** Half of the sample run: the answers got better, and it is still live. */
const enough = 800;

await mkdir(folder, { recursive: true });
const workbench = await Workbench.open({ env: { TRAINING_PREDICTIONS_START: 'sample' } });
try {
  await workbench.statusBarItem(/^Live/).waitFor();
  await eventually(
    `the sample run has ${enough} predictions`,
    async () => {
      const text = await workbench.panel.getByText(/^Showing .* of /).innerText();
      return Number((text.split(' of ')[1] ?? '').replaceAll(/\D/g, '')) >= enough ? true : undefined;
    },
    120_000,
  );
  for (const [name, theme] of Object.entries(themes)) {
    await workbench.useTheme(theme);
    for (const tab of tabs) {
      await workbench.panel.getByRole('tab', { name: tab }).click();
      for (const [size, viewport] of Object.entries(sizes)) {
        await workbench.page.setViewportSize(viewport);
        // Charts settle in an animation.
        await workbench.page.waitForTimeout(1000);
        const file = path.join(folder, `${tab.toLowerCase()}-${name}-${size}.png`);
        await workbench.page.screenshot({ path: file });
        console.log(path.relative(root, file));
      }
      await workbench.page.setViewportSize(sizes.wide);
    }
  }
} finally {
  await workbench.run('Stop Local Server');
  await workbench.close();
}
