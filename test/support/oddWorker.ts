/** A worker that answers, never ends or throws, as it is asked to. */
import { answerQuestions } from '../../src/panel/workers/answerQuestions.ts';

const odd: Record<string, () => never> = {
  forever: () => {
    for (;;);
  },
  throw: () => {
    throw new Error('as asked for');
  },
};

answerQuestions((question: string) => odd[question]?.() ?? `${question}!`);
