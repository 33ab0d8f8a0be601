/** Renders texts beside the extension host, which must not stand still for what a model wrote. */
import { answerQuestions } from '../workers/answerQuestions.ts';
import { type RenderQuestion, renderText } from './renderText.ts';

answerQuestions(({ text, places }: RenderQuestion) => renderText(text, places));
