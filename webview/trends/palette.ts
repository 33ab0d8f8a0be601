import type { Trend } from './series.ts';

/** The theme's colours, as a canvas needs them. */
export interface Palette {
  text: string;
  grid: string;
  font: string;
  background: string;
  border: string;
  lines: Record<Trend['key'], string>;
}

/** Reads the present theme. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.body);
  const variable = (...names: string[]) =>
    names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find((value) => value !== '') ?? style.color;
  const highContrast = style.getPropertyValue('--vscode-contrastBorder') !== '';
  return {
    text: variable('descriptionForeground', 'foreground'),
    // Full contrast is for what one reads, not for the lines behind it.
    grid: `color-mix(in srgb, ${variable('panel-border', 'widget-border')} ${highContrast ? 35 : 100}%, transparent)`,
    font: style.fontFamily,
    background: variable('editorHoverWidget-background', 'editor-background'),
    border: variable('editorHoverWidget-border', 'contrastBorder', 'widget-border'),
    lines: {
      cer: variable('charts-red'),
      exact: variable('charts-green'),
      overlap: variable('charts-blue'),
      validation: variable('charts-purple'),
    },
  };
}

/**
 * Calls back when the theme changes: VS Code then sets the class of the body and the variables of the root.
 *
 * @returns ends the watch
 */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ['style', 'class'] });
  observer.observe(document.body, { attributeFilter: ['style', 'class'] });
  return () => observer.disconnect();
}
