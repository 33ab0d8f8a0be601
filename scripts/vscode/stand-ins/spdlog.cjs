// Stands in for @vscode/spdlog, VS Code's log writer, which exists as C++ source only: building it needs a compiler,
// Python and Node's headers, and none of them is on an ordinary machine. Same interface, synchronous appends.
const fs = require('node:fs');
const path = require('node:path');

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'critical', 'off'];
let defaultLevel = levels.indexOf('info');

class Logger {
  /** @param {string} file */
  constructor(file) {
    this.file = file;
    this.level = defaultLevel;
    this.plain = false;
  }
  /** @param {number} level @param {string} message */
  write(level, message) {
    if (level < this.level) return;
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
    fs.appendFileSync(this.file, this.plain ? message : `${time} [${levels[level]}] ${message}\n`);
  }
  /** @param {string} message */ trace(message) {
    this.write(0, message);
  }
  /** @param {string} message */ debug(message) {
    this.write(1, message);
  }
  /** @param {string} message */ info(message) {
    this.write(2, message);
  }
  /** @param {string} message */ warn(message) {
    this.write(3, message);
  }
  /** @param {string} message */ error(message) {
    this.write(4, message);
  }
  /** @param {string} message */ critical(message) {
    this.write(5, message);
  }
  getLevel() {
    return this.level;
  }
  /** @param {number} level */ setLevel(level) {
    this.level = level;
  }
  setPattern() {}
  clearFormatters() {
    this.plain = true;
  }
  flush() {}
  drop() {}
}

/** @param {string} _name @param {string} file */
async function createLogger(_name, file) {
  await fs.promises.mkdir(path.dirname(file), { recursive: true });
  return new Logger(file);
}

exports.version = 0;
exports.Logger = Logger;
exports.createRotatingLogger = createLogger;
exports.createAsyncRotatingLogger = createLogger;
exports.setLevel = (/** @type {number} */ level) => {
  defaultLevel = level;
};
exports.setFlushOn = () => {};
