import type { AnswerForm, ReasoningText, WholeTexts } from '../../src/panel/protocol/texts.ts';
import { element, setChildren, setText } from '../dom.ts';
import { endsInCallsText } from './chatTexts.ts';
import { createCutChat } from './cutChat.ts';
import type { WayToAll } from './cutText.ts';
import type { Formats } from './formats.ts';
import { createReasoning } from './reasoningView.ts';

export interface ReplyView {
  readonly element: HTMLElement;
  show(reply: AnswerForm & { reasoning: ReasoningText | null }): void;
  /** The host has all of it; null where it has not. */
  fill(whole: Pick<WholeTexts, 'reasoning' | 'turns'> | null): void;
}

/**
 * What stands before a final answer: calls of tools and their results, and folded reasoning.
 *
 * @param of whose it is, for those who do not see it: ", Completion 2"
 * @param rest where all of it is where it is shown in part
 * @param all absent where as much is told as can be
 */
export function createReply(of: string, rest: string, formats: Formats, all?: WayToAll): ReplyView {
  const way = (what: string) => all && { ...all, whose: () => `${what}, ${all.whose()}` };
  const reasoning = createReasoning(formats, way('Reasoning'));
  const name = `Messages before the final answer${of}`;
  const turns = createCutChat(name, rest, formats, way('Messages'));
  const noAnswer = element('p', { class: 'cut-note' });
  const reply = element('div', {}, ...turns.elements, reasoning.element, noAnswer);
  return {
    element: reply,
    show: (shown) => {
      const ends = shown.endsInCalls === true;
      reasoning.show(shown.reasoning);
      turns.show(shown.turns);
      setText(noAnswer, ends ? endsInCallsText : '');
      // In the order in which it was said.
      const said = ends ? [reasoning.element, ...turns.elements] : [...turns.elements, reasoning.element];
      setChildren(reply, [...said, noAnswer]);
    },
    fill: (whole) => {
      reasoning.fill(whole?.reasoning?.text ?? null);
      turns.fill(whole?.turns ?? null);
    },
  };
}
