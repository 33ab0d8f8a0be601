import type { BrowserContext } from 'playwright-core';

/** What of a frame's window counts here: tests have no types of the DOM. */
interface FrameWindow {
  frameElement: unknown;
  addEventListener(type: string, listener: (event: unknown) => void, ...rest: unknown[]): void;
}

/**
 * Lets every message of the extension host reach the panels so much later, in their order, as on a machine with much
 * else to do: what is read of a panel before it was told shows itself then.
 * @param delay ms
 */
export async function delayMessages(context: BrowserContext, delay: number): Promise<void> {
  await context.addInitScript((ms) => {
    const frame = globalThis as unknown as FrameWindow;
    // A panel is a frame in a frame of its own origin; VS Code's own ones are not.
    if (frame.frameElement === null) return;
    const listen = frame.addEventListener.bind(frame);
    frame.addEventListener = (type, listener, ...rest) =>
      listen(type, type === 'message' ? (event) => setTimeout(() => listener(event), ms) : listener, ...rest);
  }, delay);
}
