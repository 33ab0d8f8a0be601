import * as Type from 'typebox';
import { schema } from '../wire/schema.ts';
import { type Direction, noSettings, type ScoreSettings } from './directions.ts';

const directionType = Type.Enum(['higher', 'lower', 'none']);
const settingType = schema(
  Type.Object({ better: Type.Optional(directionType), label: Type.Optional(Type.String({ maxLength: 200 })) }),
);
const configType = schema(
  Type.Object({ scores: Type.Optional(Type.Unknown()), deciding_score: Type.Optional(Type.Unknown()) }),
);

/** What the reader of a job chose; what is absent, the job or the name of the score says. */
export const judgementType = Type.Object({
  /** The deciding score. */
  score: Type.Union([Type.String({ maxLength: 200 }), Type.Null()]),
  /** By score. */
  directions: Type.Array(Type.Tuple([Type.String({ maxLength: 200 }), directionType]), { maxItems: 1000 }),
});
export type Judgement = Type.Static<typeof judgementType>;

export const noJudgement: Judgement = { score: null, directions: [] };

/** What a job's `config` says of its scores; parts of another shape say nothing. */
export function settingsOf(config: unknown): ScoreSettings {
  if (!configType.check(config)) return noSettings;
  const directions = new Map<string, Direction>();
  const labels = new Map<string, string>();
  const { scores, deciding_score: deciding } = config;
  for (const [name, setting] of typeof scores === 'object' && scores !== null ? Object.entries(scores) : []) {
    if (!settingType.check(setting)) continue;
    if (setting.better !== undefined) directions.set(name, setting.better);
    if (setting.label !== undefined && setting.label !== '') labels.set(name, setting.label);
  }
  return { directions, labels, deciding: typeof deciding === 'string' ? deciding : null };
}

/** The job's settings with what the reader chose in their place. */
export function judgedBy(settings: ScoreSettings, { directions }: Judgement): ScoreSettings {
  return { ...settings, directions: new Map([...settings.directions, ...directions]) };
}
