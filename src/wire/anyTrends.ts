import * as Type from 'typebox';
import { checkpointTrendsAnswerType } from './checkpoints.ts';
import { trendsAnswerType } from './responses.ts';
import { schema } from './schema.ts';

/** Answer of `GET …/trends?by=checkpoint`: a server that does not know checkpoints answers what it answers without. */
export const anyTrendsAnswer = schema(Type.Union([checkpointTrendsAnswerType, trendsAnswerType]));

/** Scores over the samples of each checkpoint, ascending. */
export type CheckpointTrends = Type.Static<typeof checkpointTrendsAnswerType>['trends'];
