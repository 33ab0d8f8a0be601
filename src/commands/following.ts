import type { CommandContext, Commands } from './context.ts';
import { followOutput } from './followOutput.ts';
import { stopFollowing } from './stopFollowing.ts';

/** The commands about what trainers write by themselves. */
export function followCommands(context: CommandContext): Commands {
  return {
    followOutput: (argument) => followOutput(context, argument),
    stopFollowing: (argument) => stopFollowing(context, argument),
  };
}
