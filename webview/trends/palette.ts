/** The theme's colours, as a canvas needs them. */
export interface Palette {
  text: string;
  grid: string;
  font: string;
  /** Behind the charts. */
  surface: string;
  /** Behind what is said of a point. */
  background: string;
  border: string;
  lines: Record<OwnColor, string>;
  /** For lines that stand side by side in a chart. */
  sources: readonly string[];
}

/** Charts that have a colour of their own; those of other scores, and of other figures, share one. */
type OwnColor = 'cer' | 'exact' | 'overlap' | 'validation' | 'score' | 'loss' | 'learningRate' | 'figure';

/** The colour of a chart's own line. @param key of the chart, of which what stands before a `:` is its kind */
export function lineColor({ lines, text }: Palette, key: string): string {
  const kind = key.replace(/:.*$/s, '');
  return Object.hasOwn(lines, kind) ? lines[kind as OwnColor] : text;
}

/** The colour of one of several lines. */
export function sourceColor({ sources, text }: Palette, line: number): string {
  return sources[line % sources.length] ?? text;
}

const forcedColors = matchMedia('(forced-colors: active)');

/** Reads the present theme. */
export function readPalette(): Palette {
  if (forcedColors.matches) return forcedPalette();
  const style = getComputedStyle(document.body);
  const variable = (...names: string[]) =>
    names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find((value) => value !== '') ?? style.color;
  const highContrast = style.getPropertyValue('--vscode-contrastBorder') !== '';
  return {
    text: variable('descriptionForeground', 'foreground'),
    // Full contrast is for what one reads, not for the lines behind it.
    grid: `color-mix(in srgb, ${variable('panel-border', 'widget-border')} ${highContrast ? 35 : 100}%, transparent)`,
    font: style.fontFamily,
    surface: variable('editor-background'),
    background: variable('editorHoverWidget-background', 'editor-background'),
    border: variable('editorHoverWidget-border', 'contrastBorder', 'widget-border'),
    lines: {
      cer: variable('charts-red'),
      exact: variable('charts-green'),
      overlap: variable('charts-blue'),
      validation: variable('charts-purple'),
      score: variable('charts-purple'),
      loss: variable('charts-yellow'),
      learningRate: variable('charts-blue'),
      figure: variable('charts-blue'),
    },
    // Orange is too faint for a line in many themes.
    sources: ['blue', 'purple', 'green', 'yellow', 'red'].map((name) => variable(`charts-${name}`)),
  };
}

/** Canvases are not recoloured when the system forces its colours on the page: they have to take them. */
function forcedPalette(): Palette {
  const probe = document.body.appendChild(document.createElement('span'));
  const system = (name: string) => {
    probe.style.color = name;
    return getComputedStyle(probe).color;
  };
  const text = system('CanvasText');
  const surface = system('Canvas');
  const grid = system('GrayText');
  probe.remove();
  const own = { cer: text, exact: text, overlap: text, validation: text, score: text };
  return {
    text,
    grid,
    font: getComputedStyle(document.body).fontFamily,
    surface,
    background: surface,
    border: text,
    lines: { ...own, loss: text, learningRate: text, figure: text },
    sources: [text],
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
  forcedColors.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    forcedColors.removeEventListener('change', changed);
  };
}
