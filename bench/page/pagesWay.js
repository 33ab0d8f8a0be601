// The page's way, as the wire contract describes it: each event that is whole in its chunk makes the page read up to
// 1,000 predictions and all trends again and draw anew.

/** @typedef {Record<string, unknown>} Fields */

/** What the chart draws of each epoch. */
const values = ['avg_char_error_rate', 'avg_exact_match', 'validation_pass_rate'];

/**
 * Follows a job from now on.
 * @param {{ key: string, path: string }} job
 */
async function follow({ key, path }) {
  const headers = { 'X-API-Key': key };
  const response = await fetch(`${path}/stream`, { headers });
  const chart = new (Reflect.get(globalThis, 'Chart'))(document.querySelector('canvas'), {
    type: 'line',
    data: { labels: [], datasets: values.map((label) => ({ label, data: [] })) },
    options: { animation: false, maintainAspectRatio: false },
  });
  const draw = async () => {
    const [{ predictions }, { trends }] = await Promise.all([
      read(`${path}?limit=1000`, headers),
      read(`${path}/trends`, headers),
    ]);
    const newest = predictions.toReversed().slice(0, 10);
    const cells = newest.map((/** @type {Fields} */ row) => [row['epoch'], row['prompt'], row['prediction']]);
    document.querySelector('tbody')?.replaceChildren(...lines('tr', 'td', cells));
    chart.data.labels = trends.map((/** @type {Fields} */ trend) => trend['epoch']);
    for (const [index, set] of chart.data.datasets.entries()) {
      set.data = trends.map((/** @type {Fields} */ trend) => trend[values[index] ?? '']);
    }
    chart.update('none');
  };
  await draw();
  void readStream(response, draw);
}

/**
 * @param {string} address
 * @param {Record<string, string>} headers
 */
async function read(address, headers) {
  return (await fetch(address, { headers })).json();
}

/**
 * @param {Response} response
 * @param {() => Promise<void>} draw
 */
async function readStream(response, draw) {
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) return;
    for (const frame of decoder.decode(value).split('\n\n')) {
      const data = /^data: (.*)$/m.exec(frame)?.[1];
      if (data !== undefined && frame.includes('event: prediction') && isWhole(data)) void draw();
    }
  }
}

/**
 * An event that is cut across two chunks is dropped.
 * @param {string} data
 */
function isWhole(data) {
  try {
    JSON.parse(data);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} outer
 * @param {string} inner
 * @param {unknown[][]} rows
 */
function lines(outer, inner, rows) {
  return rows.map((cells) => {
    const line = document.createElement(outer);
    for (const cell of cells) {
      const box = document.createElement(inner);
      box.textContent = String(cell);
      line.append(box);
    }
    return line;
  });
}

Reflect.set(globalThis, 'follow', follow);
