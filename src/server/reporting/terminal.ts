/** A text as it may go to a terminal: what would move the cursor or clear the screen stands as its escape. */
export function printable(text: string): string {
  return text.replace(controls, (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** All but tabs and line ends. */
const controls = /(?![\t\n])\p{Cc}/gu;
