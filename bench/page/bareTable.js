// The least that a webview can do for an event: one row into a table of ten, one out, and a count.

const body = document.querySelector('tbody');
const count = document.querySelector('output');
let seen = 0;

/** @param {Record<string, unknown>} prediction */
function draw(prediction) {
  if (body === null || count === null) throw new Error('no table');
  const line = document.createElement('tr');
  for (const field of ['epoch', 'step', 'sample_index', 'prompt', 'ground_truth', 'prediction', 'created_at']) {
    line.insertCell().textContent = String(prediction[field]);
  }
  if (body.rows.length === 10) body.deleteRow(9);
  body.prepend(line);
  seen += 1;
  count.textContent = String(seen);
}

window.addEventListener('message', ({ data }) => {
  for (const prediction of data) draw(prediction);
});
