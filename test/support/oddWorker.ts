/** A worker that answers, never ends, throws or fills its memory, as it is asked to. */
import { answerQuestions } from '../../src/panel/workers/answerQuestions.ts';

const odd: Record<string, () => never> = {
  forever: () => {
    for (;;);
  },
  throw: () => {
    throw new Error('as asked for');
  },
  memory: () => {
    const kept: unknown[] = [];
    for (;;) kept.push(Array.from({ length: 10_000 }, (_, index) => ({ index })));
  },
};

answerQuestions((question: string) => odd[question]?.() ?? `${question}!`);
