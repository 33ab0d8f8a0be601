// The least that an extension can do: it hands each event of a job's stream to a table. `BARE_EXTENSION` names a file
// that holds the stream's address, the key and the table with its styles and script.
const { readFileSync } = require('node:fs');
const { get } = require('node:http');
const vscode = require('vscode');

exports.activate = () => vscode.commands.registerCommand('bare.open', open);

function open() {
  const { stream, apiKey, script, style, table } = JSON.parse(
    readFileSync(process.env['BARE_EXTENSION'] ?? '', 'utf8'),
  );
  const panel = vscode.window.createWebviewPanel('bare', 'Bare Table', vscode.ViewColumn.One, { enableScripts: true });
  const body = `<output>0</output>${table}<script>${script}</script>`;
  panel.webview.html = `<!doctype html><style>${style}</style>${body}`;
  get(stream, { headers: { 'X-API-Key': apiKey } }, (response) => {
    let rest = '';
    response.setEncoding('utf8').on('data', (chunk) => {
      const frames = (rest + chunk).split('\n\n');
      rest = frames.pop() ?? '';
      const predictions = frames
        .filter((frame) => frame.includes('event: prediction'))
        .map((frame) => JSON.parse(/^data: (.*)$/m.exec(frame)?.[1] ?? '').prediction);
      if (predictions.length > 0) void panel.webview.postMessage(predictions);
    });
  });
}
