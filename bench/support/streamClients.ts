/** Three clients of one event stream, each keeping what it was sent by id, as a program that shows it would. */
import { fetchEventSource } from '@microsoft/fetch-event-source';
import { EventSource } from 'eventsource';
import { predictionsPath } from '../../test/support/serverClient.ts';
import { watch } from '../../test/support/watching.ts';

export interface StreamClient {
  /** Different predictions that arrived so far. */
  delivered(): number;
  /** Resolves once it is connected. */
  ready: Promise<unknown>;
  close(): void;
}

interface Target {
  url: string;
  apiKey: string;
}

/** The watch of the extension: stream, validation, store with its running trends, catching up. */
export function ours(target: Target, jobId: string): StreamClient {
  const { session, catchesUp } = watch(target, jobId);
  return { delivered: () => session.store.size, ready: catchesUp(), close: () => session.dispose() };
}

/** `eventsource`, with the key that it has no option for. */
export function eventSource({ url, apiKey }: Target, jobId: string): StreamClient {
  const kept = new Map<string, unknown>();
  const source = new EventSource(url + predictionsPath(jobId, '/stream'), {
    fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, 'X-API-Key': apiKey } }),
  });
  source.addEventListener('prediction', ({ data }) => keep(kept, String(data)));
  return {
    delivered: () => kept.size,
    ready: new Promise((resolve) => source.addEventListener('connected', resolve)),
    close: () => source.close(),
  };
}

/** `@microsoft/fetch-event-source`; it asks a browser for timers and whether the page is in sight, and no more. */
export function microsoftEventSource({ url, apiKey }: Target, jobId: string): StreamClient {
  Object.assign(globalThis, {
    window: globalThis,
    document: Object.assign(new EventTarget(), { hidden: false }),
  });
  const kept = new Map<string, unknown>();
  const ended = new AbortController();
  const ready = new Promise<void>((resolve, reject) => {
    void fetchEventSource(url + predictionsPath(jobId, '/stream'), {
      fetch,
      headers: { 'X-API-Key': apiKey },
      signal: ended.signal,
      openWhenHidden: true,
      onmessage: ({ event, data }) => {
        if (event === 'connected') resolve();
        if (event === 'prediction') keep(kept, data);
      },
    }).catch(reject);
  });
  return { delivered: () => kept.size, ready, close: () => ended.abort() };
}

function keep(kept: Map<string, unknown>, data: string): void {
  const { prediction } = JSON.parse(data) as { prediction: { id: string } };
  kept.set(prediction.id, prediction);
}
