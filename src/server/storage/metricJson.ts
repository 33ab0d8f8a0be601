import { metricFields } from '../../wire/metric.ts';
import { members, objectText } from './jsonText.ts';
import type { NewMetric } from './storage.ts';

/**
 * A row to store: what came, text for text.
 *
 * @param text the JSON object that came
 * @param timestamp ISO 8601, for a metric that has none
 */
export function newMetric(step: number, text: string, timestamp: string): NewMetric {
  const content = members(text);
  content.delete('job_id');
  const given = content.get('timestamp');
  if (given === undefined || given === 'null') content.set('timestamp', JSON.stringify(timestamp));
  return { step, content: objectText(content) };
}

/** A stored metric as it is told: every field of the contract, null where none came, then the others. */
export function metricJson(content: string): string {
  const fields = new Map(metricFields.map((name) => [name, 'null']));
  return objectText(new Map([...fields, ...members(content)]));
}
