/**
 * The one place that knows the control library, which is no longer maintained, so that another can take its place here.
 * Selects are the browser's own: their choices change while open.
 *
 * The library styles by constructed sheets, which a content security policy allows. To learn what the browser can do it
 * also adds one empty `<style>`: the policy has to name the hash of the empty text, or buttons show the focus ring on
 * every click.
 */
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeProgressRing } from '@vscode/webview-ui-toolkit';
import { setAttribute } from '../dom.ts';

provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeProgressRing());

export interface ButtonOptions {
  text: string;
  /** For a button whose text is a sign alone. */
  name?: string;
  appearance: 'primary' | 'secondary' | 'icon';
  onPress: () => void;
}

export interface Button {
  readonly element: HTMLElement;
  setText(text: string): void;
  setEnabled(enabled: boolean): void;
  setVisible(visible: boolean): void;
}

/** A push button. */
export function createButton(options: ButtonOptions): Button {
  const control = document.createElement('vscode-button');
  // Before the appearance: an icon button without a name calls itself "Icon Button".
  if (options.name !== undefined) control.setAttribute('aria-label', options.name);
  control.setAttribute('appearance', options.appearance);
  control.textContent = options.text;
  control.addEventListener('click', options.onPress);
  return {
    element: control,
    setText: (text) => {
      if (control.textContent !== text) control.textContent = text;
    },
    setEnabled: (enabled) => control.toggleAttribute('disabled', !enabled),
    setVisible: (visible) => {
      setAttribute(control, 'hidden', !visible);
    },
  };
}

/** A sign that something is on its way. Words beside it have to say what. */
export function createProgressRing(): HTMLElement {
  const ring = document.createElement('vscode-progress-ring');
  ring.setAttribute('aria-hidden', 'true');
  return ring;
}
