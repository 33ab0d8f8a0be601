import type { CommandContext, Commands } from './context.ts';

/** The commands about what trainers write by themselves. */
export function followCommands(context: CommandContext): Commands {
  return {
    followOutput: async (argument) => {
      const { followOutput } = await import('./followOutput.ts');
      await followOutput(context, argument);
    },
    stopFollowing: async (argument) => {
      const { stopFollowing } = await import('./followOutput.ts');
      await stopFollowing(context, argument);
    },
  };
}
