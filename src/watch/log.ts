/** The part of VS Code's log channel that a watch writes to. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
}
