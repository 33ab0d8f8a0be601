// The least that a page can do for an event: one row into a table of ten, one out, and a count.

/**
 * Follows a job from now on.
 * @param {{ key: string, path: string }} job
 */
async function followBare({ key, path }) {
  const response = await fetch(`${path}/stream`, { headers: { 'X-API-Key': key } });
  const body = document.querySelector('tbody');
  const count = document.querySelector('output');
  if (body === null || count === null) throw new Error('no table');
  let seen = 0;
  /** @param {Record<string, unknown>} prediction */
  const draw = (prediction) => {
    const line = document.createElement('tr');
    for (const field of ['epoch', 'step', 'sample_index', 'prompt', 'ground_truth', 'prediction', 'created_at']) {
      line.insertCell().textContent = String(prediction[field]);
    }
    if (body.rows.length === 10) body.deleteRow(9);
    body.prepend(line);
    seen += 1;
    count.textContent = String(seen);
  };
  void readEvents(response, draw);
}

/**
 * @param {Response} response
 * @param {(prediction: Record<string, unknown>) => void} draw
 */
async function readEvents(response, draw) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) return;
    const frames = (rest + value).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const data = /^data: (.*)$/m.exec(frame)?.[1];
      if (data !== undefined && frame.includes('event: prediction')) draw(JSON.parse(data).prediction);
    }
  }
}

Reflect.set(globalThis, 'followBare', followBare);
