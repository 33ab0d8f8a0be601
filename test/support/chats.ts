import type { Prediction } from '../../src/wire/prediction.ts';
import { aPrediction } from './predictions.ts';

/** A message of the model. */
export const said = (content: unknown, more: object = {}) => ({ role: 'assistant', content, ...more });

/** A call of the tool `add`, for a message of the model. */
export const calls = (a: number) => ({
  tool_calls: [{ id: 'c1', type: 'function', function: { name: 'add', arguments: `{"a":${a},"b":2}` } }],
});

/** A prompt of several messages, with an image. */
export const askedChat = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hello' },
  said('Hi!'),
  {
    role: 'user',
    content: [
      { type: 'image', image: 'sum.png' },
      { type: 'text', text: 'What is it?' },
    ],
  },
];

/** An answer that calls a tool and then says something, after having thought. */
export const answeredChat = [
  said('Let me see.', calls(2)),
  { role: 'tool', tool_call_id: 'c1', content: '4' },
  said('<think>hm</think>It is 4.'),
];

/** A stored prediction whose prompt and answer are chats, unless it is said otherwise. */
export const aChat = (fields: Partial<Prediction> = {}): Prediction =>
  aPrediction({ messages: askedChat, answer: answeredChat, prompt: 'all asked', prediction: 'all said', ...fields });
