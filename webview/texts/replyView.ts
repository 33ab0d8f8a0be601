import type { AnswerForm, ReasoningText } from '../../src/panel/protocol.ts';
import { element, setChildren, setText } from '../dom.ts';
import { endsInCallsText } from './chatTexts.ts';
import { createChat } from './chatView.ts';
import type { Formats } from './formats.ts';
import { createReasoning } from './reasoningView.ts';

export interface ReplyView {
  readonly element: HTMLElement;
  show(reply: AnswerForm & { reasoning: ReasoningText | null }): void;
}

/**
 * What stands before a final answer: calls of tools and their results, and folded reasoning.
 *
 * @param of whose it is, for those who do not see it: ", Completion 2"
 * @param rest where all of it is where it is shown in part
 */
export function createReply(of: string, rest: string, formats: Formats): ReplyView {
  const reasoning = createReasoning(formats);
  const turns = createChat(`Messages before the final answer${of}`, rest, formats);
  const noAnswer = element('p', { class: 'cut-note' });
  const reply = element('div', {}, turns.element, reasoning.element, noAnswer);
  return {
    element: reply,
    show: (shown) => {
      const ends = shown.endsInCalls === true;
      reasoning.show(shown.reasoning);
      turns.show(shown.turns);
      setText(noAnswer, ends ? endsInCallsText : '');
      // In the order in which it was said.
      const said = ends ? [reasoning.element, turns.element] : [turns.element, reasoning.element];
      setChildren(reply, [...said, noAnswer]);
    },
  };
}
