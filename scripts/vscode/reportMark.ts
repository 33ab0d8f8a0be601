/** Begins what the tests inside an extension host print, to tell it from what VS Code prints. */
export const reportMark = '[test] ';
