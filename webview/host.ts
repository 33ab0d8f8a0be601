import type { HostMessage, HostMessageOf, WebviewMessage } from '../src/panel/protocol.ts';
import { type Kept, readKeptState } from './keptState.ts';

interface VsCodeApi {
  postMessage(message: WebviewMessage): void;
  getState(): unknown;
  setState(state: Kept): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** One handler for each message: the compiler refuses a table that forgets one. */
export type HostHandlers = { [T in HostMessage['type']]: (message: HostMessageOf<T>) => void };

/** The extension host, as the webview sees it. */
export interface Host {
  post(message: WebviewMessage): void;
  /** What this panel kept from before it was hidden, moved or reloaded. */
  kept(): Kept | null;
  keep(state: Kept): void;
  listen(handlers: HostHandlers): void;
}

/** Connects to the extension host. VS Code allows this once in a page's life. */
export function connectHost(): Host {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    kept: () => readKeptState(api.getState()),
    keep: (state) => api.setState(state),
    listen: (handlers) => {
      window.addEventListener('message', (event: MessageEvent<unknown>) => {
        if (!Array.isArray(event.data)) return;
        for (const message of event.data as unknown[])
          if (isHostMessage(message, handlers)) dispatch(message, handlers);
      });
    },
  };
}

/** Other extensions of the browser may post to the page as well: what is not ours is none of our business. */
function isHostMessage(data: unknown, handlers: HostHandlers): data is HostMessage {
  return (
    typeof data === 'object' &&
    data !== null &&
    'type' in data &&
    typeof data.type === 'string' &&
    Object.hasOwn(handlers, data.type)
  );
}

function dispatch<T extends HostMessage['type']>(
  message: HostMessageOf<T> & { type: T },
  handlers: HostHandlers,
): void {
  const handler = handlers[message.type] as (message: HostMessageOf<T>) => void;
  handler(message);
}
