/** Finds the differences of long texts, so that the extension host does not stand still meanwhile. */
import { answerQuestions } from '../workers/answerQuestions.ts';
import { findDifference } from './difference.ts';

const limit = 2000;

answerQuestions(({ from, to }: { from: string; to: string }) => findDifference(from, to, limit));
