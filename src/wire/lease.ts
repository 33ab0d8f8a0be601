import * as Type from 'typebox';
import { schema } from './schema.ts';

/** Local server only: the response that a window holds open while it wants the server to run. */
export const leaseRoute = '/lease';

const leaseEventType = Type.Object({
  /** `stopping`: the server ends in order. A response that ends without it was cut. */
  event: Type.Enum(['held', 'stopping']),
});
/** A line of the response; empty lines between are signs of life. */
export const leaseEvent = schema(leaseEventType);
export type LeaseEvent = Type.Static<typeof leaseEventType>['event'];

export function leaseLine(event: LeaseEvent): string {
  return `${JSON.stringify({ event })}\n`;
}
