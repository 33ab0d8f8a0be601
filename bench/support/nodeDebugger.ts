/** Another process under the debugger of Node: where its time goes, and what it holds. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as Type from 'typebox';
import { schema } from '../../src/wire/schema.ts';

/** Where a process that was sent SIGUSR1 listens for a debugger. */
const debuggers = 'http://127.0.0.1:9229/json';
const targets = schema(Type.Array(Type.Object({ webSocketDebuggerUrl: Type.String() }), { minItems: 1 }));
const heapUsage = schema(Type.Object({ usedSize: Type.Number(), backingStorageSize: Type.Number() }));
const answer = schema(Type.Object({ id: Type.Optional(Type.Number()), result: Type.Optional(Type.Unknown()) }));

export class NodeDebugger {
  readonly #socket: WebSocket;
  #calls = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async attach(pid: number): Promise<NodeDebugger> {
    process.kill(pid, 'SIGUSR1');
    await sleep(1000);
    const [target] = targets.parse(await (await fetch(debuggers)).json());
    const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '');
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
    return new NodeDebugger(socket);
  }

  /** Calls a method of the inspector's protocol; gives its result. */
  call(method: string): Promise<unknown> {
    this.#calls += 1;
    const id = this.#calls;
    return new Promise((resolve) => {
      const hear = ({ data }: MessageEvent) => {
        const message = answer.parse(JSON.parse(String(data)));
        if (message.id !== id) return;
        this.#socket.removeEventListener('message', hear);
        resolve(message.result);
      };
      this.#socket.addEventListener('message', hear);
      this.#socket.send(JSON.stringify({ id, method }));
    });
  }

  /** Bytes of heap and buffers that are left after garbage was collected. */
  async heldBytes(): Promise<number> {
    await this.call('HeapProfiler.enable');
    for (let round = 0; round < 2; round += 1) await this.call('HeapProfiler.collectGarbage');
    const { usedSize, backingStorageSize } = heapUsage.parse(await this.call('Runtime.getHeapUsage'));
    await this.call('HeapProfiler.disable');
    return usedSize + backingStorageSize;
  }

  close(): void {
    this.#socket.close();
  }
}
