// Stands in for @vscode/native-watchdog, which exists as C++ source only. It ends an extension host that is stuck in
// a loop after its parent is gone; VS Code's own check once a second ends every other one.
exports.start = () => {};
exports.exit = (/** @type {number | undefined} */ code) => process.exit(code ?? 0);
