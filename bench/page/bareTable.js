// The least that a webview can do for an event, in a table that looks like ours: its last row, with other texts, goes
// to the top, and a count goes up.

const body = document.querySelector('tbody');
const count = document.querySelector('output');
let seen = 0;

/** @param {Record<string, unknown>} prediction */
function draw(prediction) {
  const line = body?.lastElementChild;
  if (body === null || count === null || !(line instanceof HTMLTableRowElement)) throw new Error('no table');
  const fields = ['epoch', 'step', 'sample_index', 'prompt', 'ground_truth', 'prediction'];
  for (const [index, field] of fields.entries()) {
    // The first cell is the button's. Long texts have an element of their own.
    const cell = line.cells[index + 1];
    const text = (cell?.firstElementChild ?? cell)?.firstChild;
    if (text instanceof Text) text.data = String(prediction[field]);
  }
  body.prepend(line);
  seen += 1;
  count.textContent = String(seen);
}

window.addEventListener('message', ({ data }) => {
  for (const prediction of data) draw(prediction);
});
