/** By itself, since it is a third of the extension's code: VS Code loads it when something crosses a boundary. */
export { Compile } from 'typebox/schema';
