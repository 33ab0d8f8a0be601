// `npm run l10n`: writes the texts of the source to l10n/bundle.l10n.json, from which translations are made.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleOf, textsToTranslate } from './l10nTexts.ts';
import { root } from './vscode/install.ts';

const texts = textsToTranslate(root);
writeFileSync(path.join(root, 'l10n', 'bundle.l10n.json'), bundleOf(texts));
console.log(`${texts.length} texts`);
