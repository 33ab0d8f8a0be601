import { compareTexts } from './order.ts';

/** What stands before the first `/` of a figure's name: `train` of `train/loss`; empty where nothing does. */
export function metricGroup(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf('/')));
}

/** Those without a group first, then group by group, each by code units. */
export function compareMetricNames(a: string, b: string): number {
  return compareTexts(metricGroup(a), metricGroup(b)) || compareTexts(a, b);
}
